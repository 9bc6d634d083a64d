import type { Database, Statement } from 'better-sqlite3'

export interface LeaseRow {
  readonly token: number
  readonly holder: string
  readonly since: number
  /** 0 once it was given back. */
  readonly until: number
  readonly asked: string | null
}

/** The newest lease of each thread. */
export class LeaseTable {
  readonly #find: Statement<[string], LeaseRow>
  readonly #put: Statement<[string, number, string, number, number]>
  readonly #extend: Statement<[number, string, number]>
  readonly #ask: Statement<[string, string, number]>
  readonly #giveBack: Statement<[string, number]>
  readonly #delete: Statement<[string]>

  constructor(database: Database) {
    this.#find = database.prepare('SELECT token, holder, since, until, asked FROM lease WHERE thread = ?')
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO lease (thread, token, holder, since, until) VALUES (?, ?, ?, ?, ?)',
    )
    this.#extend = database.prepare('UPDATE lease SET until = ? WHERE thread = ? AND token = ?')
    this.#ask = database.prepare('UPDATE lease SET asked = ? WHERE thread = ? AND token = ?')
    this.#giveBack = database.prepare(
      'UPDATE lease SET until = 0, asked = NULL WHERE thread = ? AND token = ?',
    )
    this.#delete = database.prepare('DELETE FROM lease WHERE thread = ?')
  }

  find(threadId: string): LeaseRow | undefined {
    return this.#find.get(threadId)
  }

  /** Makes the newest lease of the thread. */
  put(threadId: string, token: number, holder: string, since: number, until: number): void {
    this.#put.run(threadId, token, holder, since, until)
  }

  extend(threadId: string, token: number, until: number): void {
    this.#extend.run(until, threadId, token)
  }

  ask(threadId: string, token: number, asked: string): void {
    this.#ask.run(asked, threadId, token)
  }

  giveBack(threadId: string, token: number): void {
    this.#giveBack.run(threadId, token)
  }

  delete(threadId: string): void {
    this.#delete.run(threadId)
  }
}
