import { describe, expect, test } from 'vitest'
import { SqliteStore, StoreClosedError } from '@cairn/sqlite'
import { checkpointAt, commitOf, line, superstep } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

describe('a closed store', () => {
  test('may be closed again', () => {
    const store = SqliteStore.open(temporaryPath())
    store.close()
    expect(() => store.close()).not.toThrow()
  })

  test.each<[string, (store: SqliteStore) => unknown]>([
    ['load', (store) => store.load(line)],
    ['commit', (store) => store.commit(superstep(0))],
    ['an empty commit', (store) => store.commit({ line, writes: [] })],
    ['list', (store) => [...store.list({})]],
    ['deleteThread', (store) => store.deleteThread('thread-1')],
  ])('refuses %s', (_, use) => {
    const path = temporaryPath()
    const store = SqliteStore.open(path)
    store.close()
    expect(() => use(store)).toThrow(StoreClosedError)
    expect(() => use(store)).toThrow(
      expect.objectContaining({
        code: 'STORE_CLOSED',
        path,
        message: `The store ${path} is closed. Open it again, or close it later.`,
      }) as Error,
    )
  })

  test('ends a listing that is under way with an error, not early', async () => {
    const store = openStore(temporaryPath())
    for (let number = 0; number < 70; number++) await store.commit(commitOf(checkpointAt(number)))
    const listing = store.list({})
    expect(listing.next().done).toBe(false)
    store.close()
    expect(() => [...listing]).toThrow(StoreClosedError)
  })
})
