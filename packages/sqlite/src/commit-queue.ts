import type { Line } from '@cairn/engine'

/** Something that is to be written: a commit, or who may write to a thread. */
export interface QueuedWrite {
  /** Where a commit adds something that has to be seen from now on. */
  readonly line?: Line
  /** Within a transaction, before anything of it is written: why it may not be written, if so. */
  refusal?(): Error | undefined
  write(): void
}

export interface QueuedCommit extends QueuedWrite {
  resolve(): void
  reject(error: unknown): void
}

/** Turns of the microtask queue that commits wait for others. */
const gatheringTurns = 8

// Taken at load: fake timers in tests must not stop a commit.
const { setTimeout, clearTimeout, queueMicrotask } = globalThis

/**
 * Gathers the commits of one turn of the event loop, those of all threads, since a transaction costs more than what
 * most of them write. They are written before the event loop turns again, unless another connection is writing: then
 * as soon as it has done, and the event loop goes on meanwhile.
 */
export class CommitQueue {
  /** Puts back what it cannot write. */
  readonly #write: (commits: readonly QueuedCommit[]) => void
  #queued: QueuedCommit[] = []
  #turnsLeft = 0
  #isGathering = false
  #retry: NodeJS.Timeout | undefined
  #isBusySince: number | undefined

  constructor(write: (commits: readonly QueuedCommit[]) => void) {
    this.#write = write
  }

  get isEmpty(): boolean {
    return this.#queued.length === 0
  }

  /** How long another connection has kept the commits waiting, in milliseconds. */
  get waitedMs(): number {
    return this.#isBusySince === undefined ? 0 : Date.now() - this.#isBusySince
  }

  /** Whether something is to be written to this line. */
  holds({ threadId, namespace }: Line): boolean {
    return this.#queued.some(({ line }) => line?.threadId === threadId && line.namespace === namespace)
  }

  add(write: QueuedWrite): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queued.push(Object.assign(write, { resolve, reject }))
      this.#turnsLeft = gatheringTurns
      if (this.#isGathering || this.#retry !== undefined) return
      this.#isGathering = true
      queueMicrotask(() => this.#gather())
    })
  }

  /** What is queued, for someone who writes it now. */
  take(): QueuedCommit[] {
    const queued = this.#queued
    this.#queued = []
    this.#isBusySince = undefined
    clearTimeout(this.#retry)
    this.#retry = undefined
    return queued
  }

  /** What could not be written: another connection is writing. It comes before what was queued meanwhile. */
  putBack(queued: readonly QueuedCommit[]): void {
    this.#isBusySince ??= Date.now()
    this.#queued = [...queued, ...this.#queued]
    // Two processes that wait for each other must not ask in step.
    this.#retry ??= setTimeout(() => this.#flush(), 1 + Math.random() * 2)
  }

  #gather(): void {
    if (this.#queued.length > 0 && --this.#turnsLeft > 0) return queueMicrotask(() => this.#gather())
    this.#isGathering = false
    this.#flush()
  }

  #flush(): void {
    this.#retry = undefined
    const queued = this.#queued
    if (queued.length === 0) return
    this.#queued = []
    this.#write(queued)
    if (this.#queued.length === 0) this.#isBusySince = undefined
  }
}
