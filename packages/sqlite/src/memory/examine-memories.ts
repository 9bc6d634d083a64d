import type { Database } from 'better-sqlite3'
import { problemOfText } from './item-text.ts'
import { type ItemRow, itemColumns } from './memory-tables.ts'
import { type VectorRow } from './memory-rows.ts'
import { isVectorWhole } from './memory-vectors.ts'
import { namespaceLabels } from './namespace-path.ts'

/** A row that cannot be read, or belongs to nothing. */
export interface MemoryProblem {
  readonly table: 'memory_item' | 'memory_vector'
  readonly id: number
  /** Such as `the item "tea" in namespace ["users","ada"]`. */
  readonly subject: string
  /** Such as `its value is not as it was written`. */
  readonly problem: string
}

/** Looks at all rows of memories: their checksums, and whether what they belong to is there. Needs no key. */
export function* examineMemories(database: Database): Generator<MemoryProblem, void, undefined> {
  const items = database.prepare<[], Omit<ItemRow, 'path'> & { readonly path: string | null }>(
    `SELECT ${itemColumns} FROM memory_item i LEFT JOIN memory_namespace n ON n.id = i.namespace ORDER BY i.id`,
  )
  for (const item of items.iterate()) {
    const { id, key, path } = item
    const row = { table: 'memory_item', id } as const
    if (path === null) {
      yield { ...row, subject: `the item "${key}"`, problem: 'its namespace is missing' }
      continue
    }
    const problem = problemOfText({ ...item, path })
    const subject = `the item "${key}" in namespace ${JSON.stringify(namespaceLabels(path))}`
    if (problem !== undefined) yield { ...row, subject, problem }
  }
  const vectors = database.prepare<[], VectorRow & { readonly owner: number | null }>(
    `SELECT v.id, v.item, v.cipher, v.sum, v.data, i.id AS owner FROM memory_vector v
       LEFT JOIN memory_item i ON i.id = v.item ORDER BY v.id`,
  )
  for (const vector of vectors.iterate()) {
    const { id, item, owner } = vector
    const found = { table: 'memory_vector', id, subject: `a vector of item ${item}` } as const
    if (owner === null) yield { ...found, problem: 'its item is missing' }
    else if (!isVectorWhole(vector, item)) yield { ...found, problem: 'it is not as it was written' }
  }
}
