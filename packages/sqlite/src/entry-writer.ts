// Writes what a commit brings into the open transaction, and notes in memory what the next commit needs.
//   W1. When it throws, the notes are wrong: its caller rolls back and forgets all names and lines.
import { UnknownParentError } from '@cairn/engine'
import { advanceState, packChanges, packWhole, sourceOf } from './checkpoint-head.ts'
import { type CheckpointState, type Slot, type StoredText, emptyState } from './checkpoint-state.ts'
import { type CompactId, compactId, expandId } from './compact-id.ts'
import type { EncodedCheckpoint, EncodedTask } from './encode-commit.ts'
import type { EntryReader } from './entry-reader.ts'
import type { CheckpointEntry, EntryTable } from './entries.ts'
import { inlineLimit } from './inline-texts.ts'
import type { KnownLine } from './known-lines.ts'
import type { LineTable } from './lines.ts'
import type { NameTable } from './names.ts'
import { type KeptWrites, mergeWrites, packWrites, unpackWrites } from './task-head.ts'
import type { ValueTable } from './values.ts'

/** Every so many checkpoints one is stored whole, so that reading one never takes more entries than this. */
const wholeInterval = 16
/** Long values of tasks that are looked at when a channel gets one of the same length. */
const mostRecent = 16

interface Tables {
  readonly lines: LineTable
  readonly entries: EntryTable
  readonly names: NameTable
  readonly values: ValueTable
}

export class EntryWriter {
  readonly #tables: Tables
  readonly #reader: EntryReader

  constructor(tables: Tables, reader: EntryReader) {
    this.#tables = tables
    this.#reader = reader
  }

  writeTask(line: KnownLine, task: EncodedTask): void {
    if (task.writes.length === 0) return
    const { entries, names } = this.#tables
    const checkpoint = this.#idIn(line, task.checkpointId)
    const id = compactId(task.taskId)
    const store = (text: string) => this.#store(line, text)
    // A long value must not be stored only to find that the first one at its position stays.
    const hasLong = task.writes.some(({ text }) => text.length > inlineLimit)
    if (!hasLong || entries.task(line.row.id, checkpoint, id) === undefined) {
      const kept: KeptWrites = new Map()
      mergeWrites(kept, task)
      const packed = packWrites(kept, store, names)
      const path = names.idOf(task.taskPath)
      if (entries.insertTask(line.row.id, checkpoint, { task: id, path, ...packed })) return
    }
    const before = entries.task(line.row.id, checkpoint, id)!
    const kept = unpackWrites(before.head, before.data, names)
    mergeWrites(kept, task)
    entries.updateTask(line.row.id, checkpoint, { ...before, ...packWrites(kept, store, names) })
  }

  /** @throws {UnknownParentError} */
  writeCheckpoint(line: KnownLine, encoded: EncodedCheckpoint): void {
    const { checkpoint, metadata } = encoded
    const { entries, names } = this.#tables
    const id = this.#idIn(line, checkpoint.id)
    const parent = checkpoint.parentId === undefined ? null : this.#idIn(line, checkpoint.parentId)
    const { state, depth: parentDepth } = this.#before(line, encoded, parent)
    const store = (text: string, current?: Slot) => this.#store(line, text, current)

    const changes = advanceState(state, encoded, store, names)
    // One that takes the place of its own parent has nothing left to build on.
    const isWhole =
      parent === null || parentDepth + 1 === wholeInterval || checkpoint.parentId === checkpoint.id
    const depth = isWhole ? 0 : parentDepth + 1
    const { source, step } = metadata
    const packed = isWhole
      ? packWhole(state, source, step, changes.channels, store, names)
      : packChanges(state, source, step, changes, store, names)
    const entry: CheckpointEntry = { parent, depth, created: storedTime(checkpoint.createdAt), ...packed }
    if (!entries.insertCheckpoint(line.row.id, id, entry)) this.#replace(line, id, entry)
    line.tip = { checkpointId: checkpoint.id, storedId: id, entry, state }
    line.recent = []
  }

  /** The state that the checkpoint changes. It may be changed in place. */
  #before(
    line: KnownLine,
    { checkpoint }: EncodedCheckpoint,
    parent: CompactId | null,
  ): { state: CheckpointState; depth: number } {
    if (parent === null) return { state: emptyState(), depth: 0 }
    const { tip } = line
    if (tip?.checkpointId === checkpoint.parentId) return { state: tip!.state, depth: tip!.entry.depth }
    const read = this.#reader.state(line.row, parent)
    if (read === undefined) {
      const { threadId, namespace } = line.row
      throw new UnknownParentError(threadId, namespace, checkpoint.id, checkpoint.parentId!)
    }
    return { state: read.state, depth: read.entry.depth }
  }

  /** The line has a checkpoint with this id. Those that build on it must stay what they are. */
  #replace(line: KnownLine, id: CompactId, entry: CheckpointEntry): void {
    const { entries, names } = this.#tables
    const store = (text: string) => this.#store(line, text)
    for (const dependant of entries.dependants(line.row.id, id)) {
      const read = this.#reader.state(line.row, dependant)!
      const [source, step] = read.head
      const packed = packWhole(read.state, sourceOf(source), step, [], store, names)
      entries.updateCheckpoint(line.row.id, dependant, { ...read.entry, depth: 0, ...packed })
    }
    entries.updateCheckpoint(line.row.id, id, entry)
  }

  /** A long value that is there already is not stored again: what a task wrote, its channel often holds next. */
  #store(line: KnownLine, text: string, current?: Slot): StoredText {
    const { values } = this.#tables
    for (const recent of line.recent) {
      if (recent.length === text.length && (recent.text ?? values.read(recent.row)) === text) return recent
    }
    if (typeof current === 'object' && current.length === text.length && values.read(current.row) === text) {
      return current
    }
    const stored = { row: values.insert(line.row.id, text), length: text.length, text }
    line.recent.push(stored)
    if (line.recent.length > mostRecent) line.recent.shift()
    return stored
  }

  /** At the end of a commit. Its long values need not stay in memory. */
  releaseTexts(line: KnownLine): void {
    for (const recent of line.recent) recent.text = undefined
  }

  /** A checkpoint's id as its line stores it. The first that is no UUID makes all of them text, so that they sort. */
  #idIn(line: KnownLine, id: string): CompactId {
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
