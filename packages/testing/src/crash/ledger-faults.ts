// What a ledger shows of a thread whose processes were killed.
//   L1. A run executes a task at most once.
//   L2. A task that the store knew to have finished when a process was killed is not executed after that.
//   L3. What ended before the turn in which the process was killed is in the store.
//   L4. Without the executions that a kill cut off, each task was executed as often as in a run that is not killed.
//       A task that asks may ask again, as long as its answer is not known: of such a task the ends are counted.
import { isTaskOutput } from '@cairn/engine'
import type { Execution } from './ledger.ts'
import type { StoredThread } from './stored-thread.ts'

/** A process was killed. */
export interface Kill {
  /** How many lines the ledger had then. */
  readonly ledgerLength: number
  /** What the store held then. */
  readonly thread: StoredThread
}

export interface LedgerEvidence {
  readonly ledger: readonly Execution[]
  readonly kills: readonly Kill[]
  /** The ledger of a run that was not killed. */
  readonly expected: readonly Execution[]
  /** Whether L3 holds: not where a run goes on while its store still writes. Default true. */
  readonly keepsAtOnce?: boolean
}

/** What contradicts the rules above, in words. Empty when nothing does. */
export function ledgerFaults({ ledger, kills, expected, keepsAtOnce = true }: LedgerEvidence): string[] {
  const faults = [...twiceInOneRun(ledger)]
  const cutOff = new Set<Execution>()
  for (const { ledgerLength, thread } of kills) {
    const finished = finishedTasks(thread)
    const before = ledger.slice(0, ledgerLength)
    faults.push(...ranAgain(ledger.slice(ledgerLength), finished))
    if (keepsAtOnce) faults.push(...endedUnrecorded(before, finished))
    for (const execution of before) if (!finished.has(execution.taskId)) cutOff.add(execution)
  }
  const asking = askingTasks(expected)
  const countedKind = ({ kind, task }: Execution) => kind === (asking.has(task) ? 'ended' : 'started')
  const whole = ledger.filter((execution) => countedKind(execution) && !cutOff.has(execution))
  return [...faults, ...executedOtherwise(whole, expected.filter(countedKind))]
}

/** Tasks that were started more often than they ended. */
function askingTasks(expected: readonly Execution[]): Set<string> {
  const balance = new Map<string, number>()
  for (const { kind, task } of expected)
    balance.set(task, (balance.get(task) ?? 0) + (kind === 'started' ? 1 : -1))
  return new Set([...balance].filter(([, open]) => open > 0).map(([task]) => task))
}

function finishedTasks(thread: StoredThread): Set<string> {
  const finished = new Set<string>()
  for (const { writes } of thread)
    for (const [taskId, channel] of writes) if (isTaskOutput(channel)) finished.add(taskId)
  return finished
}

function* twiceInOneRun(ledger: readonly Execution[]): Iterable<string> {
  const started = ledger.filter(({ kind }) => kind === 'started')
  const byRun = countBy(started, ({ run, task, taskId }) => `${task} (${taskId}) in run ${run}`)
  for (const [execution, count] of byRun) if (count > 1) yield `${count} times: ${execution}`
}

function* ranAgain(after: readonly Execution[], finished: ReadonlySet<string>): Iterable<string> {
  for (const { kind, task, taskId } of after)
    if (kind === 'started' && finished.has(taskId)) yield `had finished, but ran again: ${task} (${taskId})`
}

function* endedUnrecorded(before: readonly Execution[], finished: ReadonlySet<string>): Iterable<string> {
  const turns = new Map<string, number>()
  for (const { run, turn } of before) turns.set(run, Math.max(turn, turns.get(run) ?? turn))
  for (const { kind, run, task, taskId, turn } of before) {
    if (kind === 'ended' && turn < turns.get(run)! && !finished.has(taskId))
      yield `ended in turn ${turn} of ${turns.get(run)}, but is not in the store: ${task} (${taskId})`
  }
}

function* executedOtherwise(whole: readonly Execution[], expected: readonly Execution[]): Iterable<string> {
  const counts = countBy(whole, ({ task }) => task)
  const allowed = countBy(expected, ({ task }) => task)
  for (const task of new Set([...allowed.keys(), ...counts.keys()])) {
    const [wanted, got] = [allowed.get(task) ?? 0, counts.get(task) ?? 0]
    if (wanted !== got)
      yield `executed ${got} times instead of ${wanted}, without what kills cut off: ${task}`
  }
}

function countBy(
  executions: readonly Execution[],
  keyOf: (execution: Execution) => string,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const execution of executions) {
    const key = keyOf(execution)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}
