import Database from 'better-sqlite3'
import { afterEach, expect, test, vi } from 'vitest'
import { type MemoryTtlOptions, SqliteMemory } from '@cairn/sqlite'
import { temporaryPath } from '../temporary-directory.ts'
import { openMemory } from './open-memory.ts'

const namespace = ['n']
const minute = 60_000

/** A memory whose clock the test moves, and a look at how many items its file holds. */
function timed(ttl: MemoryTtlOptions) {
  const path = temporaryPath()
  const clock = { now: 1_000_000 }
  const memory = openMemory({ ttl, now: () => clock.now }, path)
  const rows = () => {
    const database = new Database(path, { readonly: true })
    const count = database.prepare('SELECT count(*) FROM memory_item').pluck().get()
    database.close()
    return count
  }
  return { memory, clock, rows, path }
}

afterEach(() => void vi.useRealTimers())

test('an item that has expired is not there for any operation', async () => {
  const { memory, clock, rows } = timed({ defaultTtl: 10, refreshOnRead: false })
  await memory.put(namespace, 'k', { x: 1 })
  clock.now += 10 * minute - 1
  expect(await memory.get(namespace, 'k')).not.toBeNull()
  clock.now += 1
  expect(await memory.get(namespace, 'k')).toBeNull()
  expect(await memory.search([])).toEqual([])
  expect(await memory.search([], { filter: { x: 1 } })).toEqual([])
  expect(await memory.listNamespaces()).toEqual([])
  expect(rows()).toBe(1)
})

test('an item has the ttl of its put, or none, whatever the default is', async () => {
  const { memory, clock } = timed({ defaultTtl: 10, refreshOnRead: false })
  await memory.put(namespace, 'short', {}, undefined, { ttl: 0.5 })
  await memory.put(namespace, 'ever', {}, undefined, { ttl: null })
  await memory.batch([{ namespace, key: 'long', value: {}, ttl: 20 }])
  await memory.put(namespace, 'default', {})
  const left = async () => (await memory.search([])).map(({ key }) => key)
  clock.now += 0.5 * minute
  expect(await left()).toEqual(['ever', 'long', 'default'])
  clock.now += 10 * minute
  expect(await left()).toEqual(['ever', 'long'])
  clock.now += 10 * minute
  expect(await left()).toEqual(['ever'])
})

test('reading an item lets its time begin anew, finding it too, and listing it not', async () => {
  const { memory, clock } = timed({ defaultTtl: 10 })
  await memory.batch(['got', 'found', 'listed'].map((key) => ({ namespace: [key], key, value: { key } })))
  clock.now += 6 * minute
  await memory.get(['got'], 'got')
  await memory.search([], { filter: { key: 'found' } })
  await memory.listNamespaces()
  clock.now += 6 * minute
  expect(await memory.listNamespaces()).toEqual([['found'], ['got']])
})

test('reading leaves updatedAt as it was', async () => {
  const { memory, clock } = timed({ defaultTtl: 10 })
  await memory.put(namespace, 'k', {})
  const before = await memory.get(namespace, 'k')
  clock.now += minute
  expect(await memory.get(namespace, 'k')).toEqual(before)
})

test('a put lets the time begin anew, or end', async () => {
  const { memory, clock } = timed({ refreshOnRead: false })
  await memory.put(namespace, 'a', {}, undefined, { ttl: 10 })
  await memory.put(namespace, 'b', {}, undefined, { ttl: 10 })
  clock.now += 6 * minute
  await memory.put(namespace, 'a', {}, undefined, { ttl: 10 })
  await memory.put(namespace, 'b', {})
  clock.now += 6 * minute
  expect(await memory.search([])).toHaveLength(2)
  clock.now += 6 * minute
  expect((await memory.search([])).map(({ key }) => key)).toEqual(['b'])
})

test('an expired item that is put again is a new one, swept or not', async () => {
  const { memory, clock } = timed({ defaultTtl: 10, sweepIntervalMinutes: 1000 })
  await memory.put(namespace, 'a', {})
  await memory.put(namespace, 'b', {}, undefined, { ttl: null })
  clock.now += 20 * minute
  await memory.put(namespace, 'a', {})
  const items = await memory.search(namespace)
  expect(items.map(({ key }) => key)).toEqual(['b', 'a'])
  expect(items[1]?.createdAt).toEqual(new Date(clock.now))
})

test('a write after the sweep interval removes what has expired from the file', async () => {
  const { memory, clock, rows } = timed({ defaultTtl: 1, sweepIntervalMinutes: 5 })
  await memory.put(namespace, 'a', {})
  clock.now += 4 * minute
  await memory.put(namespace, 'b', {})
  expect(rows()).toBe(2)
  clock.now += minute
  await memory.put(namespace, 'c', {})
  expect(rows()).toBe(1)
})

test('sweepExpiredItems removes all that has expired and says how much that was', async () => {
  const { memory, clock, rows } = timed({ refreshOnRead: false })
  const operations = Array.from({ length: 6000 }, (_, index) => ({
    namespace: ['n', `${index % 10}`],
    key: `${index}`,
    value: {},
    ttl: 1,
  }))
  await memory.batch(operations)
  await memory.put(['n', '3'], 'stays', {})
  clock.now += minute
  expect(await memory.sweepExpiredItems()).toBe(6000)
  expect(await memory.sweepExpiredItems()).toBe(0)
  expect(rows()).toBe(1)
  expect(await memory.listNamespaces()).toEqual([['n', '3']])
})

test('between start and stop a timer sweeps, which does not keep the process alive', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { memory, clock, rows } = timed({ defaultTtl: 1, sweepIntervalMinutes: 5 })
  await memory.put(namespace, 'k', {})
  clock.now += minute
  memory.start()
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(5 * minute)
  expect(rows()).toBe(0)
  memory.stop()
  expect(vi.getTimerCount()).toBe(0)
  memory.start()
  memory.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('a read-only memory reads without writing', async () => {
  const { memory, path } = timed({ defaultTtl: 10 })
  await memory.put(namespace, 'k', { x: 1 })
  const reader = openMemory({ readOnly: true, now: () => 1_000_000 }, path)
  expect((await reader.get(namespace, 'k'))?.value).toEqual({ x: 1 })
  reader.start()
  await expect(reader.put(namespace, 'l', {})).rejects.toMatchObject({ code: 'STORE_READ_ONLY' })
})

test.for([
  [{ ttl: { defaultTtl: 0 } }, 'ttl.defaultTtl'],
  [{ ttl: { sweepIntervalMinutes: NaN } }, 'ttl.sweepIntervalMinutes'],
] as const)('%j is not taken', ([options, option]) => {
  expect(() => SqliteMemory.open(':memory:', options)).toThrow(
    expect.objectContaining({ code: 'STORE_OPTION', option }),
  )
})

test('a ttl that is no number of minutes is not taken', async () => {
  await expect(openMemory().put(namespace, 'k', {}, undefined, { ttl: -1 })).rejects.toMatchObject({
    code: 'MEMORY_ARGUMENT',
    argument: 'ttl',
  })
})
