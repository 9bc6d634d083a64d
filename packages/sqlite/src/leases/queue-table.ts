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
  readonly #find: Statement<[number, string], QueueRow>
  readonly #add: Statement<[string, string, number, number], number>
  readonly #extend: Statement<[number, number]>
  readonly #delete: Statement<[number]>

  constructor(database: Database) {
    const columns = 'ticket, holder, since, until'
    this.#first = database.prepare(
      `SELECT ${columns} FROM lease_queue WHERE thread = ? ORDER BY ticket LIMIT 1`,
    )
    this.#find = database.prepare(`SELECT ${columns} FROM lease_queue WHERE ticket = ? AND thread = ?`)
    this.#add = database
      .prepare<[string, string, number, number], number>(
        'INSERT INTO lease_queue (thread, holder, since, until) VALUES (?, ?, ?, ?) RETURNING ticket',
      )
      .pluck()
    this.#extend = database.prepare('UPDATE lease_queue SET until = ? WHERE ticket = ?')
    this.#delete = database.prepare('DELETE FROM lease_queue WHERE ticket = ?')
  }

  first(threadId: string): QueueRow | undefined {
    return this.#first.get(threadId)
  }

  find(threadId: string, ticket: number): QueueRow | undefined {
    return this.#find.get(ticket, threadId)
  }

  /** Returns the ticket. */
  add(threadId: string, holder: string, since: number, until: number): number {
    return this.#add.get(threadId, holder, since, until)!
  }

  extend(ticket: number, until: number): void {
    this.#extend.run(until, ticket)
  }

  delete(ticket: number): void {
    this.#delete.run(ticket)
  }
}
