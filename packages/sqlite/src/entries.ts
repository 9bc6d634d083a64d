import { crc32 } from 'node:zlib'
import type { Database, Statement } from 'better-sqlite3'
import { type CompactId, expandId } from './compact-id.ts'
import { type RowCipher, plainRows } from './encryption/row-cipher.ts'
import { entryIdentity } from './encryption/row-identity.ts'
import { type LineRow, storedId } from './lines.ts'

/** `entry.format`: `head` and `data` as in docs/design/format.md. Others are kept free. */
const plainJson = 0
/** Stands in `task` for the checkpoint itself. */
const noTask = new Uint8Array(0)

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
  /** Number of its graph's shape in the `shape` table. */
  readonly shape: number | null
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

/** A checkpoint's entry with its id. */
export interface ListedEntry {
  readonly id: CompactId
  readonly entry: CheckpointEntry
}

type Id = CompactId
type Row = [
  checkpoint: Id,
  task: Id,
  format: number,
  sum: number,
  shape: number | null,
  parent: Id | null,
  depth: number | null,
  created: number | string | null,
  path: number | null,
  head: string,
  /** Bytes, when it is encrypted. */
  data: string | Uint8Array,
  /** Number of the key that it is encrypted with. */
  cipher: number | null,
]

const columns = 'checkpoint, task, format, sum, shape, parent, depth, created, path, head, data, cipher'

/** Rows of `entry`: one for each checkpoint, and beside it one for each task that wrote something. */
export class EntryTable {
  readonly #cipher: RowCipher
  readonly #insert: Statement<[number, ...Row]>
  readonly #update: Statement<[number, ...Row]>
  readonly #select: Statement<[number, Id, Id], Row>
  readonly #selectTasks: Statement<[number, Id], Row>
  readonly #selectNewest: Statement<[number, number], Row>
  readonly #selectBefore: Statement<[number, Id, number], Row>
  readonly #selectBeforeText: Statement<[number, string, number], Row>
  readonly #selectNewestId: Statement<[number], Id>
  readonly #selectDependants: Statement<[number, Id], Id>
  readonly #selectLine: Statement<[number], Row>
  readonly #deleteOfLine: Statement<[number]>

  constructor(database: Database, cipher: RowCipher = plainRows) {
    this.#cipher = cipher
    const rows = <Parameters extends unknown[]>(condition: string) =>
      database.prepare<Parameters, Row>(`SELECT ${columns} FROM entry WHERE line = ? ${condition}`).raw()
    const places = `(line, ${columns}) VALUES (${'?, '.repeat(12)}?)`
    this.#insert = database.prepare(`INSERT INTO entry ${places} ON CONFLICT DO NOTHING`)
    this.#update = database.prepare(`REPLACE INTO entry ${places}`)
    this.#select = rows('AND checkpoint = ? AND task = ?')
    this.#selectTasks = rows("AND checkpoint = ? AND task <> x''")
    const newest = "AND task = x'' ORDER BY checkpoint DESC LIMIT ?"
    this.#selectNewest = rows(newest)
    this.#selectBefore = rows(`AND checkpoint < ? ${newest}`)
    this.#selectBeforeText = rows(`AND ${idAsText} < ? ${newest}`)
    this.#selectNewestId = database
      .prepare<[number], Id>(
        "SELECT checkpoint FROM entry WHERE line = ? AND task = x'' ORDER BY checkpoint DESC LIMIT 1",
      )
      .pluck()
    this.#selectDependants = database
      .prepare<[number, Id], Id>(
        "SELECT checkpoint FROM entry WHERE line = ? AND task = x'' AND parent = ? AND depth > 0",
      )
      .pluck()
    this.#selectLine = rows('')
    this.#deleteOfLine = database.prepare('DELETE FROM entry WHERE line = ?')
  }

  /** False when the line has this checkpoint already; then nothing is changed. */
  insertCheckpoint(line: number, id: CompactId, entry: CheckpointEntry): boolean {
    return this.#insert.run(line, ...checkpointRow(line, id, entry, this.#cipher)).changes === 1
  }

  updateCheckpoint(line: number, id: CompactId, entry: CheckpointEntry): void {
    this.#update.run(line, ...checkpointRow(line, id, entry, this.#cipher))
  }

  /** @throws {TypeError} when it is not what was stored there. */
  checkpoint(line: number, id: CompactId): CheckpointEntry | undefined {
    const row = this.#select.get(line, id, noTask)
    return row === undefined ? undefined : checkpointEntry(line, row, this.#cipher)
  }

  /** False when this checkpoint has writes of the task already; then nothing is changed. */
  insertTask(line: number, checkpoint: CompactId, entry: TaskEntry): boolean {
    return this.#insert.run(line, ...taskRow(line, checkpoint, entry, this.#cipher)).changes === 1
  }

  updateTask(line: number, checkpoint: CompactId, entry: TaskEntry): void {
    this.#update.run(line, ...taskRow(line, checkpoint, entry, this.#cipher))
  }

  /** @throws {TypeError} when it is not what was stored there. */
  task(line: number, checkpoint: CompactId, task: CompactId): TaskEntry | undefined {
    const row = this.#select.get(line, checkpoint, task)
    return row === undefined ? undefined : taskEntry(line, row, this.#cipher)
  }

  /**
   * In no particular order.
   * @throws {TypeError} when one is not what was stored there.
   */
  tasks(line: number, checkpoint: CompactId): TaskEntry[] {
    return this.#selectTasks.all(line, checkpoint).map((row) => taskEntry(line, row, this.#cipher))
  }

  /**
   * At most so many checkpoints, greatest id first; with `before`, only those with a smaller id.
   * @throws {TypeError} when one is not what was stored there.
   */
  newest(line: LineRow, limit: number, before?: string): ListedEntry[] {
    return this.#newest(line, limit, before).map((row) => ({
      id: row[0],
      entry: checkpointEntry(line.id, row, this.#cipher),
    }))
  }

