// Runs of this process that wait for threads: told when a run of this process gives one back, so that they need not
// find out by asking.
import type { Leases } from './lease.ts'

interface WaitingRun {
  readonly ticket: number
  callback(): void
}

const waitingFor = new WeakMap<Leases, Map<string, Set<WaitingRun>>>()

/** Calls back once when the thread is free and it is this run's turn, as far as this process knows. */
export function onTurn(leases: Leases, threadId: string, ticket: number, callback: () => void): () => void {
  let threads = waitingFor.get(leases)
  if (threads === undefined) waitingFor.set(leases, (threads = new Map()))
  let runs = threads.get(threadId)
  if (runs === undefined) threads.set(threadId, (runs = new Set()))
  const run: WaitingRun = { ticket, callback }
  runs.add(run)
  return () => {
    runs.delete(run)
    if (runs.size === 0 && threads.get(threadId) === runs) threads.delete(threadId)
  }
}

/** Whether no other run of this process came before this one. */
export function isNext(leases: Leases, threadId: string, ticket: number): boolean {
  return firstOf(waitingFor.get(leases)?.get(threadId))?.ticket === ticket
}

/** The thread is free, or somebody has left its queue. */
export function wake(leases: Leases, threadId: string): void {
  firstOf(waitingFor.get(leases)?.get(threadId))?.callback()
}

function firstOf(runs: ReadonlySet<WaitingRun> = new Set()): WaitingRun | undefined {
  let first: WaitingRun | undefined
  for (const run of runs) if (first === undefined || run.ticket < first.ticket) first = run
  return first
}
