import { counted } from '../../counted.ts'
import type { LedgerEntry } from '../../ledger.ts'
import { researchOf, standingOf } from '../../run-thread.ts'
import type { Research } from '../../state.ts'
import { type Stage, concurrency, ledgerOf, withThread } from '../stage.ts'
import { runWorker } from '../worker.ts'

/** What was left when the process was killed. */
export interface Wreck {
  readonly research: Research
  readonly ledger: readonly LedgerEntry[]
}

const killAtSearch = 3

/** Runs the graph in a process of its own and kills that in the fan-out. Nothing when the question ended it before. */
export async function killInTheMiddle(stage: Stage): Promise<Wreck | undefined> {
  const { check, question, screen, workspace } = stage
  screen.say(
    `A process of its own plans the searches and makes ${concurrency} at a time. The ${killAtSearch}rd that it ` +
      'reports gets it killed, with the others under way or not begun.',
  )
  let searches = 0
  const worker = await runWorker(workspace, {
    question,
    onLine: (line) => screen.excerpt(line),
    isToBeKilled: (line) => line.startsWith('search') && ++searches === killAtSearch,
  })
  const standing = await withThread(workspace, standingOf)
  if (standing.kind === 'done') return undefined
  screen.killed(`process ${worker.pid} killed (SIGKILL)`)
  check('The process died of the signal, without a chance to tidy up.', worker.signal, 'SIGKILL')
  const research = researchOf(standing)
  const { queries, searches: recorded } = research
  check(
    `It was in the middle: ${workspace.database} has ${recorded.length} of ${counted(queries.length, 'search', 'searches')}.`,
    recorded.length > 0 && recorded.length < queries.length,
    true,
  )
  return { research, ledger: ledgerOf(workspace) }
}
