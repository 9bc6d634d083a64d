import type {
  Awaitable,
  Commit,
  Line,
  ListQuery,
  Store,
  StoredCheckpoint,
  StoredShape,
  TaskWrites,
} from '@cairn/engine'

/**
 * A store for someone who commits writes and then the checkpoint that they led to: it keeps them back, so that both
 * are one commit. A process that dies in between leaves nothing.
 */
export class WholeCommits implements Store {
  readonly #store: Store
  readonly #shape: StoredShape
  #held: Commit | undefined

  /** @param shape of the graph, for checkpoints that come without */
  constructor(store: Store, shape: StoredShape) {
    this.#store = store
    this.#shape = shape
  }

  load(line: Line, checkpointId?: string): Awaitable<StoredCheckpoint | undefined> {
    return this.#store.load(line, checkpointId)
  }

  list(query: ListQuery): Iterable<StoredCheckpoint> | AsyncIterable<StoredCheckpoint> {
    return this.#store.list(query)
  }

  deleteThread(threadId: string): Awaitable<void> {
    return this.#store.deleteThread(threadId)
  }

  commit(commit: Commit): Awaitable<void> {
    const writes: readonly TaskWrites[] = [...(this.#held?.writes ?? []), ...commit.writes]
    if (commit.checkpoint === undefined) {
      this.#held = { ...commit, writes }
      return
    }
    const checkpoint = { shape: this.#shape, ...commit.checkpoint }
    const committing = this.#store.commit({ ...commit, writes, checkpoint })
    if (committing !== undefined) return committing.then(() => this.#forget())
    this.#forget()
  }

  /** Commits what no checkpoint has come for. */
  async release(): Promise<void> {
    const held = this.#held
    this.#forget()
    if (held !== undefined) await this.#store.commit(held)
  }

  #forget(): void {
    this.#held = undefined
  }
}
