import {
  type CheckpointMetadata,
  type PendingWrite,
  type SeenVersions,
  type StoredCheckpoint,
  type Version,
  compareCodePoints,
} from '@cairn/engine'
import { type CheckpointHead, applyHead, parseHead, sourceOf } from './checkpoint-head.ts'
import { type CheckpointState, emptyState } from './checkpoint-state.ts'
import { type CompactId, expandId } from './compact-id.ts'
import type { CheckpointEntry, EntryTable } from './entries.ts'
import { EntryPage, type PageEntry } from './entry-page.ts'
import { CorruptStoreError, DeletedCheckpointError, UnreadableValueError } from './errors.ts'
import type { KnownLine } from './known-threads.ts'
import type { LineRow } from './lines.ts'
import type { LaterKey, ListedCheckpoints, Outline } from './listed-checkpoints.ts'
import type { NameTable } from './names.ts'
import { assemble } from './parts/node-text.ts'
import { Leaf, type Part, type Place } from './parts/part.ts'
import type { PartRows } from './parts/part-rows.ts'
import type { ValueParts } from './parts/value-parts.ts'
import type { ShapeTable } from './shapes.ts'
import { type KeptWrite, unpackWrites } from './task-head.ts'

/** More entries than any checkpoint needs: the file is damaged so that they lead in a circle. */
const longestChain = 1000

/** A checkpoint with its values as they are stored. */
export interface ReadState {
  readonly entry: CheckpointEntry
  readonly head: CheckpointHead
  readonly state: CheckpointState
}

/** A line that is in the file. */
export type FoundLine = KnownLine & { readonly row: LineRow }

/** Reads in a transaction of its own, with the line as it is by then. */
export type Reading = <Result>(read: (line: FoundLine | undefined) => Result) => Result

interface Origin {
  readonly line: FoundLine
  readonly checkpointId: string
}

interface Tables {
  readonly entries: EntryTable
  readonly names: NameTable
  readonly shapes: ShapeTable
}

/** Puts checkpoints together from their entries. Call it within a transaction. */
export class EntryReader {
  readonly #path: string
  readonly #tables: Tables
  readonly #rows: PartRows
  readonly #values: ValueParts
  readonly #listed: ListedCheckpoints

  constructor(path: string, tables: Tables, rows: PartRows, values: ValueParts, listed: ListedCheckpoints) {
    this.#path = path
    this.#tables = tables
    this.#rows = rows
    this.#values = values
    this.#listed = listed
  }