  newestId(line: LineRow): CompactId | undefined {
    return this.#selectNewestId.get(line.id)
  }

  /** Checkpoints that cannot be read without this one. */
  dependants(line: number, id: CompactId): CompactId[] {
    return this.#selectDependants.all(line, id)
  }

  /** Stores the ids of all checkpoints of a line in another way. */
  rewriteIds(line: number, rewrite: (id: CompactId) => string): void {
    const all = this.#selectLine.all(line)
    this.#deleteOfLine.run(line)
    for (const row of all) {
      const [checkpoint, , , , , parent] = row
      if (isCheckpoint(row)) {
        const entry = checkpointEntry(line, row, this.#cipher)
        const moved = { ...entry, parent: parent === null ? null : rewrite(parent) }
        this.insertCheckpoint(line, rewrite(checkpoint), moved)
      } else this.insertTask(line, rewrite(checkpoint), taskEntry(line, row, this.#cipher))
    }
  }

  deleteOfLine(line: number): void {
    this.#deleteOfLine.run(line)
  }

  #newest(line: LineRow, limit: number, before: string | undefined): Row[] {
    if (before === undefined) return this.#selectNewest.all(line.id, limit)
    const bound = storedId(line, before)
    return typeof bound === 'string' && !line.textIds
      ? this.#selectBeforeText.all(line.id, bound, limit)
      : this.#selectBefore.all(line.id, bound, limit)
  }
}

function checkpointRow(
  line: number,
  id: CompactId,
  { parent, depth, created, shape, head, data }: CheckpointEntry,
  cipher: RowCipher,
): Row {
  return stored(
    line,
    [id, noTask, plainJson, 0, shape, parent, depth, created, null, head, data, null],
    cipher,
  )
}

function taskRow(
  line: number,
  checkpoint: CompactId,
  { task, path, head, data }: TaskEntry,
  cipher: RowCipher,
): Row {
  return stored(
    line,
    [checkpoint, task, plainJson, 0, null, null, null, null, path, head, data, null],
    cipher,
  )
}

function checkpointEntry(line: number, row: Row, cipher: RowCipher): CheckpointEntry {
  assertSound(line, row)
  const [, , , , shape, parent, depth, created, , head] = row
  return { parent, depth: depth!, created: created!, shape, head, data: dataOf(line, row, cipher) }
}

function taskEntry(line: number, row: Row, cipher: RowCipher): TaskEntry {
  assertSound(line, row)
  const [, task, , , , , , , path, head] = row
  return { task, path: path!, head, data: dataOf(line, row, cipher) }
}

function isCheckpoint([, task]: Row): boolean {
  return typeof task !== 'string' && task.length === 0
}

/** With its data as the file is to hold them, and the checksum of that. */
function stored(line: number, row: Row, cipher: RowCipher): Row {
  if (cipher.current !== null) {
    row[10] = cipher.seal(row[10] as string, identityOf(line, row))
    row[11] = cipher.current
  }
  row[3] = sumOf(line, row)
  return row
}

function dataOf(line: number, row: Row, rowCipher: RowCipher): string {
  const data = row[10]
  const cipher = row[11]
  return cipher === null ? (data as string) : rowCipher.unseal(cipher, data, identityOf(line, row))
}

function identityOf(line: number, [checkpoint, task, format]: Row): string {
  return entryIdentity(line, checkpoint, task, format)
}

function assertSound(line: number, row: Row): void {
  const [, , format, sum] = row
  if (format !== plainJson) {
    throw new TypeError(`an entry has the format ${format}, which this release cannot read`)
  }
  if (sum !== sumOf(line, row)) {
    throw new TypeError(`the entry of checkpoint ${expandId(row[0])} is damaged: its checksum differs`)
  }
}

/** CRC-32 over all of a row, so that one that stands in the place of another is found out too. */
function sumOf(
  line: number,
  [checkpoint, task, format, , shape, parent, depth, created, path, head, data, cipher]: Row,
): number {
  const fields = `${line},${textOf(checkpoint)},${textOf(task)},${format},${shape},${textOf(parent)},${depth},${created},${path}`
  if (typeof data === 'string') return crc32(`${fields},${head}${data}`) | 0
  return crc32(data, crc32(`${fields},${head},${cipher}`)) | 0
}

function textOf(id: Id | null): string {
  return id === null || typeof id === 'string'
    ? String(id)
    : Buffer.from(id.buffer, id.byteOffset, id.length).toString('latin1')
}
