import type { Database } from 'better-sqlite3'
import { createQuarantineTable } from './doctor/create-quarantine-table.ts'
import { createCipherTable } from './encryption/create-cipher-table.ts'
import { createRetentionTables } from './retention/create-retention-tables.ts'
import { createMemoryTables } from './memory/create-memory-tables.ts'
import { createLeaseTables } from './leases/create-lease-tables.ts'
import { shareValues } from './share-values.ts'
import { createIndexTables } from './threads/create-index-tables.ts'
import { createLabelTables } from './threads/create-label-tables.ts'

/** Brings a database from one schema version to the next. Runs in a transaction; changes only what SQL can. */
export type Migration = (database: Database) => void

/** The migration at index `n` leads from schema version `n` to `n + 1`. Never change one that was released. */
export const migrations: readonly Migration[] = [
  createTables,
  shareValues,
  createMemoryTables,
  createLabelTables,
  createRetentionTables,
  createCipherTable,
  createIndexTables,
  createLeaseTables,
  createQuarantineTable,
]

// What the tables mean stands in docs/design/format.md. `ANY` columns hold two types: ids that are UUIDs are
// kept as their 16 bytes, others as text.
function createTables(database: Database): void {
  database.exec(`
    CREATE TABLE line (
      id        INTEGER PRIMARY KEY AUTOINCREMENT,
      thread    TEXT NOT NULL,
      namespace TEXT NOT NULL,
      text_ids  INTEGER NOT NULL,
      UNIQUE (thread, namespace)
    ) STRICT;

    CREATE TABLE name (
      id   INTEGER PRIMARY KEY,
      text TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE entry (
      line       INTEGER NOT NULL,
      checkpoint ANY NOT NULL,
      task       ANY NOT NULL,
      format     INTEGER NOT NULL,
      parent     ANY,
      depth      INTEGER,
      created    ANY,
      path       INTEGER,
      head       TEXT NOT NULL,
      data       ANY NOT NULL,
      PRIMARY KEY (line, checkpoint, task)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE value (
      id     INTEGER PRIMARY KEY,
      line   INTEGER NOT NULL,
      format INTEGER NOT NULL,
      data   ANY NOT NULL
    ) STRICT;
    CREATE INDEX value_of_line ON value (line);
  `)
}
