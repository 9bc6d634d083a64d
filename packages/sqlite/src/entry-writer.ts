// Writes what a commit brings into the open transaction, and notes in memory what the next commit needs.
//   W1. When it throws, the notes are wrong: its caller rolls back and forgets all names and lines.
import { UnknownParentError } from '@cairn/engine'
import { advanceState, packChanges, packWhole, type Placing, sourceOf } from './checkpoint-head.ts'
import { type CheckpointState, emptyState } from './checkpoint-state.ts'
import { type CompactId, compactId, expandId } from './compact-id.ts'
import type { EncodedCheckpoint, EncodedTask } from './encode-commit.ts'
import type { EntryReader, FoundLine } from './entry-reader.ts'
import type { CheckpointEntry, EntryTable } from './entries.ts'
import { inlineLimit } from './inline-texts.ts'
import type { LineTable } from './lines.ts'
import type { NameTable } from './names.ts'
import { Leaf } from './parts/part.ts'
import type { PartRows } from './parts/part-rows.ts'
import type { ShapeTable } from './shapes.ts'
import { type KeptWrites, mergeWrites, packWrites, unpackWrites } from './task-head.ts'

/** Every so many checkpoints one is stored whole, so that reading one never takes more entries than this. */
const wholeInterval = 16

interface Tables {
  readonly lines: LineTable
  readonly entries: EntryTable
  readonly names: NameTable
  readonly shapes: ShapeTable
}

export class EntryWriter {
  readonly #tables: Tables
  readonly #rows: PartRows
  readonly #reader: EntryReader

  constructor(tables: Tables, rows: PartRows, reader: EntryReader) {
    this.#tables = tables
    this.#rows = rows
    this.#reader = reader
  }

  writeTask(line: FoundLine, task: EncodedTask): void {
    if (task.writes.length === 0) return
    const { entries, names } = this.#tables
    const checkpoint = this.#idIn(line, task.checkpointId)
    const id = compactId(task.taskId)
    const placing = this.#placing(line)
    // A long value must not be stored only to find that the first one at its position stays.
    const hasLong = task.writes.some(({ part }) => !(part instanceof Leaf) || part.length > inlineLimit)
    if (!hasLong || entries.task(line.row.id, checkpoint, id) === undefined) {
      const kept: KeptWrites = new Map()
      mergeWrites(kept, task)
      const packed = packWrites(kept, placing, names)
      const path = names.idOf(task.taskPath)
      if (entries.insertTask(line.row.id, checkpoint, { task: id, path, ...packed })) return
    }
    const before = entries.task(line.row.id, checkpoint, id)!
    const kept: KeptWrites = unpackWrites(before.head, before.data, names)
    mergeWrites(kept, task)
    entries.updateTask(line.row.id, checkpoint, { ...before, ...packWrites(kept, placing, names) })
  }

  /** @throws {UnknownParentError} */
  writeCheckpoint(line: FoundLine, encoded: EncodedCheckpoint): void {
    const { checkpoint, metadata } = encoded
    const { entries, names, shapes } = this.#tables
    const id = this.#idIn(line, checkpoint.id)
    const parent = checkpoint.parentId === undefined ? null : this.#idIn(line, checkpoint.parentId)
    const { state, depth: parentDepth } = this.#before(line, encoded, parent)
    const placing = this.#placing(line)

    const changes = advanceState(state, encoded, placing, names)
    // One that takes the place of its own parent has nothing left to build on.
    const isWhole =
      parent === null || parentDepth + 1 === wholeInterval || checkpoint.parentId === checkpoint.id
    const depth = isWhole ? 0 : parentDepth + 1
    const { source, step } = metadata
    const packed = isWhole
      ? packWhole(state, source, step, changes.channels, placing, names)
      : packChanges(state, source, step, changes, placing, names)
    const created = storedTime(checkpoint.createdAt)
    const entry: CheckpointEntry = { parent, depth, created, shape: shapes.idOf(checkpoint.shape), ...packed }
    if (!entries.insertCheckpoint(line.row.id, id, entry)) this.#replace(line, id, entry)
    line.tip = { checkpointId: checkpoint.id, storedId: id, entry, state }
  }

  #placing(line: FoundLine): Placing {
    const { thread, row } = line
    return {
      placeOf: (part) => this.#rows.place(part, thread, row.thread),
      rowOf: (text) => this.#rows.insert(text, row.thread),
    }
  }

  /** The state that the checkpoint changes. It may be changed in place. */
  #before(
    line: FoundLine,
    { checkpoint }: EncodedCheckpoint,
    parent: CompactId | null,
  ): { state: CheckpointState; depth: number } {
    if (parent === null) return { state: emptyState(), depth: 0 }
    const { tip } = line
    if (tip?.checkpointId === checkpoint.parentId) return { state: tip!.state, depth: tip!.entry.depth }
    this.#noteBranch(line, parent)
    const read = this.#reader.state(line, parent)
    if (read === undefined) {
      throw new UnknownParentError(line.thread.name, line.namespace, checkpoint.id, checkpoint.parentId!)
    }
    return { state: read.state, depth: read.entry.depth }
  }

  /** Housekeeping counts on hearing when somebody goes on from what is not the newest any more. */
  #noteBranch({ row }: FoundLine, parent: CompactId): void {
    const newest = this.#tables.entries.newestId(row)
    if (newest !== undefined && expandId(newest) !== expandId(parent))
      this.#tables.lines.noteBranch(row.thread)
  }

  /** The line has a checkpoint with this id. Those that build on it must stay what they are. */
  #replace(line: FoundLine, id: CompactId, entry: CheckpointEntry): void {
    const { entries, lines, names } = this.#tables
    const placing = this.#placing(line)
    lines.noteBranch(line.row.thread)
    for (const dependant of entries.dependants(line.row.id, id)) {
      const read = this.#reader.state(line, dependant)!
      const [source, step] = read.head
      const packed = packWhole(read.state, sourceOf(source), step, [], placing, names)
      entries.updateCheckpoint(line.row.id, dependant, { ...read.entry, depth: 0, ...packed })
    }
    entries.updateCheckpoint(line.row.id, id, entry)
  }

  /** A checkpoint's id as its line stores it. The first that is no UUID makes all of them text, so that they sort. */
  #idIn(line: FoundLine, id: string): CompactId {
    if (line.row.textIds) return id
    if (id === line.tip?.checkpointId) return line.tip.storedId
    const compact = compactId(id)
    if (typeof compact === 'string') {
      line.row = this.#tables.lines.useTextIds(line.row)
      this.#tables.entries.rewriteIds(line.row.id, expandId)
      line.tip = undefined
    }
    return compact
  }
}

/** The usual form takes six bytes as a number. */
function storedTime(createdAt: string): number | string {
  const ms = Date.parse(createdAt)
  return !Number.isNaN(ms) && new Date(ms).toISOString() === createdAt ? ms : createdAt
}
