import { type Standing, standingOf } from '../../run-thread.ts'
import { searchRuns } from '../search-runs.ts'
import { type Stage, ledgerOf, withThread } from '../stage.ts'
import { runWorker } from '../worker.ts'
import type { Wreck } from './kill.ts'

/** Goes on in a new process, and shows from the ledger that no search that was recorded ran twice. */
export async function resume(
  { check, screen, workspace }: Stage,
  { research, ledger }: Wreck,
): Promise<Standing> {
  screen.say(`A new process opens ${workspace.database} and is told the thread’s name, nothing else.`)
  const worker = await runWorker(workspace, { onLine: (line) => screen.excerpt(line) })
  check('The second process ended by itself.', worker.code, 0)

  const runs = searchRuns(research.queries, research.searches, ledger, ledgerOf(workspace))
  screen.table(
    ['search', 'when killed', 'runs in all'],
    runs.map(({ id, whenKilled, runs: count }) => [id, whenKilled, count]),
  )
  const recorded = runs.filter(({ whenKilled }) => whenKilled === 'recorded')
  const lost = runs.filter(({ whenKilled }) => whenKilled === 'made, not recorded')
  check(
    `None of the ${recorded.length} recorded searches ran again.`,
    recorded.map(({ runs: count }) => count),
    recorded.map(() => 1),
  )
  const others = runs.filter(({ whenKilled }) => whenKilled !== 'recorded')
  const again =
    lost.length === 0 ? '' : ` (${lost.length} for the second time: made, but killed before it was recorded)`
  check(
    `The other ${others.length} were made by the second process${again}.`,
    others.map(({ runs: count }) => count),
    others.map(({ whenKilled }) => (whenKilled === 'not made' ? 1 : 2)),
  )
  return withThread(workspace, standingOf)
}
