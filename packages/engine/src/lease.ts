// The part of the store's port that gives a thread to one run at a time.
//   L1. At any moment at most one lease of a thread is in force. Its token is greater than that of every lease the
//       thread had before, also if the thread was deleted in between.
//   L2. A commit that carries a lease is refused, in its own transaction, once the thread has been given to somebody
//       else or was deleted. After `release`, and after the lease's time is over, it is kept as long as nobody has come.
//   L3. Who queues is served in the order of coming; nobody else gets the thread before.
//   L4. A lease outlives its holder for no longer than it takes to find out: it is over when its time is, and at once
//       when the store can tell that the holder's process is dead.
import type { Awaitable } from './store.ts'

/** What a run does that finds its thread held: fail, queue for it, or ask the holder to stop and then queue. */
export type OnBusy = 'reject' | 'wait' | 'interrupt'

/** The run that has a thread, or wants it. */
export interface Holder {
  readonly runId: string
  readonly processId: number
  /** The machine; `undefined` for a store that is seen by one process only. */
  readonly host: string | undefined
}

/** Somebody's hold on a thread. */
export interface Hold {
  readonly holder: Holder
  /** In milliseconds since the epoch. */
  readonly sinceMs: number
  /** Likewise; moved on while the run lives. `undefined`: until it is given back. */
  readonly untilMs: number | undefined
}

/** A run's hold on a thread, as its store gave it. The store keeps it up to date. */
export interface Lease extends Hold {
  readonly threadId: string
  /** Grows from each lease of the thread to the next. */
  readonly token: number
  /** The run that has asked this one to stop at its next superstep. */
  readonly askedBy: Holder | undefined
}

export interface LeaseRequest {
  readonly threadId: string
  readonly runId: string
  readonly onBusy: OnBusy
  /** The place in the queue that an earlier answer to the same run gave. */
  readonly ticket?: number | undefined
}

export type LeaseAnswer =
  | { readonly kind: 'granted'; readonly lease: Lease }
  /** With a ticket, the run has a place in the queue, and asks again. */
  | {
      readonly kind: 'busy'
      /** Who has the thread, or comes next. */
      readonly by: Hold
      readonly ticket: number | undefined
      /** For how long the place is kept until the run asks again. Default: for ever. */
      readonly keptMs?: number
    }

export interface Leases {
  acquire(request: LeaseRequest): Awaitable<LeaseAnswer>
  /** Gives up a place in the queue. */
  withdraw(threadId: string, ticket: number): Awaitable<void>
  /**
   * Moves the end of a lease on when it is near, and finds out who has asked for the thread.
   * @throws an error with code `LEASE_LOST`
   */
  renew(lease: Lease): Awaitable<void>
  /** Takes effect after the commits before it. A lease that was lost or given back is left as it is. */
  release(lease: Lease): Awaitable<void>
}
