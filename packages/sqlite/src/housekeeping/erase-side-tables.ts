// Takes texts out of what is stored beside checkpoints: labels of threads, and memories.
import type { Database } from 'better-sqlite3'
import { ERASED, eraseFromText } from '../erasure/erase-from-text.ts'
import type { Secrets } from '../erasure/secrets.ts'
import { itemSum } from '../memory/item-text.ts'

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

interface ItemRow {
  readonly id: number
  readonly path: string
  readonly key: string
  readonly data: string
}

/**
 * Within a transaction. How many memories held something of it. Their vectors go, since they tell what was embedded;
 * the memories are found by vectors again once they are put anew.
 */
export function eraseFromMemories(database: Database, secrets: Secrets): number {
  const items = database.prepare<[], ItemRow>(
    `SELECT i.id, n.path, i.key, i.data FROM memory_item i JOIN memory_namespace n ON n.id = i.namespace
     WHERE typeof(i.data) = 'text'`,
  )
  const update = database.prepare('UPDATE memory_item SET data = ?, sum = ? WHERE id = ?')
  const deleteVectors = database.prepare('DELETE FROM memory_vector WHERE item = ?')
  let count = 0
  for (const row of items.all()) {
    const erased = eraseFromText(row.data, secrets)
    if (erased === row.data) continue
    update.run(erased, itemSum(erased, row), row.id)
    deleteVectors.run(row.id)
    count++
  }
  return count
}
