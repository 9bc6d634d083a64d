import type { Database, Statement } from 'better-sqlite3'

/** Counts leases and places in queues, those of all threads, so that no number is given twice. */
export class LeaseCount {
  readonly #next: Statement<[], number>

  constructor(database: Database) {
    this.#next = database.prepare<[], number>('UPDATE lease_count SET last = last + 1 RETURNING last').pluck()
  }

  /** Greater than all before. Within a transaction. */
  next(): number {
    return this.#next.get()!
  }
}
