// The tables of LangGraph's SqliteSaver, as its releases 0.0.1 to 1.0.4 make them.
import type { Line, ListQuery } from '@cairn/engine'
import type { Database, Statement } from 'better-sqlite3'

export interface CheckpointRow {
  readonly threadId: string
  readonly namespace: string
  readonly id: string
  readonly parentId: string | null
  readonly type: string | null
  readonly checkpoint: Buffer | string
  readonly metadata: Buffer | string
}

/** The rows of a task were put there in the order of `number`; `position` is the place within the task. */
export interface WriteRow {
  readonly taskId: string
  readonly position: number
  readonly channel: string
  readonly type: string | null
  readonly value: Buffer | string | null
  readonly number: number
}

export interface OutlineRow {
  readonly threadId: string
  readonly namespace: string
  readonly id: string
  readonly parentId: string | null
}

const outlineColumns =
  'thread_id AS threadId, checkpoint_ns AS namespace, checkpoint_id AS id, parent_checkpoint_id AS parentId'
const columns = `${outlineColumns}, type, checkpoint, metadata`

/** Whether the database has these tables, with the columns that are read. */
export function hasLanggraphTables(database: Database): boolean {
  const columnsOf = database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck()
  const has = (table: string, ...expected: readonly string[]): boolean => {
    const found = new Set(columnsOf.all(table))
    return expected.every((column) => found.has(column))
  }
  const place = ['thread_id', 'checkpoint_ns', 'checkpoint_id', 'type']
  return (
    has('checkpoints', ...place, 'parent_checkpoint_id', 'checkpoint', 'metadata') &&
    has('writes', ...place, 'task_id', 'idx', 'channel', 'value')
  )
}

export class LanggraphTables {
  readonly #database: Database
  readonly #newest: Statement<[string, string], CheckpointRow>
  readonly #withId: Statement<[string, string, string], CheckpointRow>
  readonly #isThere: Statement<[string, string, string], number>
  readonly #writes: Statement<[string, string, string], WriteRow>

  constructor(database: Database) {
    this.#database = database
    const ofLine = `SELECT ${columns} FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ?`
    this.#newest = database.prepare(`${ofLine} ORDER BY checkpoint_id DESC LIMIT 1`)
    this.#withId = database.prepare(`${ofLine} AND checkpoint_id = ?`)
    this.#isThere = database
      .prepare<[string, string, string], number>(
        'SELECT 1 FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?',
      )
      .pluck()
    this.#writes = database.prepare(
      'SELECT task_id AS taskId, idx AS position, channel, type, value, rowid AS number FROM writes ' +
        'WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?',
    )
  }

  checkpoint({ threadId, namespace }: Line, id: string | undefined): CheckpointRow | undefined {
    return id === undefined
      ? this.#newest.get(threadId, namespace)
      : this.#withId.get(threadId, namespace, id)
  }

  has({ threadId, namespace }: Line, id: string): boolean {
    return this.#isThere.get(threadId, namespace, id) === 1
  }

  writes({ threadId, namespace }: Line, checkpointId: string): WriteRow[] {
    return this.#writes.all(threadId, namespace, checkpointId)
  }

  /** The newest first. */
  outline({
    threadId,
    namespace,
    before,
  }: Pick<ListQuery, 'threadId' | 'namespace' | 'before'>): OutlineRow[] {
    const conditions = [
      ['thread_id = ?', threadId],
      ['checkpoint_ns = ?', namespace],
      ['checkpoint_id < ?', before],
    ].filter((condition): condition is [string, string] => condition[1] !== undefined)
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([text]) => text).join(' AND ')}`
    return this.#database
      .prepare<string[], OutlineRow>(
        `SELECT ${outlineColumns} FROM checkpoints ${where} ORDER BY checkpoint_id DESC`,
      )
      .all(...conditions.map(([, value]) => value))
  }
}
