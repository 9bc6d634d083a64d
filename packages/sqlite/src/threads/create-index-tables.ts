import type { Database } from 'better-sqlite3'

/**
 * A migration: what is known of threads, so that they are found without reading their checkpoints. All of it is made
 * from the other tables, thread by thread, when somebody searches; it may be deleted at any time.
 */
export function createIndexTables(database: Database): void {
  database.exec(indexTables(''))
}

/** The same for a connection that may only read: as temporary tables, which hide those of the file. */
export function createTemporaryIndexTables(database: Database): void {
  database.exec(indexTables('TEMP'))
}

// `signature` and `text_signature` tell of which state of the thread the row is, and the text in the two tables below.
function indexTables(kind: '' | 'TEMP'): string {
  const schema = kind === '' ? '' : 'temp.'
  return `
    CREATE ${kind} TABLE thread_index (
      thread         INTEGER PRIMARY KEY,
      signature      TEXT NOT NULL,
      text_signature TEXT,
      checkpoint     TEXT NOT NULL,
      status         TEXT NOT NULL,
      step           INTEGER NOT NULL,
      tasks          TEXT NOT NULL,
      next           TEXT NOT NULL,
      created        INTEGER NOT NULL,
      updated        INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX ${schema}thread_by_time ON thread_index (updated, thread);

    CREATE ${kind} TABLE thread_index_metadata (
      thread INTEGER NOT NULL,
      key    TEXT NOT NULL,
      value  TEXT NOT NULL,
      PRIMARY KEY (thread, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX ${schema}thread_of_index_metadata ON thread_index_metadata (key, value, thread);

    CREATE ${kind} TABLE thread_text (
      id      INTEGER PRIMARY KEY,
      thread  INTEGER NOT NULL,
      channel TEXT NOT NULL,
      digest  BLOB NOT NULL
    ) STRICT;
    CREATE INDEX ${schema}text_of_thread ON thread_text (thread, channel);

    CREATE VIRTUAL TABLE ${schema}thread_words USING fts5 (
      text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );
  `
}
