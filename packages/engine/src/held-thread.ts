// A store as the holder of a thread sees it: what is committed to the thread carries its lease.
//   H1. Everything that belongs to the run goes through here: nested graphs, and edits of the state from its nodes.
//   H2. A line is expected to end where this run has left it, once it was read or written from here.
import { systemClock, type Clock } from './clock.ts'
import { LeaseLostError } from './lease-errors.ts'
import type { Holder, Lease, Leases } from './lease.ts'
import type { Awaitable, Commit, Line, ListQuery, Store, StoredCheckpoint } from './store.ts'
import { wake } from './waiting-runs.ts'

/** How often a run that commits nothing looks after its lease, at most. */
const mostWatchMs = 1000

/** Of the lease's time: the holder looks after it several times before it is over. */
const watchesPerLease = 4

/** The newest checkpoint of a line; `null` when there is none, `undefined` when nobody has looked. */
type Head = string | null | undefined

export class HeldThread implements Store {
  readonly isAtomic: boolean
  readonly isPrompt: boolean
  readonly #store: Store
  readonly #leases: Leases
  readonly #lease: Lease
  readonly #clock: Clock
  /** Namespace → head. */
  readonly #heads = new Map<string, Head>()
  #isReleased = false
  #lost: { readonly error: unknown } | undefined
  #onLost: ((error: unknown) => void) | undefined
  #stopWatch: () => void = nothing

  constructor(store: Store, leases: Leases, lease: Lease, clock: Clock = systemClock) {
    this.isAtomic = store.isAtomic ?? true
    this.isPrompt = store.isPrompt ?? false
    this.#store = store
    this.#leases = leases
    this.#lease = lease
    this.#clock = clock
    this.#watch()
  }

  get threadId(): string {
    return this.#lease.threadId
  }

  get lease(): Lease {
    return this.#lease
  }

  /** The run that has asked this one to stop at its next superstep. */
  get askedBy(): Holder | undefined {
    return this.#lease.askedBy
  }

  /** Whether somebody who has to write to this thread in this store may do it through here. */
  covers(store: Store, threadId: string): boolean {
    return !this.#isReleased && threadId === this.threadId && (store === this || store === this.#store)
  }

  /** Where to write to a thread: here if this holds it, and else in the store itself. */
  storeFor(threadId: string): Store {
    return this.covers(this, threadId) ? this : this.#store
  }

  /** Calls back once the thread is found to be lost while the run waits for something else. */
  onLost(callback: (error: unknown) => void): void {
    this.#onLost = callback
    if (this.#lost !== undefined) callback(this.#lost.error)
  }

  load(line: Line, checkpointId?: string): Awaitable<StoredCheckpoint | undefined> {
    const loading = this.#store.load(line, checkpointId)
    if (checkpointId !== undefined || line.threadId !== this.threadId) return loading
    if (loading instanceof Promise) return loading.then((loaded) => this.#found(line, loaded))
    return this.#found(line, loading)
  }

  commit(commit: Commit): Awaitable<void> {
    const { line, checkpoint } = commit
    if (line.threadId !== this.threadId) return this.#store.commit(commit)
    if (checkpoint === undefined) return this.#store.commit({ ...commit, lease: this.#lease })
    const { namespace } = line
    const head = this.#heads.get(namespace)
    const isKnown = head !== undefined
    const committing = this.#store.commit({
      ...commit,
      lease: this.#lease,
      ...(isKnown && { expectedHead: head }),
    })
    // A checkpoint in the past of a line with another clock is none that the next one has to follow.
    this.#heads.set(namespace, isKnown && (head === null || head < checkpoint.id) ? checkpoint.id : head)
    // The failure is for the caller; what is tried again after it is not measured by what was never kept.
    committing?.then(undefined, () => this.#heads.set(namespace, undefined))
    return committing
  }

  list(query: ListQuery): Iterable<StoredCheckpoint> | AsyncIterable<StoredCheckpoint> {
    return this.#store.list(query)
  }

  deleteThread(threadId: string): Awaitable<void> {
    return this.#store.deleteThread(threadId)
  }

  /** Gives the thread back, after what was committed. Later calls do nothing. */
  release(): Awaitable<void> {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#stopWatch()
    const releasing = this.#leases.release(this.#lease)
    const tell = () => wake(this.#leases, this.threadId)
    return releasing === undefined ? tell() : releasing.then(tell)
  }

  #found(line: Line, loaded: StoredCheckpoint | undefined): StoredCheckpoint | undefined {
    if (!this.#heads.has(line.namespace)) this.#heads.set(line.namespace, loaded?.id ?? null)
    return loaded
  }

  #watch(): void {
    const { sinceMs, untilMs } = this.#lease
    if (untilMs === undefined) return
    const everyMs = Math.min(mostWatchMs, Math.ceil((untilMs - sinceMs) / watchesPerLease))
    const look = () => {
      this.#renew()
      if (!this.#isReleased && this.#lost === undefined) next()
    }
    const next = () => (this.#stopWatch = this.#clock.after(everyMs, look, true))
    next()
  }

  #renew(): void {
    const fail = (error: unknown) => this.#failedToRenew(error)
    try {
      this.#leases.renew(this.#lease)?.catch(fail)
    } catch (error) {
      fail(error)
    }
  }

  /** What else prevents a renewal may pass; if it does not, the lease is lost, and commits are refused. */
  #failedToRenew(error: unknown): void {
    if (!isLeaseLost(error) || this.#isReleased) return
    this.#lost = { error }
    this.#stopWatch()
    this.#onLost?.(error)
  }
}

function isLeaseLost(error: unknown): boolean {
  return error instanceof LeaseLostError || (error as { code?: unknown } | null)?.code === 'LEASE_LOST'
}

const nothing = (): void => undefined
