import type { Database, Statement } from 'better-sqlite3'
import type { CompactId } from './compact-id.ts'
import { type LineRow, storedId } from './lines.ts'

/** `entry.format`: `head` and `data` as in docs/design/format.md. Others are kept free. */
const plainJson = 0
/** Stands in `task` for the checkpoint itself. */
const noTask = "x''"

/** The text of an id that is stored as bytes. */
const idAsText = [
  [1, 8],
  [9, 4],
  [13, 4],
  [17, 4],
  [21, 12],
]
  .map(([start, length]) => `lower(substr(hex(checkpoint), ${start}, ${length}))`)
  .join(" || '-' || ")

/** How a checkpoint is stored. */
export interface CheckpointEntry {
  readonly parent: CompactId | null
  /** At most so many more entries lead back to one that holds a whole checkpoint; 0 when this one does. */
  readonly depth: number
  /** Milliseconds since the epoch, or the text that was given. */
  readonly created: number | string
  readonly head: string
  readonly data: string
}

/** How the writes of a task are stored. */
export interface TaskEntry {
  readonly task: CompactId
  /** Number of its path in the `name` table. */
  readonly path: number
  readonly head: string
  readonly data: string
}

type Id = CompactId
type CheckpointRow = [
  format: number,
  parent: Id | null,
  depth: number,
  created: number | string,
  head: string,
  data: string,
]
type TaskRow = [format: number, task: Id, path: number, head: string, data: string]

/** Rows of `entry`: one for each checkpoint, and beside it one for each task that wrote something. */
export class EntryTable {
  readonly #insertCheckpoint: Statement<[number, Id, Id | null, number, number | string, string, string]>
  readonly #updateCheckpoint: Statement<[Id | null, number, number | string, string, string, number, Id]>
  readonly #selectCheckpoint: Statement<[number, Id], CheckpointRow>
  readonly #insertTask: Statement<[number, Id, Id, number, string, string]>
  readonly #updateTask: Statement<[string, string, number, Id, Id]>
  readonly #selectTask: Statement<[number, Id, Id], TaskRow>
  readonly #selectTasks: Statement<[number, Id], TaskRow>
  readonly #selectNewest: Statement<[number, number], Id>
  readonly #selectBefore: Statement<[number, Id, number], Id>
  readonly #selectBeforeText: Statement<[number, string, number], Id>
  readonly #selectDependants: Statement<[number, Id], Id>
  readonly #selectIds: Statement<[number], [checkpoint: Id, task: Id, parent: Id | null]>
  readonly #updateIds: Statement<[string, string | null, number, Id, Id]>
  readonly #deleteOfLine: Statement<[number]>

