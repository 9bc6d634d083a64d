import type { Database } from 'better-sqlite3'

/**
 * A migration: tables for what people say about threads. Keyed by the thread's name, so that a thread may be
 * labelled before its first checkpoint. Never encrypted, so that it can be searched.
 */
export function createLabelTables(database: Database): void {
  database.exec(`
    CREATE TABLE thread_tag (
      thread TEXT NOT NULL,
      tag    TEXT NOT NULL,
      PRIMARY KEY (thread, tag)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX thread_of_tag ON thread_tag (tag, thread);

    CREATE TABLE thread_metadata (
      thread TEXT NOT NULL,
      key    TEXT NOT NULL,
      value  TEXT NOT NULL,
      PRIMARY KEY (thread, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX thread_of_metadata ON thread_metadata (key, value, thread);
  `)
}
