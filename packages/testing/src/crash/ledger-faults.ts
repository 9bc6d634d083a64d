// What a ledger shows of a thread whose processes were killed.
//   L1. A run executes a task at most once.
//   L2. A task that the store knew to have finished when a process was killed is not executed after that.
//   L3. What ended before the turn in which the process was killed is in the store.
//   L4. Without the executions that a kill cut off, each task was executed as often as in a run that is not killed.
import { INTERRUPT, RESUME, isTaskOutput } from '@cairn/engine'
import type { Execution } from './ledger.ts'
import { type StoredThread, writesByTask } from './stored-thread.ts'

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
}

/** What contradicts the rules above, in words. Empty when nothing does. */
export function ledgerFaults({ ledger, kills, expected }: LedgerEvidence): string[] {
  const faults = [...twiceInOneRun(ledger)]
  const cutOff = new Map<string, number>()
  for (const { ledgerLength, thread } of kills) {
    const settled = settledExecutions(thread)
    const before = ledger.slice(0, ledgerLength)
    faults.push(...ranAgain(ledger.slice(ledgerLength), settled), ...endedUnrecorded(before, settled))
    for (const [taskId, count] of countStarted(before, ({ taskId: id }) => id)) {
      const known = settled.get(taskId) ?? 0
      if (known === forGood) continue
      cutOff.set(taskId, count - known)
    }
  }
  return [...faults, ...executedOtherwise(ledger, expected, cutOff)]
}

/** Executions that a store knows of a task which has finished: as many as there were. */
const forGood = Infinity

/** How many executions of each task came to an end that the store knows: with a question, or for good. */
function settledExecutions(thread: StoredThread): Map<string, number> {
  const settled = new Map<string, number>()
  for (const { writes } of thread) {
    for (const [taskId, own] of writesByTask(writes)) {
      if (own.some(([channel]) => isTaskOutput(channel))) settled.set(taskId, forGood)
      else if (own.some(([channel]) => channel === INTERRUPT)) {
        // Each answer that it has used is that to the question of an execution before.
        const answers = own.find(([channel]) => channel === RESUME)?.[1]
        settled.set(taskId, 1 + (Array.isArray(answers) ? answers.length : 0))
      }
    }
  }
  return settled
}

function* twiceInOneRun(ledger: readonly Execution[]): Iterable<string> {
  const byRun = countStarted(ledger, ({ run, task, taskId }) => `${task} (${taskId}) in run ${run}`)
  for (const [execution, count] of byRun) if (count > 1) yield `${count} times: ${execution}`
}

function* ranAgain(after: readonly Execution[], settled: ReadonlyMap<string, number>): Iterable<string> {
  for (const { kind, task, taskId } of after)
    if (kind === 'started' && settled.get(taskId) === forGood)
      yield `had finished, but ran again: ${task} (${taskId})`
}

function* endedUnrecorded(
  before: readonly Execution[],
  settled: ReadonlyMap<string, number>,
): Iterable<string> {
  const turns = new Map<string, number>()
  for (const { run, turn } of before) turns.set(run, Math.max(turn, turns.get(run) ?? turn))
  for (const { kind, run, task, taskId, turn } of before) {
    if (kind === 'ended' && turn < turns.get(run)! && settled.get(taskId) !== forGood)
      yield `ended in turn ${turn} of ${turns.get(run)}, but is not in the store: ${task} (${taskId})`
  }
}

function* executedOtherwise(
  ledger: readonly Execution[],
  expected: readonly Execution[],
  cutOff: ReadonlyMap<string, number>,
): Iterable<string> {
  const allowed = countStarted(expected, ({ task }) => task)
  const counted = countStarted(ledger, ({ task }) => task)
  const taskOf = new Map(ledger.map(({ taskId, task }) => [taskId, task]))
  for (const [taskId, count] of cutOff) {
    const task = taskOf.get(taskId)!
    counted.set(task, counted.get(task)! - count)
  }
  for (const task of new Set([...allowed.keys(), ...counted.keys()])) {
    const [wanted, got] = [allowed.get(task) ?? 0, counted.get(task) ?? 0]
    if (wanted !== got)
      yield `executed ${got} times instead of ${wanted}, without what kills cut off: ${task}`
  }
}

function countStarted(
  executions: readonly Execution[],
  keyOf: (execution: Execution) => string,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const execution of executions) {
    if (execution.kind !== 'started') continue
    const key = keyOf(execution)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}
