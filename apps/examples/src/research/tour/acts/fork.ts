import { Command } from '@cairn/graph'
import { changesByEra, comparisonRows } from '../compare-research.ts'
import { sentenceText } from '../../render-report.ts'
import {
  type ResearchGraph,
  type Standing,
  type ThreadConfig,
  researchOf,
  runThread,
} from '../../run-thread.ts'
import type { Research } from '../../state.ts'
import { afterFirstPlan, togetherWith, wordBeside } from '../fork-point.ts'
import { type Snapshot, checkpointIdOf } from '../history-rows.ts'
import { type Stage, withThread } from '../stage.ts'
import { reportsIn } from '../workspace.ts'

const sentencesShown = 4

/** Goes back to the checkpoint after the plan, edits the searches, and runs on from there on a line of its own. */
export async function fork(stage: Stage, first: Research, history: readonly Snapshot[]): Promise<void> {
  const { check, screen, workspace } = stage
  const planned = afterFirstPlan(history)
  const word = wordBeside(first)
  if (!planned) throw new Error('No checkpoint of the thread has a search before it.')
  screen.say(
    `What if the plan had asked for passages that also speak of “${word}”? The searches in the checkpoint after the ` +
      `plan (step ${planned.metadata?.step}) are edited, and the run goes on from the edited one:`,
  )
  const second = await withThread(workspace, async (graph, config) => {
    const edited = await graph.updateState(
      planned.config,
      { queries: togetherWith((planned.values as Research).queries, word) },
      'plan',
    )
    const forked = await graph.getState(edited)
    check(
      'The edited checkpoint is a child of the planned one, beside the first line.',
      forked.parentConfig?.configurable?.['checkpoint_id'],
      checkpointIdOf(planned),
    )
    const standing = await throughApproval(
      graph,
      config,
      edited.configurable?.['checkpoint_id'] as string,
      stage,
    )
    return researchOf(standing)
  })
  compare(stage, first, second)
  await checkFirstLine(stage, first, history)
}

async function throughApproval(
  graph: ResearchGraph,
  config: ThreadConfig,
  checkpointId: string,
  { screen }: Stage,
): Promise<Standing> {
  const show = (line: string) => {
    if (!line.startsWith('search')) screen.excerpt(line)
  }
  const at = { ...config, configurable: { ...config.configurable, checkpoint_id: checkpointId } }
  const asked = await runThread(graph, null, at, show)
  return asked.kind === 'waiting' ? runThread(graph, new Command({ resume: 'approve' }), config, show) : asked
}

function compare({ check, screen }: Stage, first: Research, second: Research): void {
  const onlyInSecond = second.sentences.filter(
    ({ quote }) => !first.sentences.some((other) => other.quote === quote),
  )
  screen.table(['', 'first line', 'fork'], comparisonRows(first, second))
  screen.say('Quoted: − only in the first report, + only in the fork’s, = in both.')
  screen.excerpt(changesByEra(first, second).join('\n'))
  if (onlyInSecond.length > 0) {
    screen.say('Of what only the fork quotes:')
    screen.excerpt(onlyInSecond.slice(0, sentencesShown).map(sentenceText).join('\n'))
  }
  check(
    `The fork has a report of its own: ${second.reportPath}`,
    second.reportPath === first.reportPath,
    false,
  )
}

async function checkFirstLine(
  { check, workspace }: Stage,
  first: Research,
  history: readonly Snapshot[],
): Promise<void> {
  const head = history[0]
  if (!head) throw new Error('The thread has no history.')
  const now = await withThread(workspace, (graph) => graph.getState(head.config))
  check('The first line still stands as it was, checkpoint and report.', now.values, first)
  check('There are two reports.', reportsIn(workspace).length, 2)
}
