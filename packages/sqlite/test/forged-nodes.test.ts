// Nodes as no writer makes them, with the checksums that they would have: somebody put them there.
import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { SqliteStore, StoreDoctor } from '@cairn/sqlite'
import { checkpointAt, commitOf, line } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

/** A closed store whose only value is a list in parts, and the row of its node. */
async function storeWithList(): Promise<{ path: string; row: number }> {
  const path = temporaryPath()
  const store = SqliteStore.open(path)
  const list = Array.from({ length: 40 }, (_, at) => ({ at, text: `${at} `.repeat(200) }))
  await store.commit(commitOf(checkpointAt(0, { changed: { list } })))
  await store.commit(commitOf(checkpointAt(1, { changed: { list: [...list, 1] } })))
  store.close()
  const database = new Database(path)
  const row = database.prepare('SELECT max(id) FROM value WHERE format = 1').pluck().get() as number
  database.close()
  return { path, row }
}

/** Puts these texts into rows of `value`, as if they had been written there. */
function forge(path: string, rows: Readonly<Record<number, string>>): void {
  const database = new Database(path)
  const insert = database.prepare(
    'REPLACE INTO value (id, thread, format, cipher, sum, data) VALUES (?, (SELECT min(id) FROM thread), 1, NULL, ?, ?)',
  )
  for (const [row, text] of Object.entries(rows))
    insert.run(Number(row), (crc32(text) + Number(row)) | 0, text)
  database.close()
}

const node = (...rows: readonly number[]): string =>
  `{"$cairn.list":[${rows.map((row, at) => row - (rows[at - 1] ?? 0)).join()}]}`

describe('a forged node is damage, and costs neither time nor memory', () => {
  test.each<readonly [string, (row: number) => Readonly<Record<number, string>>]>([
    ['that is a part of itself', (row) => ({ [row]: node(row) })],
    ['that is a chunk of itself', (row) => ({ [row]: `{"$cairn.list":[{"+":${row}}]}` })],
    ['that is a part of its part', (row) => ({ [row]: node(row + 1), [row + 1]: node(row) })],
    ['that holds itself twice, forty times', (row) => doubling(row, 40, (next) => node(next, next))],
    [
      'whose chunks double, forty times',
      (row) => doubling(row, 40, (next) => `{"$cairn.list":[{"+":${next}},{"+":0}]}`),
    ],
    ['that is nested ten thousand times', (row) => doubling(row, 10_000, (next) => node(next))],
    ['of a row that is not there', (row) => ({ [row]: node(row + 5) })],
    ['of minus one', (row) => ({ [row]: node(-1) })],
    ['of half a row', (row) => ({ [row]: '{"$cairn.list":[0.5]}' })],
    ['that is no array', (row) => ({ [row]: '{"$cairn.list":[' })],
    ['of something else', (row) => ({ [row]: '{"$cairn.list":[{"-":1}]}' })],
    ['of nothing', (row) => ({ [row]: '{"$cairn.list":[null]}' })],
    ['with a key of the prototype that is no key', (row) => ({ [row]: '{"$cairn.record":["__proto__"]}' })],
  ])('%s', async (_, rowsAt) => {
    const { path, row } = await storeWithList()
    forge(path, rowsAt(row))
    const store = openStore(path)
    expect(() => store.load(line)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^STORE_(CORRUPT|UNREADABLE_VALUE)$/) as unknown,
      }) as Error,
    )
    expect(new StoreDoctor(path).examine().findings.length).toBeGreaterThan(0)
  })
})

/** Rows that each hold the next one, in the way of `text`; the last holds a number. */
function doubling(row: number, depth: number, text: (next: number) => string): Record<number, string> {
  const rows: Record<number, string> = {}
  for (let level = 0; level < depth; level++) {
    const at = row + level
    rows[at] = level === depth - 1 ? '{"$cairn.list":[[1]]}' : text(at + 1)
  }
  return rows
}

test('a key of a record in parts never becomes its prototype', async () => {
  const store = openStore(temporaryPath())
  const record = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"a":1}}') as Record<
    string,
    unknown
  >
  for (let at = 0; at < 40; at++) record[`key ${at}`] = `${at} `.repeat(100)
  for (const [number, count] of [1, 2].entries()) {
    await store.commit(commitOf(checkpointAt(number, { changed: { record: { ...record, count } } })))
    const { record: loaded } = openStore(store.path).load(line)!.values as { record: object }
    expect(isDeepStrictEqual(loaded, { ...record, count })).toBe(true)
    expect(Reflect.get(loaded, 'polluted')).toBeUndefined()
    expect(Object.hasOwn(loaded, '__proto__')).toBe(true)
  }
})
