import { isDeepStrictEqual } from 'node:util'
import type { Codec } from './codec/codec.ts'
import { createCodec } from './codec/create-codec.ts'
import { UnserialisableValueError } from './codec/errors.ts'
import { GrowingText, type TextVersion } from './growing-text.ts'
import { MemoryLeases } from './memory-leases.ts'
import { copySeen, MemoryLine, type KeptCheckpoint, type KeptTaskWrites } from './memory-line.ts'
import type { Commit, Line, ListQuery, NewCheckpoint, Store, StoredCheckpoint, TaskWrites } from './store.ts'
import { UnknownParentError } from './unknown-parent-error.ts'
import { UnstorableValueError } from './unstorable-value-error.ts'

export interface MemoryStoreOptions {
  /** What values are encoded with. By default a codec without extensions. */
  readonly codec?: Codec
}

/**
 * A store that lives as long as its process, for tests and for work that need not outlive it. It answers at once:
 * no method returns a promise. Values are encoded when they are committed, and decoded at each load.
 */
export class MemoryStore implements Store {
  readonly leases = new MemoryLeases()
  readonly #codec: Codec
  /** Thread id → namespace → line. */
  readonly #threads = new Map<string, Map<string, MemoryLine>>()

  constructor(options: MemoryStoreOptions = {}) {
    this.#codec = options.codec ?? createCodec()
  }

  load(line: Line, checkpointId?: string): StoredCheckpoint | undefined {
    const found = this.#threads.get(line.threadId)?.get(line.namespace)
    const id = checkpointId ?? found?.newestId
    const kept = id === undefined ? undefined : found?.kept(id)
    return kept === undefined ? undefined : found!.restore(kept)
  }

  /**
   * @throws {UnstorableValueError} when a value cannot be kept.
   * @throws {UnknownParentError} when the line does not hold the checkpoint's parent.
   * @throws {LeaseLostError} when the thread was given to another run.
   * @throws {HeadMovedError} when the line has a newer checkpoint than the one that was expected.
   */
  commit(commit: Commit): void {
    const { line, writes, checkpoint } = commit
    // All that can fail comes first (S1).
    this.leases.check(commit, this.#threads.get(line.threadId)?.get(line.namespace)?.newestId)
    const found = this.#lineFor(line)
    const keptWrites = writes.map((task) => this.#encodeWrites(line.threadId, task))
    const kept = checkpoint === undefined ? undefined : this.#encodeCheckpoint(found, checkpoint)
    for (const task of keptWrites) found.addWrites(task)
    if (kept !== undefined) found.addCheckpoint(kept)
  }

  *list(query: ListQuery): Generator<StoredCheckpoint, void, undefined> {
    const filter = Object.entries(query.filter ?? {})
    let left = query.limit ?? Infinity
    for (const [line, kept] of this.#newestFirst(query)) {
      if (left <= 0) return
      const checkpoint = line.restore(kept)
      if (!filter.every(([key, value]) => isDeepStrictEqual(checkpoint.metadata[key], value))) continue
      left--
      yield checkpoint
    }
  }

  deleteThread(threadId: string): void {
    this.#threads.delete(threadId)
    this.leases.forget(threadId)
  }

  #newestFirst({ threadId, namespace, before }: ListQuery): (readonly [MemoryLine, KeptCheckpoint])[] {
    const threads = threadId === undefined ? [...this.#threads.values()] : [this.#threads.get(threadId)]
    return threads
      .flatMap((lines) => [...(lines?.values() ?? [])])
      .filter(({ line }) => namespace === undefined || line.namespace === namespace)
      .flatMap((line) => line.ids.map((id) => [line, line.kept(id)!] as const))
      .filter(([, { id }]) => before === undefined || id < before)
      .toSorted(([, left], [, right]) => (left.id < right.id ? 1 : left.id > right.id ? -1 : 0))
  }

  #lineFor(line: Line): MemoryLine {
    let lines = this.#threads.get(line.threadId)
    if (lines === undefined) this.#threads.set(line.threadId, (lines = new Map()))
    let found = lines.get(line.namespace)
    if (found === undefined) lines.set(line.namespace, (found = new MemoryLine(line, this.#codec)))
    return found
  }

  #encodeWrites(threadId: string, { checkpointId, taskId, taskPath, writes }: TaskWrites): KeptTaskWrites {
    return {
      checkpointId,
      taskId,
      taskPath,
      writes: writes.map(
        ([channel, value]) => [channel, this.#encode(threadId, channel, value, taskId)] as const,
      ),
    }
  }

  #encodeCheckpoint(line: MemoryLine, checkpoint: NewCheckpoint): KeptCheckpoint {
    const { id, parentId, createdAt, metadata, versions, seen, shape } = checkpoint
    return {
      id,
      parentId,
      createdAt,
      metadata: this.#encode(line.line.threadId, 'metadata', metadata),
      values: this.#encodeValues(line, checkpoint),
      versions: { ...versions },
      seen: copySeen(seen),
      shape: shape && { hash: shape.hash, text: shape.text },
    }
  }

  #encodeValues(
    line: MemoryLine,
    { id, parentId, changed, removed }: NewCheckpoint,
  ): ReadonlyMap<string, TextVersion> {
    const parent = parentId === undefined ? undefined : line.kept(parentId)
    if (parentId !== undefined && parent === undefined) {
      throw new UnknownParentError(line.line.threadId, line.line.namespace, id, parentId)
    }
    const texts = Object.keys(changed).map(
      (channel) => [channel, this.#encode(line.line.threadId, channel, changed[channel])] as const,
    )
    const values = new Map(parent?.values)
    for (const [channel, text] of texts) {
      values.set(channel, values.get(channel)?.next(text) ?? GrowingText.from(text))
    }
    for (const channel of removed) values.delete(channel)
    return values
  }

  #encode(threadId: string, channel: string, value: unknown, taskId?: string): string {
    try {
      return this.#codec.encode(value)
    } catch (error) {
      if (!(error instanceof UnserialisableValueError)) throw error
      throw new UnstorableValueError(error, threadId, channel, taskId)
    }
  }
}
