import { HeadMovedError, LeaseLostError } from './lease-errors.ts'
import type { Hold, Holder, Lease, LeaseAnswer, LeaseRequest, Leases } from './lease.ts'
import type { Commit } from './store.ts'

interface KeptLease extends Lease {
  askedBy: Holder | undefined
}

interface KeptThread {
  /** Of the newest lease, whether it is in force or not. */
  lease: KeptLease | undefined
  isHeld: boolean
  readonly queue: { readonly ticket: number; readonly holder: Holder; readonly sinceMs: number }[]
}

/** Leases of threads that one process knows. No holder can die without it, so they have no end. */
export class MemoryLeases implements Leases {
  readonly #threads = new Map<string, KeptThread>()
  #lastToken = 0
  #lastTicket = 0

  acquire({ threadId, runId, onBusy, ticket }: LeaseRequest): LeaseAnswer {
    const thread = this.#threadFor(threadId)
    const { queue, lease } = thread
    const holder: Holder = { runId, processId: process.pid, host: undefined }
    const isFirst = queue.length === 0 || queue[0]!.ticket === ticket
    if (!thread.isHeld && isFirst) {
      if (queue.length > 0) queue.shift()
      return { kind: 'granted', lease: this.#grant(thread, threadId, holder) }
    }
    if (thread.isHeld && onBusy === 'interrupt') lease!.askedBy ??= holder
    const by: Hold = thread.isHeld
      ? { holder: lease!.holder, sinceMs: lease!.sinceMs, untilMs: undefined }
      : { holder: queue[0]!.holder, sinceMs: queue[0]!.sinceMs, untilMs: undefined }
    if (onBusy === 'reject') return { kind: 'busy', by, ticket: undefined }
    const place = queue.find((waiting) => waiting.ticket === ticket)?.ticket ?? ++this.#lastTicket
    if (place !== ticket) queue.push({ ticket: place, holder, sinceMs: Date.now() })
    return { kind: 'busy', by, ticket: place }
  }

  withdraw(threadId: string, ticket: number): void {
    const queue = this.#threads.get(threadId)?.queue ?? []
    const index = queue.findIndex((waiting) => waiting.ticket === ticket)
    if (index >= 0) queue.splice(index, 1)
  }

  renew(lease: Lease): void {
    this.#checkToken(lease)
  }

  release(lease: Lease): void {
    const thread = this.#threads.get(lease.threadId)
    if (thread?.lease?.token === lease.token) thread.isHeld = false
  }

  /** The thread is deleted: who held it has lost it. */
  forget(threadId: string): void {
    const thread = this.#threads.get(threadId)
    if (thread === undefined) return
    thread.lease = undefined
    thread.isHeld = false
    if (thread.queue.length === 0) this.#threads.delete(threadId)
  }

  /**
   * @param head the newest checkpoint of the line
   * @throws {LeaseLostError}
   * @throws {HeadMovedError}
   */
  check({ line, lease, expectedHead }: Commit, head: string | undefined): void {
    if (lease !== undefined) this.#checkToken(lease)
    if (expectedHead !== undefined && expectedHead !== (head ?? null))
      throw new HeadMovedError(line.threadId, line.namespace, expectedHead ?? undefined, head)
  }

  #checkToken({ threadId, token, holder }: Lease): void {
    const newest = this.#threads.get(threadId)?.lease
    if (newest?.token !== token) throw new LeaseLostError(threadId, holder.runId, newest?.holder)
  }

  #grant(thread: KeptThread, threadId: string, holder: Holder): KeptLease {
    const lease: KeptLease = {
      threadId,
      token: ++this.#lastToken,
      holder,
      sinceMs: Date.now(),
      untilMs: undefined,
      askedBy: undefined,
    }
    thread.lease = lease
    thread.isHeld = true
    return lease
  }

  #threadFor(threadId: string): KeptThread {
    let thread = this.#threads.get(threadId)
    if (thread === undefined)
      this.#threads.set(threadId, (thread = { lease: undefined, isHeld: false, queue: [] }))
    return thread
  }
}
