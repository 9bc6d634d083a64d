// Leases of threads in a SQLite file, for the processes of one machine.
//   T1. A lease is in force until its time is over, unless its process is dead, which others on the machine can see; and
//       as long as a run in this very process has it, which cannot have died.
//   T2. What decides is read and written in one transaction that nobody else writes beside.
//   T3. As long as no other connection has written to the file, what this one knows of its leases is right.
import {
  LeaseLostError,
  type Awaitable,
  type Hold,
  type Holder,
  type Lease,
  type LeaseAnswer,
  type LeaseRequest,
  type Leases,
} from '@cairn/engine'
import type { Database } from 'better-sqlite3'
import { LeaseCount } from './lease-count.ts'
import { shownHolder, storedHolder, storedText } from './lease-holder.ts'
import { type LeaseRow, LeaseTable } from './lease-table.ts'
import { isDead, ownIdentity } from './process-identity.ts'
import { type QueueRow, QueueTable } from './queue-table.ts'

export interface LeaseOptions {
  /** How long a lease lasts that nobody renews, in milliseconds. */
  readonly leaseMs: number
  /** Runs the body in a transaction that writes, after everything that the store was given before. */
  writing<Result>(body: () => Result): Awaitable<Result>
  /** The same at once, blocking. */
  writingNow(body: () => void): void
  /** Of the file: changes when another connection has written to it. Within a transaction. */
  version(): number
}

type Answer = { readonly kind: 'granted'; readonly lease: KeptLease } | Extract<LeaseAnswer, { kind: 'busy' }>

interface KeptLease extends Lease {
  untilMs: number
  askedBy: Holder | undefined
  /** The file's version at which it was in force. */
  version: number | undefined
}

export class SqliteLeases implements Leases {
  readonly #options: LeaseOptions
  readonly #leases: LeaseTable
  readonly #queue: QueueTable
  readonly #count: LeaseCount
  readonly #own = ownIdentity()
  /** Thread → the lease that a run of this process has. */
  readonly #live = new Map<string, KeptLease>()
  #isClosed = false

  constructor(database: Database, options: LeaseOptions) {
    this.#options = options
    this.#leases = new LeaseTable(database)
    this.#queue = new QueueTable(database)
    this.#count = new LeaseCount(database)
  }

