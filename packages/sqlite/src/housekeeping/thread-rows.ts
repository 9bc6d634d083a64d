import type { Database, Statement } from 'better-sqlite3'
import type { CompactId } from '../compact-id.ts'

/** Which row of `entry`: that of a checkpoint has an empty task. */
export interface EntryKey {
  readonly checkpoint: CompactId
  readonly task: CompactId
  readonly isCheckpoint: boolean
  /** Number of the key that it is encrypted with. */
  readonly cipher: number | null
  /** What the row takes, about. */
  readonly bytes: number
}

export interface ValueKey {
  readonly row: number
  /** It refers to further rows. */
  readonly isNode: boolean
  readonly cipher: number | null
  readonly bytes: number
}

type EntryRow = [checkpoint: CompactId, task: CompactId, cipher: number | null, bytes: number]
type ValueRow = [row: number, format: number, cipher: number | null, bytes: number]

/** What a row takes beside its texts, about. */
const rowOverhead = 40

/** Rows of a thread one after the other, and how to take some out. */
export class ThreadRows {
  readonly #threads: Statement<[], string>
  readonly #entries: Statement<[number, CompactId, CompactId, number], EntryRow>
  readonly #values: Statement<[number, number, number], ValueRow>
  readonly #isNode: Statement<[number], number>
  readonly #countTasks: Statement<[number, CompactId], number>
  readonly #deleteCheckpoint: Statement<[number, CompactId]>
  readonly #deleteLine: Statement<[number]>
  readonly #deleteValue: Statement<[number, number]>
  readonly #advanceGeneration: Statement<[number]>

  constructor(database: Database) {
    this.#threads = database.prepare<[], string>('SELECT name FROM thread ORDER BY id').pluck()
    this.#entries = database
      .prepare<[number, CompactId, CompactId, number], EntryRow>(
        `SELECT checkpoint, task, cipher, octet_length(head) + octet_length(data) + ${rowOverhead} FROM entry
         WHERE line = ? AND (checkpoint, task) > (?, ?) ORDER BY checkpoint, task LIMIT ?`,
      )
      .raw()
    this.#values = database
      .prepare<[number, number, number], ValueRow>(
        `SELECT id, format, cipher, octet_length(data) + ${rowOverhead} FROM value WHERE thread = ? AND id > ? ORDER BY id LIMIT ?`,
      )
      .raw()
    this.#isNode = database.prepare<[number], number>('SELECT format FROM value WHERE id = ?').pluck()
    this.#countTasks = database
      .prepare<[number, CompactId], number>(
        "SELECT count(*) FROM entry WHERE line = ? AND checkpoint = ? AND task <> x''",
      )
      .pluck()
    this.#deleteCheckpoint = database.prepare('DELETE FROM entry WHERE line = ? AND checkpoint = ?')
    this.#deleteLine = database.prepare(
      'DELETE FROM line WHERE id = ? AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.line = line.id)',
    )
    this.#advanceGeneration = database.prepare('UPDATE thread SET generation = generation + 1 WHERE id = ?')
    this.#deleteValue = database.prepare('DELETE FROM value WHERE id = ? AND thread = ?')
  }

  threadIds(): string[] {
    return this.#threads.all()
  }

  /** In their order, at most so many; with `after`, only those that follow it. */
  entries(line: number, limit: number, after?: EntryKey): EntryKey[] {
    return this.#entries
      .all(line, after?.checkpoint ?? '', after?.task ?? '', limit)

      .map(([checkpoint, task, cipher, bytes]) => ({
        checkpoint,
        task,
        cipher,
        isCheckpoint: task.length === 0,
        bytes,
      }))
  }

  /** In their order, at most so many; only those after this row. */
  values(thread: number, limit: number, after: number): ValueKey[] {
    return this.#values
      .all(thread, after, limit)
      .map(([row, format, cipher, bytes]) => ({ row, isNode: format === nodeFormat, cipher, bytes }))
  }

  isNode(row: number): boolean {
    return this.#isNode.get(row) === nodeFormat
  }

  /** How many tasks have written beside a checkpoint. */
  countTasks(line: number, checkpoint: CompactId): number {
    return this.#countTasks.get(line, checkpoint)!
  }

  /** With what tasks wrote beside it. */
  deleteCheckpoint(line: number, checkpoint: CompactId): void {
    this.#deleteCheckpoint.run(line, checkpoint)
  }

  deleteLineIfEmpty(line: number): void {
    this.#deleteLine.run(line)
  }

  /** Whoever remembers rows of the thread forgets them. */
  advanceGeneration(thread: number): void {
    this.#advanceGeneration.run(thread)
  }

  deleteValue(thread: number, row: number): void {
    this.#deleteValue.run(row, thread)
  }
}

/** `value.format` of a node. */
const nodeFormat = 1
