import type { Database } from 'better-sqlite3'

/** Deletes what a quarantine holds of a thread, for somebody who deletes the thread. Within a transaction. */
export function forgetQuarantined(database: Database, threadId: string): void {
  database.prepare('DELETE FROM quarantine WHERE thread = ?').run(threadId)
}

/** The same where a part of the thread is erased: whose damaged rows are, and what they hold, cannot always be told. */
export function eraseQuarantined(database: Database, threadId: string): void {
  database.prepare('DELETE FROM quarantine WHERE thread = ? OR thread IS NULL').run(threadId)
}
