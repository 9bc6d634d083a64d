import type { Line } from '@cairn/engine'
import { type CompactId, compactId } from './compact-id.ts'
import type { Database, Statement } from 'better-sqlite3'

/** A line's row. Its number is never used again, not even when the line is deleted. */
export interface LineRow extends Line {
  readonly id: number
  /** Its checkpoint ids are stored as text, since one of them is no UUID. */
  readonly textIds: boolean
}

/** An id as the line stores it. */
export function storedId(line: LineRow, checkpointId: string): CompactId {
  return line.textIds ? checkpointId : compactId(checkpointId)
}

type Row = [id: number, threadId: string, namespace: string, textIds: number]

export class LineTable {
  readonly #select: Statement<[string, string], Row>
  readonly #selectOfThread: Statement<[string], Row>
  readonly #selectAll: Statement<[], Row>
  readonly #insert: Statement<[string, string, number]>
  readonly #useTextIds: Statement<[number]>
  readonly #deleteOfThread: Statement<[string], number>

  constructor(database: Database) {
    const columns = 'id, thread, namespace, text_ids'
    this.#select = database
      .prepare<[string, string], Row>(`SELECT ${columns} FROM line WHERE thread = ? AND namespace = ?`)
      .raw()
    this.#selectOfThread = database
      .prepare<[string], Row>(`SELECT ${columns} FROM line WHERE thread = ? ORDER BY id`)
      .raw()
    this.#selectAll = database.prepare<[], Row>(`SELECT ${columns} FROM line ORDER BY id`).raw()
    this.#insert = database.prepare('INSERT INTO line (thread, namespace, text_ids) VALUES (?, ?, ?)')
    this.#useTextIds = database.prepare('UPDATE line SET text_ids = 1 WHERE id = ?')
    this.#deleteOfThread = database
      .prepare<[string], number>('DELETE FROM line WHERE thread = ? RETURNING id')
      .pluck()
  }

  find(line: Line): LineRow | undefined {
    const row = this.#select.get(line.threadId, line.namespace)
    return row === undefined ? undefined : lineRow(row)
  }

  /** The lines of one thread, or of all; with a namespace, only those that have it. */
  matching(threadId: string | undefined, namespace: string | undefined): LineRow[] {
    const rows = threadId === undefined ? this.#selectAll.all() : this.#selectOfThread.all(threadId)
    const lines = rows.map(lineRow)
    return namespace === undefined ? lines : lines.filter((line) => line.namespace === namespace)
  }

  insert({ threadId, namespace }: Line, textIds: boolean): LineRow {
    const id = Number(this.#insert.run(threadId, namespace, textIds ? 1 : 0).lastInsertRowid)
    return { id, threadId, namespace, textIds }
  }

  useTextIds(line: LineRow): LineRow {
    this.#useTextIds.run(line.id)
    return { ...line, textIds: true }
  }

  /** The numbers of the lines that were deleted. */
  deleteOfThread(threadId: string): number[] {
    return this.#deleteOfThread.all(threadId)
  }
}

function lineRow([id, threadId, namespace, textIds]: Row): LineRow {
  return { id, threadId, namespace, textIds: textIds === 1 }
}
