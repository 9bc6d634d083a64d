import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { checkpointAt, checkpointId, line, superstep } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

describe('listing', () => {
  test('reads no further than it is asked to', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 200; number++) await store.commit(superstep(number))
    const database = new Database(path)
    database.exec(
      `UPDATE entry SET head = 'damaged' WHERE checkpoint < x'${checkpointId(50).replaceAll('-', '')}' AND task = x''`,
    )
    database.close()
    expect([...store.list({ limit: 100 })]).toHaveLength(100)
    const listing = store.list({})
    for (let count = 0; count < 100; count++) expect(listing.next().done).toBe(false)
    expect(() => [...listing]).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }) as Error)
  })

  test('holds nothing open between two checkpoints', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 3; number++) await store.commit(superstep(number))
    const listing = store.list({})
    listing.next()
    const other = new Database(path)
    expect(other.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }])
    other.close()
    expect(listing.next().value?.metadata.step).toBe(1)
  })

  test('of many lines gives all in the order of their ids', async () => {
    const store = openStore(':memory:')
    const ids: string[] = []
    for (let number = 0; number < 500; number++) {
      const id = checkpointId((number * 7919) % 100_000)
      ids.push(id)
      const threadId = `thread-${(number * 31) % 17}`
      await store.commit({
        line: { threadId, namespace: '' },
        writes: [],
        checkpoint: checkpointAt(0, { id }),
      })
    }
    expect([...store.list({})].map(({ id }) => id)).toEqual(ids.toSorted().toReversed())
    const before = ids.toSorted()[250]!
    expect([...store.list({ before, limit: 60 })].map(({ id }) => id)).toEqual(
      ids.toSorted().slice(190, 250).toReversed(),
    )
  })

  test('goes on without checkpoints that were deleted since', async () => {
    const store = openStore(':memory:')
    for (let number = 0; number < 100; number++) await store.commit(superstep(number))
    const listing = store.list({})
    expect(listing.next().value?.metadata.step).toBe(99)
    store.deleteThread(line.threadId)
    expect([...listing].length).toBeLessThan(99)
  })
})

describe('a listed checkpoint', () => {
  test('reads what it holds when that is looked at, and once', async () => {
    const store = openStore(':memory:')
    await store.commit(superstep(0))
    const [checkpoint] = store.list({})
    const { values } = checkpoint!
    expect(checkpoint!.values).toBe(values)
    expect({ ...checkpoint }).toEqual(store.load(line))
  })

  test('still holds everything when its thread is deleted, and when the store is closed', async () => {
    const store = openStore(':memory:')
    await store.commit(superstep(0))
    const expected = store.load(line)
    const [first] = store.list({})
    store.deleteThread(line.threadId)
    expect({ ...first }).toEqual(expected)
    await store.commit(superstep(0))
    const [second] = store.list({})
    store.close()
    expect({ ...second }).toEqual(expected)
  })

  test('that another process has deleted before it was looked at says so', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    await store.commit(superstep(0))
    const [checkpoint] = store.list({})
    openStore(path).deleteThread(line.threadId)
    expect(() => checkpoint!.values).toThrow(
      expect.objectContaining({ code: 'STORE_DELETED_CHECKPOINT', checkpointId: checkpointId(0) }) as Error,
    )
  })

  test('holds what was committed under its id, whatever came after', async () => {
    const store = openStore(':memory:')
    for (let number = 0; number < 40; number++) await store.commit(superstep(number))
    const listed = [...store.list({})]
    for (let number = 40; number < 60; number++) await store.commit(superstep(number))
    expect(listed.map(({ values }) => values['count'])).toEqual(
      Array.from({ length: 40 }, (_, index) => 39 - index),
    )
  })
})
