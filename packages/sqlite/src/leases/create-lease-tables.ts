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

    CREATE TABLE lease_token (last INTEGER NOT NULL) STRICT;
    INSERT INTO lease_token VALUES (0);

    CREATE TABLE lease_queue (
      ticket INTEGER PRIMARY KEY AUTOINCREMENT,
      thread TEXT NOT NULL,
      holder TEXT NOT NULL,
      since  INTEGER NOT NULL,
      until  INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX lease_queue_of_thread ON lease_queue (thread);
  `)
}
