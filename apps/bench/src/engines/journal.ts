import Database from 'better-sqlite3'
import type { Storage } from '../engine.ts'

/** Keeps a text per thread and step: all that an engine without a store of its own needs. */
export interface Journal {
  /** What is appended from here on is of another run, on new threads. */
  nextRun(): void
  append(thread: number, step: number, text: string): void
  /** The appends inside are kept together or not at all. */
  together(appends: () => void): void
  close(): void
}

/** What a journal holds for one thread of the last run at its last step, read on a connection of its own. */
export function lastEntry(path: string, thread: number): string {
  const database = new Database(path, { readonly: true })
  const select = database.prepare<[number], { readonly text: string }>(
    'SELECT text FROM entries WHERE thread = ? ORDER BY run DESC, step DESC LIMIT 1',
  )
  const row = select.get(thread)
  database.close()
  if (row === undefined) throw new Error(`The journal holds nothing for thread ${thread}.`)
  return row.text
}

/** All that a journal holds for one thread of the last run, in order, read on a connection of its own. */
export function allEntries(path: string, thread: number): string[] {
  const database = new Database(path, { readonly: true })
  const select = database.prepare<[number], { readonly text: string }>(
    'SELECT text FROM entries WHERE run = (SELECT max(run) FROM entries) AND thread = ? ORDER BY step',
  )
  const rows = select.all(thread)
  database.close()
  return rows.map(({ text }) => text)
}

/**
 * With SQLite: one row a step, each in a transaction of its own unless `together`, WAL and `synchronous=NORMAL`,
 * which is what LangGraph's saver runs with: a finished step survives the process, not a power cut.
 */
export function openJournal(storage: Storage): Journal | undefined {
  if (storage.kind === 'none') return undefined
  return storage.kind === 'memory' ? memoryJournal() : sqliteJournal(storage.path)
}

function memoryJournal(): Journal {
  const entries: string[] = []
  return {
    nextRun: () => undefined,
    append: (_thread, _step, text) => void entries.push(text),
    together: (appends) => appends(),
    close: () => undefined,
  }
}

function sqliteJournal(path: string): Journal {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec(
    'CREATE TABLE entries (run INTEGER, thread INTEGER, step INTEGER, text TEXT, PRIMARY KEY (run, thread, step)) WITHOUT ROWID',
  )
  const insert = database.prepare<[number, number, number, string]>('INSERT INTO entries VALUES (?, ?, ?, ?)')
  let run = 0
  return {
    nextRun: () => void (run += 1),
    append: (thread, step, text) => void insert.run(run, thread, step, text),
    together: (appends) => database.transaction(appends)(),
    close: () => void database.close(),
  }
}
