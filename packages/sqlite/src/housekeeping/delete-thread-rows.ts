import type { Database } from 'better-sqlite3'

/** Deletes everything that belongs to a thread. Within a transaction. */
export function deleteThreadRows(database: Database, threadId: string): void {
  const statements = [
    'DELETE FROM entry WHERE line IN (SELECT line.id FROM line JOIN thread ON thread.id = thread WHERE name = ?)',
    'DELETE FROM value WHERE thread = (SELECT id FROM thread WHERE name = ?)',
    'DELETE FROM line WHERE thread = (SELECT id FROM thread WHERE name = ?)',
    'DELETE FROM thread WHERE name = ?',
    'DELETE FROM thread_tag WHERE thread = ?',
    'DELETE FROM thread_metadata WHERE thread = ?',
    'DELETE FROM quarantine WHERE thread = ?',
    'DELETE FROM lease WHERE thread = ?',
    'DELETE FROM lease_queue WHERE thread = ?',
    "DELETE FROM retention_policy WHERE scope = 'thread' AND name = ?",
  ]
  for (const statement of statements) database.prepare(statement).run(threadId)
}
