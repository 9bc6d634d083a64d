import type { Awaitable, Commit, Line, ListQuery, Store, StoredCheckpoint } from '../../src/index.ts'
import { MemoryStore } from '../../src/memory-store.ts'

/** An in-memory store that tells what it was given, and that a test can make slow, or make fail. */
export class RecordingStore implements Store {
  readonly #kept = new MemoryStore()
  /** As they were made, failed ones included. */
  readonly commits: Commit[] = []
  /** Slow commits are kept in the order in which they were made. */
  #last: Promise<unknown> = Promise.resolve()
  /** Called before a commit is kept: throws to refuse it, returns a promise to keep it later. */
  onCommit: ((commit: Commit, index: number) => Awaitable<void>) | undefined

  /** Checkpoints among the commits, in their order. */
  get checkpoints(): NonNullable<Commit['checkpoint']>[] {
    return this.commits.flatMap(({ checkpoint }) => checkpoint ?? [])
  }

  /** Each commit in one word or two: whose writes it keeps, and the step of its checkpoint. */
  get log(): string[] {
    return this.commits.map(({ writes, checkpoint }) =>
      [
        ...writes.map(({ taskPath }) => taskPath.replace(/^~__pregel_(pull|push), /, '') || 'command'),
        ...(checkpoint === undefined ? [] : [`#${checkpoint.metadata.step}`]),
      ].join(' '),
    )
  }

  load(line: Line, checkpointId?: string): StoredCheckpoint | undefined {
    return this.#kept.load(line, checkpointId)
  }

  commit(commit: Commit): Awaitable<void> {
    const taken = copyOf(commit)
    this.commits.push(taken)
    const slow = this.onCommit?.(taken, this.commits.length - 1)
    if (slow === undefined) return this.#kept.commit(taken)
    const keeping = Promise.all([slow, this.#last]).then(() => this.#kept.commit(taken))
    this.#last = keeping.catch(() => undefined)
    return keeping
  }

  list(query: ListQuery): Iterable<StoredCheckpoint> {
    return this.#kept.list(query)
  }

  deleteThread(threadId: string): void {
    this.#kept.deleteThread(threadId)
  }
}

/** What a store takes at the call, before what it was given changes. */
function copyOf({ line, writes, checkpoint }: Commit): Commit {
  if (checkpoint === undefined) return { line, writes: [...writes] }
  const { versions, seen, changed } = checkpoint
  const copy = { ...checkpoint, versions: { ...versions }, seen: { ...seen }, changed: { ...changed } }
  return { line, writes: [...writes], checkpoint: copy }
}
