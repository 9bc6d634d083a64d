import type { Database } from 'better-sqlite3'

/** A migration: tables of who may write to which thread. What they mean stands in docs/design/format.md. */
export function createLeaseTables(database: Database): void {
  database.exec(`
    CREATE TABLE lease (
      thread TEXT PRIMARY KEY,
      token  INTEGER NOT NULL,
      holder TEXT NOT NULL,
      since  INTEGER NOT NULL,
      until  INTEGER NOT NULL,
      asked  TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE lease_queue (
      thread TEXT NOT NULL,
      ticket INTEGER NOT NULL,
      holder TEXT NOT NULL,
      since  INTEGER NOT NULL,
      until  INTEGER NOT NULL,
      PRIMARY KEY (thread, ticket)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE lease_count (last INTEGER NOT NULL) STRICT;
    INSERT INTO lease_count VALUES (0);
  `)
}
