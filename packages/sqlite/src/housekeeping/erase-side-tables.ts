import type { Database } from 'better-sqlite3'
import { ERASED, eraseFromText } from '../erasure/erase-from-text.ts'
import type { Secrets } from '../erasure/secrets.ts'

/** Within a transaction. How many tags and metadata of the thread held something of it. */
export function eraseFromLabels(database: Database, threadId: string, secrets: Secrets): number {
  let count = 0
  const tags = database.prepare<[string], string>('SELECT tag FROM thread_tag WHERE thread = ?').pluck()
  const setTag = database.prepare('UPDATE OR REPLACE thread_tag SET tag = ? WHERE thread = ? AND tag = ?')
  for (const tag of tags.all(threadId)) {
    if (!secrets.isIn(tag)) continue
    setTag.run(secrets.replaceIn(tag, ERASED), threadId, tag)
    count++
  }
  const metadata = database
    .prepare<[string], [key: string, value: string]>(
      'SELECT key, value FROM thread_metadata WHERE thread = ?',
    )
    .raw()
  const setValue = database.prepare('UPDATE thread_metadata SET value = ? WHERE thread = ? AND key = ?')
  for (const [key, value] of metadata.all(threadId)) {
    const erased = eraseFromText(value, secrets)
    if (erased === value) continue
    setValue.run(erased, threadId, key)
    count++
  }
  return count
}
