import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { checkpointAt, checkpointId, commitOf, line, superstep } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

describe('listing', () => {
  test('reads no further than it is asked to', () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 200; number++) store.commit(superstep(number))
    const database = new Database(path)
    database.exec(
      `UPDATE entry SET head = 'damaged' WHERE checkpoint < x'${checkpointId(90).replaceAll('-', '')}' AND task = x''`,
    )
    database.close()
    expect([...store.list({ limit: 100 })]).toHaveLength(100)
    const listing = store.list({})
    for (let count = 0; count < 100; count++) expect(listing.next().done).toBe(false)
    expect(() => [...listing]).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }) as Error)
  })

  test('holds nothing open between two checkpoints', () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 3; number++) store.commit(superstep(number))
    const listing = store.list({})
    listing.next()
    const other = new Database(path)
    expect(other.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }])
    other.close()
    expect(listing.next().value?.metadata.step).toBe(1)
  })

  test('of many lines gives all in the order of their ids', () => {
    const store = openStore(':memory:')
    const ids: string[] = []
    for (let number = 0; number < 500; number++) {
      const id = checkpointId((number * 7919) % 100_000)
      ids.push(id)
      const threadId = `thread-${(number * 31) % 17}`
      store.commit({ line: { threadId, namespace: '' }, writes: [], checkpoint: checkpointAt(0, { id }) })
    }
    expect([...store.list({})].map(({ id }) => id)).toEqual(ids.toSorted().toReversed())
    const before = ids.toSorted()[250]!
    expect([...store.list({ before, limit: 60 })].map(({ id }) => id)).toEqual(
      ids.toSorted().slice(190, 250).toReversed(),
    )
  })

  test('skips a checkpoint that was deleted since', () => {
    const store = openStore(':memory:')
    store.commit(commitOf(checkpointAt(0)))
    store.commit({
      line: { ...line, threadId: 'other' },
      writes: [],
      checkpoint: checkpointAt(1, { parentId: undefined }),
    })
    const listing = store.list({})
    expect(listing.next().value?.line.threadId).toBe('other')
    store.deleteThread(line.threadId)
    expect(listing.next().done).toBe(true)
  })
})
