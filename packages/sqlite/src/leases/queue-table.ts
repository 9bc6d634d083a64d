import type { Database, Statement } from 'better-sqlite3'

export interface QueueRow {
  readonly ticket: number
  readonly holder: string
  readonly since: number
  /** When it is given up for dead, unless it asks again before. */
  readonly until: number
}

/** Who waits for which thread, in the order of coming. */
export class QueueTable {
  readonly #first: Statement<[string], QueueRow>
  readonly #find: Statement<[string, number], QueueRow>
  readonly #add: Statement<[string, number, string, number, number]>
  readonly #extend: Statement<[number, string, number]>
  readonly #delete: Statement<[string, number]>

  constructor(database: Database) {
    const columns = 'ticket, holder, since, until'
    this.#first = database.prepare(
      `SELECT ${columns} FROM lease_queue WHERE thread = ? ORDER BY ticket LIMIT 1`,
    )
    this.#find = database.prepare(`SELECT ${columns} FROM lease_queue WHERE thread = ? AND ticket = ?`)
    this.#add = database.prepare(
      'INSERT INTO lease_queue (thread, ticket, holder, since, until) VALUES (?, ?, ?, ?, ?)',
    )
    this.#extend = database.prepare('UPDATE lease_queue SET until = ? WHERE thread = ? AND ticket = ?')
    this.#delete = database.prepare('DELETE FROM lease_queue WHERE thread = ? AND ticket = ?')
  }

  first(threadId: string): QueueRow | undefined {
    return this.#first.get(threadId)
  }

  find(threadId: string, ticket: number): QueueRow | undefined {
    return this.#find.get(threadId, ticket)
  }

  add(threadId: string, ticket: number, holder: string, since: number, until: number): void {
    this.#add.run(threadId, ticket, holder, since, until)
  }

  extend(threadId: string, ticket: number, until: number): void {
    this.#extend.run(until, threadId, ticket)
  }

  delete(threadId: string, ticket: number): void {
    this.#delete.run(threadId, ticket)
  }
}
