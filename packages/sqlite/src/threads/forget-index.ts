import type { Database } from 'better-sqlite3'

/** Takes one thread, by its number, out of the index. Within a transaction. */
export function forgetIndexedThread(database: Database, thread: number): void {
  database.prepare('DELETE FROM thread_index WHERE thread = ?').run(thread)
  database.prepare('DELETE FROM thread_index_metadata WHERE thread = ?').run(thread)
  forgetText(database, thread)
}

/** Takes the text of one thread out of the index. Within a transaction. */
export function forgetText(database: Database, thread: number): void {
  database
    .prepare('DELETE FROM thread_words WHERE rowid IN (SELECT id FROM thread_text WHERE thread = ?)')
    .run(thread)
  database.prepare('DELETE FROM thread_text WHERE thread = ?').run(thread)
}

/**
 * Empties the index, so that not even words of it stay in the file; it is made anew by the next search. Whoever erases
 * something has to call it. Within a transaction.
 */
export function forgetIndex(database: Database): void {
  database.exec(`
    DELETE FROM thread_index;
    DELETE FROM thread_index_metadata;
    DELETE FROM thread_text;
    INSERT INTO thread_words (thread_words) VALUES ('delete-all');
  `)
}
