import type { Database, Statement } from 'better-sqlite3'
import { forgetIndex, forgetIndexedThread } from './forget-index.ts'
import type { IndexedThread } from './indexed-thread.ts'
import { type Condition, defaultLimit } from './thread-query.ts'

/** A thread of which the index does not know how it stands now. */
export interface StaleThread {
  readonly thread: number
  readonly name: string
  /** Of the state in which it is now. */
  readonly signature: string
  /** Milliseconds since the epoch, or text; of the oldest checkpoint that is left. */
  readonly created: number | string
  /** The newest checkpoint when it was last indexed. */
  readonly indexed: string | null
}

export interface FoundRow {
  readonly thread: number
  readonly name: string
  readonly checkpoint: string
  readonly status: IndexedThread['status']
  readonly step: number
  readonly tasks: string
  readonly next: string
  readonly created: number
  readonly updated: number
}

// A thread's own line, its newest checkpoint, and a sum over the sums of what is stored there: it changes with the
// checkpoint, with whatever a task writes beside it, and when something is erased.
const heads = `
  SELECT t.id AS thread, t.name, t.generation, l.id AS line,
    (SELECT checkpoint FROM entry WHERE line = l.id AND task = x'' ORDER BY checkpoint DESC LIMIT 1) AS newest
  FROM main.thread AS t JOIN main.line AS l ON l.thread = t.id AND l.namespace = ''
  WHERE t.id > ? AND t.id <= ?`
const signed = `
  SELECT thread, name, line, generation || ' ' || hex(h.newest) || ' ' ||
    (SELECT count(*) || ' ' || sum(sum) FROM entry WHERE line = h.line AND checkpoint = h.newest) AS signature
  FROM (${heads}) AS h WHERE h.newest IS NOT NULL`

/** The rows of the index. */
export class IndexRows {
  readonly #database: Database
  readonly #stale: Statement<[number, number], StaleThread>
  readonly #staleText: Statement<[number, number], StaleThread>
  readonly #lastThread: Statement<[], number | null>
  readonly #ids: Statement<[], string>
  readonly #gone: Statement<[], number>
  readonly #upsert: Statement<Record<string, string | number>[]>
  readonly #metadata: Statement<[number], [key: string, value: string]>
  readonly #setMetadata: Statement<[number, string, string]>
  readonly #setTextSignature: Statement<[string, number]>

  constructor(database: Database) {
    this.#database = database
    const stale = (column: string): string => `
      SELECT s.thread, s.name, s.signature, i.checkpoint AS indexed,
        (SELECT created FROM entry WHERE line = s.line AND task = x'' ORDER BY checkpoint LIMIT 1) AS created
      FROM (${signed}) AS s LEFT JOIN thread_index AS i ON i.thread = s.thread
      WHERE i.${column} IS NOT s.signature`
    this.#stale = database.prepare(stale('signature'))
    this.#staleText = database.prepare(stale('text_signature'))
    this.#lastThread = database.prepare<[], number | null>('SELECT max(id) FROM main.thread').pluck()
    this.#ids = database.prepare<[], string>('SELECT name FROM main.thread ORDER BY name').pluck()
    this.#gone = database
      .prepare<[], number>('SELECT thread FROM thread_index WHERE thread NOT IN (SELECT id FROM main.thread)')
      .pluck()
    this.#upsert = database.prepare(`
      INSERT INTO thread_index (thread, signature, checkpoint, status, step, tasks, next, created, updated)
      VALUES (@thread, @signature, @checkpoint, @status, @step, @tasks, @next, @created, @updated)
      ON CONFLICT (thread) DO UPDATE SET signature = @signature, checkpoint = @checkpoint, status = @status,
        step = @step, tasks = @tasks, next = @next, created = min(created, @created), updated = @updated`)
    this.#metadata = database
      .prepare<[number], [string, string]>('SELECT key, value FROM thread_index_metadata WHERE thread = ?')
      .raw()
    this.#setMetadata = database.prepare(
      'REPLACE INTO thread_index_metadata (thread, key, value) VALUES (?, ?, ?)',
    )
    this.#setTextSignature = database.prepare('UPDATE thread_index SET text_signature = ? WHERE thread = ?')
  }

  ids(): string[] {
    return this.#ids.all()
  }

  /** The greatest number of a thread. */
  lastThread(): number {
    return this.#lastThread.get() ?? 0
  }

  /** Those with greater numbers than the first, up to the second, whose row is not of their present state. */
  stale(after: number, upTo: number): StaleThread[] {
    return this.#stale.all(after, upTo)
  }

  /** The same, whose text is not. */
  staleText(after: number, upTo: number): StaleThread[] {
    return this.#staleText.all(after, upTo)
  }

  /** Within a transaction. */
  forgetGone(): void {
    for (const thread of this.#gone.all()) forgetIndexedThread(this.#database, thread)
  }

  /** Takes out whatever stands in values and metadata of checkpoints. Within a transaction. */
  forgetContent(): void {
    const isThere = this.#database.prepare<[], number>(
      'SELECT EXISTS (SELECT 1 FROM thread_text) OR EXISTS (SELECT 1 FROM thread_index_metadata)',
    )
    if (isThere.pluck().get() === 1) forgetIndex(this.#database)
  }

  /** Within a transaction. Metadata under other keys stay. */
  set(
    { thread, signature }: StaleThread,
    created: number,
    indexed: IndexedThread,
    metadata: ReadonlyMap<string, string>,
  ): void {
    const [tasks, next] = [indexed.tasks, indexed.next].map((names) => JSON.stringify(names)) as [
      string,
      string,
    ]
    this.#upsert.run({ ...indexed, tasks, next, thread, signature, created })
    for (const [key, value] of metadata) this.#setMetadata.run(thread, key, value)
  }

  setTextSignature({ thread, signature }: StaleThread): void {
    this.#setTextSignature.run(signature, thread)
  }

  metadata(thread: number): [key: string, value: string][] {
    return this.#metadata.all(thread)
  }

  /** Newest first; one more than the limit when there are more. */
  find(conditions: readonly Condition[], limit: number | undefined): FoundRow[] {
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`
    return this.#database
      .prepare<(string | number)[], FoundRow>(
        `SELECT i.thread, t.name, i.checkpoint, i.status, i.step, i.tasks, i.next, i.created, i.updated
         FROM thread_index AS i JOIN main.thread AS t ON t.id = i.thread
         ${where} ORDER BY i.updated DESC, i.thread DESC LIMIT ?`,
      )
      .all(...conditions.flatMap(({ values }) => values), (limit ?? defaultLimit) + 1)
  }
}
