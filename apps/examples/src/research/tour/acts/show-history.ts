import { counted } from '../../counted.ts'
import { checkpointIdOf, historyRows, type Snapshot } from '../history-rows.ts'
import { type Stage, withThread } from '../stage.ts'

/** Shows the line of checkpoints that the processes left. Gives it newest first. */
export async function showHistory(
  { check, screen, workspace }: Stage,
  processes: number,
): Promise<Snapshot[]> {
  const history = await withThread(workspace, async (graph, config) => {
    const snapshots: Snapshot[] = []
    for await (const snapshot of graph.getStateHistory(config)) snapshots.push(snapshot)
    return snapshots
  })
  const oldestFirst = history.toReversed()
  screen.table(
    ['step', 'ran', 'wrote', 'checkpoint'],
    historyRows(oldestFirst).map(({ step, ran, wrote, checkpoint }) => [step, ran, wrote, checkpoint]),
    'wrote',
  )
  check(
    `${history.length} checkpoints, each the child of the one before: one line, written by ${counted(processes, 'process', 'processes')}.`,
    oldestFirst.slice(1).map(({ parentConfig }) => parentConfig?.configurable?.['checkpoint_id']),
    oldestFirst.slice(0, -1).map(checkpointIdOf),
  )
  return history
}
