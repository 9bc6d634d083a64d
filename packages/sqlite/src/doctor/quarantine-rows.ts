import type { Database } from 'better-sqlite3'
import { forgetIndexedThread } from '../threads/forget-index.ts'
import type { Suspicion } from './examiner.ts'
import type { SuspectRow } from './finding.ts'

/** Moves the rows of these findings into `quarantine`, and gives their number. Within a transaction. */
export function quarantineRows(database: Database, findings: readonly Suspicion[]): number {
  const insert = database.prepare(
    'INSERT INTO quarantine (moved, source, thread, reason, content) VALUES (?, ?, ?, ?, ?)',
  )
  let moved = 0
  for (const { rows, threadId, what } of findings) {
    for (const row of rows) {
      const content = take(database, row)
      // One row may be suspect for two reasons.
      if (content === undefined) continue
      insert.run(Date.now(), row.table, threadId ?? null, what, JSON.stringify(content, readableBytes))
      moved++
    }
    if (threadId !== undefined && rows.length > 0) letOthersForget(database, threadId)
  }
  return moved
}

function take(database: Database, row: SuspectRow): unknown {
  if (row.table === 'memory_item') return takeMemory(database, row.id)
  if (row.table !== 'entry') {
    return database.prepare(`DELETE FROM ${row.table} WHERE id = ? RETURNING *`).get(row.id)
  }
  return database
    .prepare('DELETE FROM entry WHERE line = ? AND checkpoint = ? AND task = ? RETURNING *')
    .get(row.line, row.checkpoint, row.task)
}

/** With what a trigger deletes along with it. */
function takeMemory(database: Database, id: number): unknown {
  const path = database
    .prepare('SELECT path FROM memory_namespace WHERE id = (SELECT namespace FROM memory_item WHERE id = ?)')
    .pluck()
    .get(id)
  const vectors = database.prepare('SELECT * FROM memory_vector WHERE item = ?').all(id)
  const item = database.prepare('DELETE FROM memory_item WHERE id = ? RETURNING *').get(id)
  return item === undefined ? undefined : { ...item, path, vectors }
}

/** `{"$hex": "…"}` for bytes, which have a `toJSON` of their own. */
function readableBytes(this: unknown, key: string, value: unknown): unknown {
  const held: unknown = Reflect.get(this as object, key)
  return held instanceof Uint8Array ? { $hex: Buffer.from(held).toString('hex') } : value
}

/** Stores that are open remember rows of the thread, and the index what it held. */
function letOthersForget(database: Database, threadId: string): void {
  const thread = database
    .prepare<[string], number>('SELECT id FROM thread WHERE name = ?')
    .pluck()
    .get(threadId)
  if (thread === undefined) return
  database.prepare('UPDATE thread SET generation = generation + 1 WHERE id = ?').run(thread)
  forgetIndexedThread(database, thread)
}
