import { crc32 } from 'node:zlib'
import type { Database } from 'better-sqlite3'
import type { CompactId } from './compact-id.ts'
import { EntryTable } from './entries.ts'
import { ValueTable } from './values.ts'

/** Rows that are moved at a time. */
const pageLength = 500

/**
 * From version 1 to 2: values belong to threads and not to lines, may have parts in rows of their own, and rows have
 * checksums.
 */
export function shareValues(database: Database): void {
  database.exec(`
    ALTER TABLE line  RENAME TO line_1;
    ALTER TABLE entry RENAME TO entry_1;
    ALTER TABLE value RENAME TO value_1;
    DROP INDEX value_of_line;

    CREATE TABLE thread (
      id         INTEGER PRIMARY KEY AUTOINCREMENT,
      name       TEXT NOT NULL UNIQUE,
      generation INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE line (
      id        INTEGER PRIMARY KEY AUTOINCREMENT,
      thread    INTEGER NOT NULL,
      namespace TEXT NOT NULL,
      text_ids  INTEGER NOT NULL,
      UNIQUE (thread, namespace)
    ) STRICT;

    CREATE TABLE shape (
      id   INTEGER PRIMARY KEY,
      hash TEXT NOT NULL UNIQUE,
      text TEXT NOT NULL
    ) STRICT;

    CREATE TABLE entry (
      line       INTEGER NOT NULL,
      checkpoint ANY NOT NULL,
      task       ANY NOT NULL,
      format     INTEGER NOT NULL,
      cipher     INTEGER,
      sum        INTEGER NOT NULL,
      shape      INTEGER,
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
      thread INTEGER NOT NULL,
      format INTEGER NOT NULL,
      cipher INTEGER,
      sum    INTEGER NOT NULL,
      data   ANY NOT NULL
    ) STRICT;
    CREATE INDEX value_of_thread ON value (thread);

    INSERT INTO thread (name, generation) SELECT thread, 0 FROM line_1 GROUP BY thread ORDER BY min(id);
    INSERT INTO line SELECT line_1.id, thread.id, namespace, text_ids FROM line_1 JOIN thread ON name = thread;
  `)
  moveEntries(database)
  moveValues(database)
  database.exec('DROP TABLE entry_1; DROP TABLE value_1; DROP TABLE line_1')
}

function moveEntries(database: Database): void {
  const table = new EntryTable(database)
  const lines = database.prepare<[], number>('SELECT id FROM line').pluck().all()
  const rows = database.prepare<[number], Entry1>('SELECT * FROM entry_1 WHERE line = ?')
  for (const line of lines) {
    for (const { checkpoint, task, path, parent, depth, created, head, data } of rows.all(line)) {
      if (path !== null) table.insertTask(line, checkpoint, { task, path, head, data })
      else
        table.insertCheckpoint(line, checkpoint, {
          parent,
          depth: depth!,
          created: created!,
          shape: null,
          head,
          data,
        })
    }
  }
}

interface Entry1 {
  readonly checkpoint: CompactId
  readonly task: CompactId
  readonly parent: CompactId | null
  readonly depth: number | null
  readonly created: number | string | null
  readonly path: number | null
  readonly head: string
  readonly data: string
}

function moveValues(database: Database): void {
  const table = new ValueTable(database)
  const page = database.prepare<[number, number], { id: number; thread: number; data: string }>(
    `SELECT value_1.id, line.thread, data FROM value_1 JOIN line ON line.id = value_1.line
     WHERE value_1.id > ? ORDER BY value_1.id LIMIT ?`,
  )
  let last = 0
  for (let rows = page.all(last, pageLength); rows.length > 0; rows = page.all(last, pageLength)) {
    for (const { id, thread, data } of rows) {
      table.insertAt(id, thread, { text: data, sum: crc32(data) })
      last = id
    }
  }
}
