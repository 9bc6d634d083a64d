import { Command } from '@cairn/graph'
import { counted } from '../../counted.ts'
import type { ApprovalRequest } from '../../nodes/approve.ts'
import { researchOf, runThread } from '../../run-thread.ts'
import type { Research } from '../../state.ts'
import { type Stage, withThread } from '../stage.ts'
import { reportsIn } from '../workspace.ts'

/** Shows what the thread asks, and approves it from this process. */
export async function approveDraft(
  { check, screen, workspace }: Stage,
  { answers, ask, draft, sources }: ApprovalRequest,
): Promise<Research> {
  const [opening = '', firstEra = '', ...laterEras] = draft.split('\n\n## ')
  screen.say('Both processes are gone; the thread waits in the file for a human. The draft begins:')
  screen.excerpt(
    `${opening}\n\n## ${firstEra}\n\n… and ${counted(laterEras.length, 'era')} more, ${counted(sources.length, 'source')} in all.`,
  )
  screen.say(`It asks: ${ask} It takes one of these answers:`)
  screen.excerpt(answers.join('\n'))
  check('Before the answer no report is written.', reportsIn(workspace).length, 0)
  screen.say('This process, the third, answers "approve".')
  const standing = await withThread(workspace, (graph, config) =>
    runThread(graph, new Command({ resume: 'approve' }), config, (line) => screen.excerpt(line)),
  )
  check('The answer was taken, and the thread is done.', standing.kind, 'done')
  check('Now one report is written.', reportsIn(workspace).length, 1)
  return researchOf(standing)
}