  /** @throws {CorruptStoreError} */
  state(line: FoundLine, id: CompactId): ReadState | undefined {
    return this.#readable({ line, checkpointId: expandId(id) }, () => {
      const entry = this.#tables.entries.checkpoint(line.row.id, id)
      return entry === undefined ? undefined : this.#stateOf(line, entry)
    })
  }

  /**
   * With the newest, its values are where the next commit is compared with them.
   * @throws {CorruptStoreError}
   * @throws {UnreadableValueError}
   */
  checkpoint(line: FoundLine, id: CompactId, isNewest: boolean): StoredCheckpoint | undefined {
    const origin = { line, checkpointId: expandId(id) }
    const read = this.#tip(line, id) ?? this.state(line, id)
    if (read === undefined) return undefined
    const { entry, head, state } = read
    const [source, step] = head
    if (isNewest) line.isPrimed = true
    return {
      ...this.#outline(origin, entry, this.#metadata(source, step, state.metadata, origin)),
      values: this.#valuesOf(state, origin, isNewest ? line.parts : undefined),
      versions: versionsOf(state),
      seen: seenOf(state),
      ...this.#writes(this.#tasks(id, origin), origin),
    }
  }

  /** Brings the values of a checkpoint, if there is one, to where the next commit is compared with them. */
  remember(line: FoundLine, id: CompactId): void {
    const values = this.state(line, id)?.state.values ?? []
    for (const [channel, place] of values) {
      if (!line.parts.has(channel))
        line.parts.set(channel, this.#part(place, channel, { line, checkpointId: expandId(id) }))
    }
  }

  /**
   * Entries of checkpoints, greatest id first.
   * @throws {CorruptStoreError}
   */
  page(line: FoundLine, limit: number, before: string | undefined): EntryPage {
    const { entries } = this.#tables
    try {
      return new EntryPage(
        entries.newest(line.row, limit, before),
        (id) => entries.checkpoint(line.row.id, id),
        this.#listed.page(line.thread.name),
      )
    } catch (error) {
      if (!isUnreadable(error)) throw error
      throw new CorruptStoreError(this.#path, `thread "${line.thread.name}": ${error.message}`, error)
    }
  }

  /**
   * The checkpoint of an entry that was just read. What stands elsewhere is read when it is first looked at, by
   * `reading`, in a transaction of its own.
   * @throws {CorruptStoreError}
   */
  listed(listed: PageEntry, line: FoundLine, page: EntryPage, reading: Reading): StoredCheckpoint {
    const { id, entry, checkpointId, head } = listed
    const origin = { line, checkpointId }
    const [source, step] = head
    const rest = this.#readable(origin, () => page.metadataOf(listed))
    const metadata = this.#metadata(source, step, rest, origin)
    const later = <Result>(read: (state: CheckpointState, from: Origin) => Result): Result =>
      reading((found) => {
        const current = found === undefined ? undefined : this.state(found, id)
        if (found === undefined || current === undefined) throw this.#deleted(origin)
        return read(current.state, { line: found, checkpointId: origin.checkpointId })
      })
    const outline = this.#outline(origin, entry, metadata)
    return page.listed.add(outline, (key) => later((state, from) => this.#later(key, state, id, from)))
  }

  #later(key: LaterKey, state: CheckpointState, id: CompactId, origin: Origin): unknown {
    switch (key) {
      case 'values':
        return this.#valuesOf(state, origin)
      case 'versions':
        return versionsOf(state)
      case 'seen':
        return seenOf(state)
      case 'writes':
        return this.#writes(this.#tasks(id, origin), origin).writes
      case 'taskPaths':
        return pathsOf(this.#tasks(id, origin))
    }
  }

  /** What the store knows without reading: the last checkpoint that was committed to the line. */
  #tip({ tip }: FoundLine, id: CompactId): ReadState | undefined {
    if (tip === undefined || expandId(id) !== tip.checkpointId) return undefined
    return { entry: tip.entry, head: parseHead(tip.entry.head), state: tip.state }
  }

  /** The state that an entry leads to, with those before it, back to one that holds a whole checkpoint. */
  #stateOf(line: FoundLine, entry: CheckpointEntry): ReadState {
    const chain = [entry]
    for (let last = entry; last.depth > 0;) {
      const before: CheckpointEntry | undefined =
        last.parent === null || chain.length === longestChain
          ? undefined
          : this.#tables.entries.checkpoint(line.row.id, last.parent)
      if (before === undefined) throw new TypeError('a checkpoint that it builds on is missing')
      chain.push((last = before))
    }
    const state = emptyState()
    let head: CheckpointHead | undefined
    for (const each of chain.toReversed()) {
      head = parseHead(each.head)
      applyHead(state, head, each.data, this.#tables.names)
    }
    return { entry, head: head!, state }
  }

  #outline(origin: Origin, entry: CheckpointEntry, metadata: CheckpointMetadata): Outline {
    const { line, checkpointId } = origin
    const { parent, created, shape } = entry
    return {
      line: { threadId: line.thread.name, namespace: line.namespace },
      id: checkpointId,
      parentId: parent === null ? undefined : expandId(parent),
      createdAt: typeof created === 'number' ? new Date(created).toISOString() : created,
      metadata,
      ...(shape !== null && { shape: this.#readable(origin, () => this.#tables.shapes.shapeOf(shape)) }),
    }
  }

  #metadata(
    source: number | string | null,
    step: number | null,
    rest: string,
    origin: Origin,
  ): CheckpointMetadata {
    const metadata = this.#decode(() => this.#values.codec.decode(rest), 'metadata', origin)
    const known: Record<string, unknown> = {}
    const sourceName = sourceOf(source)
    if (sourceName !== null) known['source'] = sourceName
    if (step !== null) known['step'] = step
    return { ...known, ...(metadata as Record<string, unknown>) } as CheckpointMetadata
  }

  /** @param parts is given those that the values are made of */
  #valuesOf(state: CheckpointState, origin: Origin, parts?: Map<string, Part>): Record<string, unknown> {
    const values: [string, unknown][] = []
    for (const [channel, place] of state.values) {
      const part = this.#part(place, channel, origin)
      parts?.set(channel, part)
      values.push([channel, this.#value(part, channel, origin)])
    }
    // Not by assignment, since a channel may be called `__proto__`.
    return Object.fromEntries(values)
  }

  /** In replay order. */
  #tasks(id: CompactId, origin: Origin): StoredTask[] {
    const { entries, names } = this.#tables
    return this.#readable(origin, () =>
      entries
        .tasks(origin.line.row.id, id)
        .map(({ task, path, head, data }) => ({
          id: expandId(task),
          path: names.textOf(path),
          writes: [...unpackWrites(head, data, names).values()].toSorted(byPosition),
        }))
        .toSorted(
          (left, right) => compareCodePoints(left.path, right.path) || compareCodePoints(left.id, right.id),
        ),
    )
  }

  #writes(tasks: readonly StoredTask[], origin: Origin): Pick<StoredCheckpoint, 'writes' | 'taskPaths'> {
    const writes = tasks.flatMap((task) =>
      task.writes.map(({ channel, value }): PendingWrite => [
        task.id,
        channel,
        this.#value(this.#part(value, channel, origin), channel, origin),
      ]),
    )
    return { writes, taskPaths: pathsOf(tasks) }
  }

  #part(place: Place, channel: string, origin: Origin): Part {
    try {
      return this.#rows.at(place, origin.line.thread)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      throw this.#corrupt(`the value of "${channel}": ${error.message}`, origin, error)
    }
  }

  #value(part: Part, channel: string, origin: Origin): unknown {
    const valueOf = (each: Part): unknown =>
      each instanceof Leaf ? this.#values.valueOf(each) : assemble(each, valueOf)
    return this.#decode(() => valueOf(part), channel, origin)
  }

  #decode(decode: () => unknown, channel: string, { line, checkpointId }: Origin): unknown {
    try {
      return decode()
    } catch (cause) {
      throw new UnreadableValueError(this.#path, line.thread.name, checkpointId, channel, cause)
    }
  }

  /** Entries of a sound file are what this release wrote, so whatever does not read is damaged. */
  #readable<Result>(origin: Origin, read: () => Result): Result {
    try {
      return read()
    } catch (error) {
      if (!isUnreadable(error)) throw error
      throw this.#corrupt(error.message, origin, error)
    }
  }

  #corrupt(what: string, { line, checkpointId }: Origin, cause?: unknown): CorruptStoreError {
    return new CorruptStoreError(
      this.#path,
      `checkpoint ${checkpointId} of thread "${line.thread.name}" cannot be put together (${what})`,
      cause,
    )
  }

  #deleted({ line, checkpointId }: Origin): DeletedCheckpointError {
    return new DeletedCheckpointError(this.#path, line.thread.name, checkpointId)
  }
}

interface StoredTask {
  readonly id: string
  readonly path: string
  readonly writes: readonly (KeptWrite & { readonly value: Place })[]
}

function pathsOf(tasks: readonly StoredTask[]): Record<string, string> {
  return Object.fromEntries(tasks.map(({ id, path }) => [id, path]))
}

function versionsOf(state: CheckpointState): Record<string, Version> {
  return Object.fromEntries(state.versions)
}

function seenOf(state: CheckpointState): SeenVersions {
  return Object.fromEntries(Array.from(state.seen, ([node, seen]) => [node, Object.fromEntries(seen)]))
}

function isUnreadable(error: unknown): error is TypeError | SyntaxError {
  return error instanceof TypeError || error instanceof SyntaxError
}

function byPosition(left: KeptWrite, right: KeptWrite): number {
  return left.position - right.position
}
