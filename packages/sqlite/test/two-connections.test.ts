import { describe, expect, test } from 'vitest'
import { checkpointAt, checkpointId, commitOf, line, superstep, writesOf } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

describe('two connections on one file', () => {
  test('take turns in one line, and both see all of it', async () => {
    const path = temporaryPath()
    const stores = [openStore(path), openStore(path)]
    for (let number = 0; number < 50; number++) await stores[number % 2]!.commit(superstep(number))
    for (const store of stores) {
      expect(store.load(line)?.values).toEqual({ count: 49, note: 'step 49', 'branch:to:plan': null })
      expect([...store.list({})].map(({ metadata }) => metadata.step)).toEqual(
        Array.from({ length: 50 }, (_, index) => 49 - index),
      )
    }
  })

  test('may each go on from a checkpoint that the other has replaced', async () => {
    const path = temporaryPath()
    const [one, two] = [openStore(path), openStore(path)]
    await one.commit(commitOf(checkpointAt(0, { changed: { a: 1, b: 1 } })))
    await one.commit(commitOf(checkpointAt(1, { changed: { a: 2 } })))
    await two.commit(commitOf(checkpointAt(1, { changed: { b: 9 } })))
    // What was true of the replaced one is a change of the other.
    await one.commit(commitOf(checkpointAt(2, { changed: { b: 1, c: 3 } })))
    expect(one.load(line)?.values).toEqual({ a: 1, b: 1, c: 3 })
    expect(one.load(line, checkpointId(1))?.values).toEqual({ a: 1, b: 9 })
    expect(two.load(line)).toEqual(one.load(line))
  })

  test('do not go on with a thread that the other has deleted', async () => {
    const path = temporaryPath()
    const [one, two] = [openStore(path), openStore(path)]
    await one.commit(superstep(0))
    two.deleteThread(line.threadId)
    await expect(one.commit(superstep(1))).rejects.toThrow(
      expect.objectContaining({ code: 'STORE_UNKNOWN_PARENT', parentId: checkpointId(0) }) as Error,
    )
    expect(one.load(line)).toBeUndefined()
    await two.commit(commitOf(checkpointAt(0, { changed: { anew: true } })))
    await one.commit(commitOf(checkpointAt(1, { changed: { more: true } })))
    expect(one.load(line)?.values).toEqual({ anew: true, more: true })
  })

  test('know the names that the other gave, also after one rolled back', async () => {
    const path = temporaryPath()
    const [one, two] = [openStore(path), openStore(path)]
    await one.commit(commitOf(checkpointAt(0, { changed: { first: 1 } })))
    const orphan = checkpointAt(5, { parentId: checkpointId(4), changed: { lost: 1 } })
    await expect(one.commit(commitOf(orphan, [writesOf('task', [['never kept', 1]])]))).rejects.toThrow(
      'which the store does not hold',
    )
    await two.commit(commitOf(checkpointAt(1, { changed: { second: 2 } })))
    await one.commit(commitOf(checkpointAt(2, { changed: { third: 3 } })))
    for (const store of [one, two])
      expect(store.load(line)?.values).toEqual({ first: 1, second: 2, third: 3 })
  })

  test('see a listing go on while the other commits and deletes', async () => {
    const path = temporaryPath()
    const [one, two] = [openStore(path), openStore(path)]
    for (let number = 0; number < 100; number++) await one.commit(superstep(number))
    const listing = one.list({ threadId: line.threadId })
    expect(listing.next().value?.metadata.step).toBe(99)
    await two.commit(superstep(100))
    expect(listing.next().value?.metadata.step).toBe(98)
    two.deleteThread(line.threadId)
    // What was read of the listing already is told, without what it holds.
    const rest = [...listing]
    expect(rest.length).toBeLessThan(98)
    for (const checkpoint of rest) expect(() => checkpoint.values).toThrow('was deleted after it was listed')
  })
})
