import { systemClock, type Clock } from './clock.ts'
import { HeldThread } from './held-thread.ts'
import { ThreadBusyError } from './lease-errors.ts'
import type { LeaseAnswer, LeaseRequest, Leases } from './lease.ts'
import type { Awaitable, Store } from './store.ts'
import { isNext, onTurn, wake } from './waiting-runs.ts'

export interface HoldOptions extends Omit<LeaseRequest, 'ticket'> {
  readonly store: Store
  /** Of the store. */
  readonly leases: Leases
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock
}

/** How long a waiting run waits before it looks whether another process has given the thread back: first, and at most. */
const firstPollMs = 2
const mostPollMs = 50

/** The same for a run that has others of this process before it, which it will hear of. */
const behindPollMs = 1000

/** Of the time for which a place in the queue is kept: whoever waits asks several times before it is over. */
const pollsPerPlace = 4

/**
 * Takes the thread for a run, or waits for it. A store that answers at once is not awaited.
 * @throws {ThreadBusyError} when another run has it, and `onBusy` is `reject`
 * @throws the signal's reason, while it waits
 */
export function holdThread(options: HoldOptions): Awaitable<HeldThread> {
  const { leases, threadId, runId, onBusy, signal } = options
  signal?.throwIfAborted()
  const answer = leases.acquire({ threadId, runId, onBusy })
  return answer instanceof Promise
    ? answer.then((given) => heldOrWaiting(options, given))
    : heldOrWaiting(options, answer)
}

function heldOrWaiting(options: HoldOptions, answer: LeaseAnswer): Awaitable<HeldThread> {
  const { store, leases, threadId, clock } = options
  if (answer.kind === 'granted') return new HeldThread(store, leases, answer.lease, clock)
  const { ticket, keptMs = Infinity } = answer
  if (ticket === undefined) throw new ThreadBusyError(threadId, answer.by)
  return waitInQueue(options, ticket, Math.min(behindPollMs, keptMs / pollsPerPlace))
}

async function waitInQueue(
  options: HoldOptions,
  firstTicket: number,
  longestMs: number,
): Promise<HeldThread> {
  const { store, leases, threadId, runId, onBusy, clock } = options
  let ticket = firstTicket
  try {
    for (let pollMs = firstPollMs; ; pollMs = Math.min(2 * pollMs, mostPollMs, longestMs)) {
      await chance(options, ticket, { pollMs, longestMs })
      const answer = await leases.acquire({ threadId, runId, onBusy, ticket })
      if (answer.kind === 'granted') return new HeldThread(store, leases, answer.lease, clock)
      ticket = answer.ticket ?? ticket
    }
  } catch (error) {
    await leases.withdraw(threadId, ticket)
    wake(leases, threadId) // the next one may have been waiting for this one only
    throw error
  }
}

/** Resolves when it is worth asking again. */
function chance(
  { leases, threadId, signal, clock = systemClock }: HoldOptions,
  ticket: number,
  { pollMs, longestMs }: { readonly pollMs: number; readonly longestMs: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      leave()
      cancel()
      signal?.removeEventListener('abort', abort)
      end()
    }
    const again = () => settle(resolve)
    const abort = () => settle(() => reject(signal!.reason as Error))
    const leave = onTurn(leases, threadId, ticket, again)
    const cancel = clock.after(isNext(leases, threadId, ticket) ? pollMs : longestMs, again)
    if (signal?.aborted === true) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}