  acquire(request: LeaseRequest): Awaitable<LeaseAnswer> {
    // Whoever waits asks often, and mostly finds nothing new.
    const unchanged = request.ticket === undefined ? undefined : this.#whileNothingChanges(request)
    if (unchanged !== undefined) return unchanged
    const answer = this.#options.writing(() => this.#acquire(request, Date.now()))
    return answer instanceof Promise ? answer.then((given) => this.#noted(given)) : this.#noted(answer)
  }

  withdraw(threadId: string, ticket: number): Awaitable<void> {
    if (this.#isClosed || this.#queue.find(threadId, ticket) === undefined) return
    return this.#options.writing(() => this.#queue.delete(threadId, ticket))
  }

  renew(lease: Lease): Awaitable<void> {
    if (this.#isClosed || !this.#isNearEnd(this.#current(lease).until, Date.now())) return
    return this.#options.writing(() => this.#extend(lease))
  }

  release(lease: Lease): Awaitable<void> {
    const { threadId, token } = lease
    if (this.#live.get(threadId)?.token === token) this.#live.delete(threadId)
    if (this.#isClosed) return
    return this.#options.writing(() => this.#leases.giveBack(threadId, token))
  }

  /**
   * Whether the thread is somebody else's now. To be called in the transaction of a commit, before anything is written.
   * Moves the end of the lease on when it is near.
   */
  lossOf(lease: Lease): LeaseLostError | undefined {
    const live = this.#live.get(lease.threadId)
    const version = this.#options.version()
    if (live === lease && live.version === version && !this.#isNearEnd(live.untilMs, Date.now()))
      return undefined
    try {
      this.#extend(lease)
      if (live === lease) live.version = version
    } catch (error) {
      if (error instanceof LeaseLostError) return error
      throw error
    }
  }

  /** To be called in the transaction that deletes the thread. */
  forget(threadId: string): void {
    this.#live.delete(threadId)
    this.#leases.delete(threadId)
  }

  /** What was noted in a transaction that was rolled back is void. */
  rolledBack(): void {
    for (const live of this.#live.values()) live.version = undefined
  }

  /** To be called before the store is closed: its runs can keep nothing any more, and others need not wait for them. */
  close(): void {
    if (this.#isClosed) return
    if (this.#live.size > 0)
      this.#options.writingNow(() => {
        for (const { threadId, token } of this.#live.values()) this.#leases.giveBack(threadId, token)
      })
    this.#live.clear()
    this.#isClosed = true
  }

  /** @throws {LeaseLostError} */
  #extend(lease: Lease): void {
    const now = Date.now()
    const { until } = this.#current(lease)
    ;(lease as KeptLease).untilMs = until
    if (!this.#isNearEnd(until, now)) return
    const later = now + this.#options.leaseMs
    this.#leases.extend(lease.threadId, lease.token, later)
    ;(lease as KeptLease).untilMs = later
  }

  #noted(answer: Answer): LeaseAnswer {
    if (answer.kind === 'granted') this.#live.set(answer.lease.threadId, answer.lease)
    return answer
  }

  /**
   * The row of a lease, which is told who has asked for the thread.
   * @throws {LeaseLostError}
   */
  #current(lease: Lease): LeaseRow {
    const row = this.#leases.find(lease.threadId)
    if (row?.token !== lease.token) throw this.#lost(lease, row)
    if (row.asked !== null && lease.askedBy === undefined)
      (lease as KeptLease).askedBy = shownHolder(storedHolder(row.asked))
    return row
  }

  #lost({ threadId, holder }: Lease, row: LeaseRow | undefined): LeaseLostError {
    const by = row === undefined ? undefined : shownHolder(storedHolder(row.holder))
    return new LeaseLostError(threadId, holder.runId, by)
  }

  /** One that was given back has no end any more. */
  #isNearEnd(until: number, now: number): boolean {
    return until !== 0 && until - now < this.#options.leaseMs / 2
  }

  #acquire(request: LeaseRequest, now: number): Answer {
    const { threadId, runId, onBusy, ticket } = request
    const row = this.#leases.find(threadId)
    const first = this.#firstAlive(threadId, now)
    const isHeld = row !== undefined && this.#isInForce(threadId, row, now)
    if (!isHeld && (first === undefined || first.ticket === ticket)) {
      if (first !== undefined) this.#queue.delete(threadId, first.ticket)
      return { kind: 'granted', lease: this.#grant(threadId, runId, now) }
    }
    if (isHeld && onBusy === 'interrupt') this.#ask(threadId, row, runId)
    const by = holdOf(isHeld ? row : first!)
    return this.#busy(by, onBusy === 'reject' ? undefined : this.#place(request, now))
  }

  /** The answer to somebody who waits, as long as there is nothing to write. */
  #whileNothingChanges({ threadId, onBusy, ticket }: LeaseRequest): LeaseAnswer | undefined {
    const now = Date.now()
    const row = this.#leases.find(threadId)
    const own = this.#queue.find(threadId, ticket!)
    if (own === undefined || this.#isNearEnd(own.until, now)) return undefined
    if (row !== undefined && this.#isInForce(threadId, row, now)) {
      const mustAsk = onBusy === 'interrupt' && row.asked === null
      return mustAsk ? undefined : this.#busy(holdOf(row), ticket)
    }
    const first = this.#queue.first(threadId)!
    if (first.ticket === ticket || !this.#isWaiting(first, now)) return undefined
    return this.#busy(holdOf(first), ticket)
  }

  #busy(by: Hold, ticket: number | undefined): Extract<LeaseAnswer, { kind: 'busy' }> {
    return { kind: 'busy', by, ticket, keptMs: this.#options.leaseMs }
  }

  #isInForce(threadId: string, { token, holder, until }: LeaseRow, now: number): boolean {
    if (until === 0) return false
    if (this.#live.get(threadId)?.token === token) return true
    return until > now && !isDead(storedHolder(holder), this.#own)
  }

  #isWaiting({ holder, until }: QueueRow, now: number): boolean {
    return until > now && !isDead(storedHolder(holder), this.#own)
  }

  /** Who is first in the queue. Those before it that have died are gone. */
  #firstAlive(threadId: string, now: number): QueueRow | undefined {
    for (;;) {
      const first = this.#queue.first(threadId)
      if (first === undefined || this.#isWaiting(first, now)) return first
      this.#queue.delete(threadId, first.ticket)
    }
  }

  #grant(threadId: string, runId: string, now: number): KeptLease {
    const { processId, host } = this.#own
    const untilMs = now + this.#options.leaseMs
    const token = this.#count.next()
    this.#leases.put(threadId, token, storedText(runId, this.#own), now, untilMs)
    const holder = { runId, processId, host }
    return { threadId, token, holder, sinceMs: now, untilMs, askedBy: undefined, version: undefined }
  }

  #ask(threadId: string, { token, asked }: LeaseRow, runId: string): void {
    if (asked === null) this.#leases.ask(threadId, token, storedText(runId, this.#own))
    const live = this.#live.get(threadId)
    const { processId, host } = this.#own
    if (live?.token === token) live.askedBy ??= { runId, processId, host }
  }

  /** The place in the queue of somebody who waits: the one it has, or the last. */
  #place({ threadId, runId, ticket }: LeaseRequest, now: number): number {
    const until = now + this.#options.leaseMs
    const own = ticket === undefined ? undefined : this.#queue.find(threadId, ticket)
    const place = own?.ticket ?? this.#count.next()
    if (own === undefined) this.#queue.add(threadId, place, storedText(runId, this.#own), now, until)
    else this.#queue.extend(threadId, place, until)
    return place
  }
}

function holdOf({ holder, since, until }: LeaseRow | QueueRow): Hold {
  return { holder: shownHolder(storedHolder(holder)), sinceMs: since, untilMs: until }
}