  constructor(database: Database) {
    this.#insertCheckpoint = database.prepare(
      `INSERT INTO entry (line, checkpoint, task, format, parent, depth, created, head, data)
       VALUES (?, ?, ${noTask}, ${plainJson}, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    )
    this.#updateCheckpoint = database.prepare(
      `UPDATE entry SET format = ${plainJson}, parent = ?, depth = ?, created = ?, head = ?, data = ?
       WHERE line = ? AND checkpoint = ? AND task = ${noTask}`,
    )
    this.#selectCheckpoint = database
      .prepare<[number, Id], CheckpointRow>(
        `SELECT format, parent, depth, created, head, data FROM entry
         WHERE line = ? AND checkpoint = ? AND task = ${noTask}`,
      )
      .raw()
    this.#insertTask = database.prepare(
      `INSERT INTO entry (line, checkpoint, task, format, path, head, data)
       VALUES (?, ?, ?, ${plainJson}, ?, ?, ?) ON CONFLICT DO NOTHING`,
    )
    this.#updateTask = database.prepare(
      'UPDATE entry SET head = ?, data = ? WHERE line = ? AND checkpoint = ? AND task = ?',
    )
    const tasks = 'SELECT format, task, path, head, data FROM entry WHERE line = ? AND checkpoint = ?'
    this.#selectTask = database.prepare<[number, Id, Id], TaskRow>(`${tasks} AND task = ?`).raw()
    this.#selectTasks = database.prepare<[number, Id], TaskRow>(`${tasks} AND task <> ${noTask}`).raw()
    const checkpoints = `SELECT checkpoint FROM entry WHERE line = ? AND task = ${noTask}`
    this.#selectNewest = database
      .prepare<[number, number], Id>(`${checkpoints} ORDER BY checkpoint DESC LIMIT ?`)
      .pluck()
    this.#selectBefore = database
      .prepare<[number, Id, number], Id>(`${checkpoints} AND checkpoint < ? ORDER BY checkpoint DESC LIMIT ?`)
      .pluck()
    this.#selectBeforeText = database
      .prepare<[number, string, number], Id>(
        `${checkpoints} AND ${idAsText} < ? ORDER BY checkpoint DESC LIMIT ?`,
      )
      .pluck()
    this.#selectDependants = database
      .prepare<[number, Id], Id>(`${checkpoints} AND parent = ? AND depth > 0`)
      .pluck()
    this.#selectIds = database
      .prepare<[number], [Id, Id, Id | null]>('SELECT checkpoint, task, parent FROM entry WHERE line = ?')
      .raw()
    this.#updateIds = database.prepare(
      'UPDATE entry SET checkpoint = ?, parent = ? WHERE line = ? AND checkpoint = ? AND task = ?',
    )
    this.#deleteOfLine = database.prepare('DELETE FROM entry WHERE line = ?')
  }

  /** False when the line has this checkpoint already; then nothing is changed. */
  insertCheckpoint(
    line: number,
    id: CompactId,
    { parent, depth, created, head, data }: CheckpointEntry,
  ): boolean {
    return this.#insertCheckpoint.run(line, id, parent, depth, created, head, data).changes === 1
  }

  updateCheckpoint(
    line: number,
    id: CompactId,
    { parent, depth, created, head, data }: CheckpointEntry,
  ): void {
    this.#updateCheckpoint.run(parent, depth, created, head, data, line, id)
  }

  checkpoint(line: number, id: CompactId): CheckpointEntry | undefined {
    const row = this.#selectCheckpoint.get(line, id)
    if (row === undefined) return undefined
    const [format, parent, depth, created, head, data] = row
    assertReadable(format)
    return { parent, depth, created, head, data }
  }

  /** False when this checkpoint has writes of the task already; then nothing is changed. */
  insertTask(line: number, checkpoint: CompactId, { task, path, head, data }: TaskEntry): boolean {
    return this.#insertTask.run(line, checkpoint, task, path, head, data).changes === 1
  }

  updateTask(line: number, checkpoint: CompactId, { task, head, data }: TaskEntry): void {
    this.#updateTask.run(head, data, line, checkpoint, task)
  }

  task(line: number, checkpoint: CompactId, task: CompactId): TaskEntry | undefined {
    const row = this.#selectTask.get(line, checkpoint, task)
    return row === undefined ? undefined : taskEntry(row)
  }

  /** In no particular order. */
  tasks(line: number, checkpoint: CompactId): TaskEntry[] {
    return this.#selectTasks.all(line, checkpoint).map(taskEntry)
  }

  /** The ids of at most so many checkpoints, greatest first; with `before`, only of those with a smaller id. */
  newest(line: LineRow, limit: number, before?: string): CompactId[] {
    if (before === undefined) return this.#selectNewest.all(line.id, limit)
    const bound = storedId(line, before)
    return typeof bound === 'string' && !line.textIds
      ? this.#selectBeforeText.all(line.id, bound, limit)
      : this.#selectBefore.all(line.id, bound, limit)
  }

  /** Checkpoints that cannot be read without this one. */
  dependants(line: number, id: CompactId): CompactId[] {
    return this.#selectDependants.all(line, id)
  }

  /** Stores the ids of all checkpoints of a line in another way. */
  rewriteIds(line: number, rewrite: (id: CompactId) => string): void {
    for (const [checkpoint, task, parent] of this.#selectIds.all(line)) {
      this.#updateIds.run(
        rewrite(checkpoint),
        parent === null ? null : rewrite(parent),
        line,
        checkpoint,
        task,
      )
    }
  }

  deleteOfLine(line: number): void {
    this.#deleteOfLine.run(line)
  }
}

function taskEntry([format, task, path, head, data]: TaskRow): TaskEntry {
  assertReadable(format)
  return { task, path, head, data }
}

function assertReadable(format: number): void {
  if (format !== plainJson)
    throw new TypeError(`an entry has the format ${format}, which this release cannot read`)
}
