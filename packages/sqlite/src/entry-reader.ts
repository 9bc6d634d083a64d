import {
  type CheckpointMetadata,
  type PendingWrite,
  type StoredCheckpoint,
  compareCodePoints,
} from '@cairn/engine'
import type { Codec } from '@cairn/engine/codec'
import { type CheckpointHead, applyHead, parseHead, sourceOf } from './checkpoint-head.ts'
import { type CheckpointState, type Slot, emptyState } from './checkpoint-state.ts'
import { type CompactId, expandId } from './compact-id.ts'
import type { CheckpointEntry, EntryTable } from './entries.ts'
import { CorruptStoreError, UnreadableValueError } from './errors.ts'
import type { LineRow } from './lines.ts'
import type { NameTable } from './names.ts'
import { type KeptWrite, unpackWrites } from './task-head.ts'
import type { ValueTable } from './values.ts'

/** More entries than any checkpoint needs: the file is damaged so that they lead in a circle. */
const longestChain = 1000

/** A checkpoint with its values as text. */
export interface ReadState {
  readonly entry: CheckpointEntry
  readonly head: CheckpointHead
  readonly state: CheckpointState
}

interface Place {
  readonly line: LineRow
  readonly checkpointId: string
}

/** Puts checkpoints together from their entries. Call it within a transaction. */
export class EntryReader {
  readonly #path: string
  readonly #codec: Codec
  readonly #entries: EntryTable
  readonly #names: NameTable
  readonly #values: ValueTable

  constructor(path: string, codec: Codec, entries: EntryTable, names: NameTable, values: ValueTable) {
    this.#path = path
    this.#codec = codec
    this.#entries = entries
    this.#names = names
    this.#values = values
  }

  /** @throws {CorruptStoreError} */
  state(line: LineRow, id: CompactId): ReadState | undefined {
    return this.#readable({ line, checkpointId: expandId(id) }, () => {
      const chain = this.#chain(line.id, id)
      if (chain === undefined) return undefined
      const state = emptyState()
      let head: CheckpointHead | undefined
      for (const entry of chain.toReversed()) {
        head = parseHead(entry.head)
        applyHead(state, head, entry.data, this.#names)
      }
      return { entry: chain[0]!, head: head!, state }
    })
  }

  /**
   * The checkpoint with this id if its metadata are `wanted`.
   * @throws {CorruptStoreError}
   * @throws {UnreadableValueError}
   */
  checkpoint(
    line: LineRow,
    id: CompactId,
    wanted?: (metadata: CheckpointMetadata) => boolean,
  ): StoredCheckpoint | undefined {
    const read = this.state(line, id)
    if (read === undefined) return undefined
    const { entry, state } = read
    const place = { line, checkpointId: expandId(id) }
    const metadata = this.#metadata(read, place)
    if (wanted !== undefined && !wanted(metadata)) return undefined
    const values: [string, unknown][] = []
    for (const [channel, slot] of state.values) values.push([channel, this.#decode(slot, channel, place)])
    return {
      line: { threadId: line.threadId, namespace: line.namespace },
      id: place.checkpointId,
      parentId: entry.parent === null ? undefined : expandId(entry.parent),
      createdAt: typeof entry.created === 'number' ? new Date(entry.created).toISOString() : entry.created,
      metadata,
      // Not by assignment, since a channel may be called `__proto__`.
      values: Object.fromEntries(values),
      versions: Object.fromEntries(state.versions),
      seen: Object.fromEntries(Array.from(state.seen, ([node, seen]) => [node, Object.fromEntries(seen)])),
      writes: this.#writes(id, place),
    }
  }

  /** The entry of a checkpoint and those before it, back to one that holds a whole checkpoint. */
  #chain(line: number, id: CompactId): CheckpointEntry[] | undefined {
    let entry = this.#entries.checkpoint(line, id)
    if (entry === undefined) return undefined
    const chain = [entry]
    while (entry.depth > 0) {
      const before: CheckpointEntry | undefined =
        entry.parent === null || chain.length === longestChain
          ? undefined
          : this.#entries.checkpoint(line, entry.parent)
      if (before === undefined) throw new TypeError('a checkpoint that it builds on is missing')
      chain.push((entry = before))
    }
    return chain
  }

  #metadata({ head: [source, step], state }: ReadState, place: Place): CheckpointMetadata {
    const metadata = this.#decode(state.metadata, 'metadata', place) as Record<string, unknown>
    const known: Record<string, unknown> = {}
    const sourceName = sourceOf(source)
    if (sourceName !== null) known['source'] = sourceName
    if (step !== null) known['step'] = step
    return { ...known, ...metadata } as CheckpointMetadata
  }

  #writes(id: CompactId, place: Place): PendingWrite[] {
    const { line } = place
    const tasks = this.#readable(place, () =>
      this.#entries.tasks(line.id, id).map(({ task, path, head, data }) => ({
        id: expandId(task),
        path: this.#names.textOf(path),
        writes: [...unpackWrites(head, data, this.#names).values()].toSorted(byPosition),
      })),
    )
    tasks.sort(
      (left, right) => compareCodePoints(left.path, right.path) || compareCodePoints(left.id, right.id),
    )
    return tasks.flatMap((task) =>
      task.writes.map(({ channel, value }): PendingWrite => [
        task.id,
        channel,
        this.#decode(value, channel, place),
      ]),
    )
  }

  #decode(slot: Slot, channel: string, { line, checkpointId }: Place): unknown {
    const text = typeof slot === 'string' ? slot : this.#values.read(slot.row)
    if (text === undefined) {
      throw this.#corrupt(`the value of "${channel}" is missing`, { line, checkpointId })
    }
    try {
      return this.#codec.decode(text)
    } catch (cause) {
      throw new UnreadableValueError(this.#path, line.threadId, checkpointId, channel, cause)
    }
  }

  /** Entries of a sound file are what this release wrote, so whatever does not read is damaged. */
  #readable<Result>(place: Place, read: () => Result): Result {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error
      throw this.#corrupt(error.message, place, error)
    }
  }

  #corrupt(what: string, { line, checkpointId }: Place, cause?: unknown): CorruptStoreError {
    return new CorruptStoreError(
      this.#path,
      `checkpoint ${checkpointId} of thread "${line.threadId}" cannot be put together (${what})`,
      cause,
    )
  }
}

function byPosition(left: KeptWrite, right: KeptWrite): number {
  return left.position - right.position
}
