import type { Database } from 'better-sqlite3'

/** A migration: rows that `StoreDoctor` has moved out of the way, whole. */
export function createQuarantineTable(database: Database): void {
  database.exec(`
    CREATE TABLE quarantine (
      id      INTEGER PRIMARY KEY,
      moved   INTEGER NOT NULL,
      source  TEXT NOT NULL,
      thread  TEXT,
      reason  TEXT NOT NULL,
      content TEXT NOT NULL
    ) STRICT;
  `)
}
