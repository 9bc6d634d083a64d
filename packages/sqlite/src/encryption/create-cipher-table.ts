import type { Database } from 'better-sqlite3'

/** A migration: the names of keys. `sealed` tells whether a key is the one that the name stands for. */
export function createCipherTable(database: Database): void {
  database.exec(`
    CREATE TABLE cipher_key (
      id     INTEGER PRIMARY KEY AUTOINCREMENT,
      name   TEXT NOT NULL UNIQUE,
      sealed BLOB NOT NULL,
      in_use INTEGER NOT NULL
    ) STRICT;
  `)
}
