import type { Awaitable, Commit, Line, ListQuery, Store, StoredCheckpoint } from '../../src/index.ts'
import { MemoryStore } from '../../src/memory-store.ts'

/** Stands for the death of the process. */
export class Death extends Error {}

/** A store whose process dies in the middle of a commit: nothing is kept from then on, until it lives again. */
export class MortalStore implements Store {
  readonly #kept = new MemoryStore()
  #isDead = false
  #commitsLeft = Number.POSITIVE_INFINITY
  #diesAfterKeeping = false
  /** Slow commits are kept in the order in which they were made. */
  #last: Promise<unknown> = Promise.resolve()
  /** Makes the store slow: commits are kept when this resolves. */
  gate: (() => Promise<void>) | undefined

  /** Lives, through this many commits, and dies in the next: before or after that one is kept. */
  live(commits = Number.POSITIVE_INFINITY, diesAfterKeeping = false): void {
    this.#isDead = false
    this.#commitsLeft = commits
    this.#diesAfterKeeping = diesAfterKeeping
    this.#last = Promise.resolve()
  }

  load(line: Line, checkpointId?: string): StoredCheckpoint | undefined {
    return this.#kept.load(line, checkpointId)
  }

  commit(commit: Commit): Awaitable<void> {
    if (this.gate === undefined) return this.#keep(commit)
    const taken = structuredClone(commit)
    const keeping = Promise.all([this.gate(), this.#last]).then(() => this.#keep(taken))
    this.#last = keeping.catch(() => undefined)
    return keeping
  }

  list(query: ListQuery): Iterable<StoredCheckpoint> {
    return this.#kept.list(query)
  }

  deleteThread(threadId: string): void {
    this.#kept.deleteThread(threadId)
  }

  #keep(commit: Commit): void {
    if (this.#isDead) throw new Death('dead')
    this.#isDead = this.#commitsLeft-- <= 0
    if (!this.#isDead || this.#diesAfterKeeping) this.#kept.commit(commit)
    if (this.#isDead) throw new Death('died')
  }
}
