import type { Line } from '@cairn/engine'
import { type CompactId, compactId } from './compact-id.ts'
import type { Database, Statement } from 'better-sqlite3'

/** A line's row. Its number is never used again, not even when the line is deleted. */
export interface LineRow extends Line {
  readonly id: number
  /** Number of its thread. Never used again either. */
  readonly thread: number
  /** Grows when values of the thread are changed or taken out in any other way than by a commit. */
  readonly generation: number
  /** Its checkpoint ids are stored as text, since one of them is no UUID. */
  readonly textIds: boolean
}

/** An id as the line stores it. */
export function storedId(line: LineRow, checkpointId: string): CompactId {
  return line.textIds ? checkpointId : compactId(checkpointId)
}

type Row = [
  id: number,
  thread: number,
  generation: number,
  threadId: string,
  namespace: string,
  textIds: number,
]

/** Rows of `thread` and of `line`. */
export class LineTable {
  readonly #select: Statement<[string, string], Row>
  readonly #selectOfThread: Statement<[string], Row>
  readonly #selectAll: Statement<[], Row>
  readonly #selectThread: Statement<[string], [id: number, generation: number]>
  readonly #insertThread: Statement<[string]>
  readonly #insert: Statement<[number, string, number]>
  readonly #useTextIds: Statement<[number]>
  readonly #deleteOfThread: Statement<[number], number>
  readonly #deleteThread: Statement<[number]>
  readonly #noteBranch: Statement<[number]>

  constructor(database: Database) {
    const rows = <Parameters extends unknown[]>(condition: string) =>
      database
        .prepare<Parameters, Row>(
          `SELECT line.id, thread, generation, name, namespace, text_ids
           FROM line JOIN thread ON thread.id = thread ${condition}`,
        )
        .raw()
    this.#select = rows('WHERE name = ? AND namespace = ?')
    this.#selectOfThread = rows('WHERE name = ? ORDER BY line.id')
    this.#selectAll = rows('ORDER BY line.id')
    this.#selectThread = database
      .prepare<[string], [number, number]>('SELECT id, generation FROM thread WHERE name = ?')
      .raw()
    this.#insertThread = database.prepare('INSERT INTO thread (name, generation) VALUES (?, 0)')
    this.#insert = database.prepare('INSERT INTO line (thread, namespace, text_ids) VALUES (?, ?, ?)')
    this.#useTextIds = database.prepare('UPDATE line SET text_ids = 1 WHERE id = ?')
    this.#deleteOfThread = database
      .prepare<[number], number>('DELETE FROM line WHERE thread = ? RETURNING id')
      .pluck()
    this.#deleteThread = database.prepare('DELETE FROM thread WHERE id = ?')
    this.#noteBranch = database.prepare('UPDATE thread SET branches = branches + 1 WHERE id = ?')
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
    const found = this.#selectThread.get(threadId)
    const [thread, generation] = found ?? [Number(this.#insertThread.run(threadId).lastInsertRowid), 0]
    const id = Number(this.#insert.run(thread, namespace, textIds ? 1 : 0).lastInsertRowid)
    return { id, thread, generation, threadId, namespace, textIds }
  }

  useTextIds(line: LineRow): LineRow {
    this.#useTextIds.run(line.id)
    return { ...line, textIds: true }
  }

  /** Somebody has gone on from another checkpoint than the newest, or put one in the place of another. */
  noteBranch(thread: number): void {
    this.#noteBranch.run(thread)
  }

  /** Its number and those of the lines that were deleted with it. */
  deleteThread(threadId: string): { thread: number; lines: number[] } | undefined {
    const [thread] = this.#selectThread.get(threadId) ?? []
    if (thread === undefined) return undefined
    const lines = this.#deleteOfThread.all(thread)
    this.#deleteThread.run(thread)
    return { thread, lines }
  }
}

function lineRow([id, thread, generation, threadId, namespace, textIds]: Row): LineRow {
  return { id, thread, generation, threadId, namespace, textIds: textIds === 1 }
}
