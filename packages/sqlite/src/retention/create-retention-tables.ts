import type { Database } from 'better-sqlite3'

/**
 * A migration: policies, and what housekeeping notes of a thread. `branches` grows when a commit goes on from
 * another checkpoint than the newest; `unswept` is 1 while there may be values that nothing refers to.
 */
export function createRetentionTables(database: Database): void {
  database.exec(`
    CREATE TABLE retention_policy (
      scope  TEXT NOT NULL,
      name   TEXT NOT NULL,
      policy TEXT NOT NULL,
      PRIMARY KEY (scope, name)
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE thread ADD COLUMN branches INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE thread ADD COLUMN unswept INTEGER NOT NULL DEFAULT 0;
  `)
}
