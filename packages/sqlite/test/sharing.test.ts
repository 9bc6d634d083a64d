import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { SqliteStore } from '@cairn/sqlite'
import { checkpointAt, checkpointId, commitOf, line, superstep, taskId, writesOf } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

const long = 'long '.repeat(200)

/** Texts that have a row of their own. */
function longTexts(path: string): string[] {
  const database = new Database(path, { readonly: true })
  const texts = database.prepare('SELECT data FROM value ORDER BY id').pluck().all() as string[]
  database.close()
  return texts.map((text) => JSON.parse(text) as string)
}

function sizeOf(path: string): number {
  return statSync(path).size
}

describe('a long value', () => {
  test('that stays is stored once, also across forks and a new process', async () => {
    const path = temporaryPath()
    let store = openStore(path)
    await store.commit(commitOf(checkpointAt(0, { changed: { text: long, count: 0 } })))
    for (let number = 1; number < 40; number++) {
      if (number === 20) store.close()
      if (number === 20) store = openStore(path)
      const parentId = checkpointId(number % 3 === 0 ? number - 2 : number - 1)
      await store.commit(
        commitOf(
          checkpointAt(number, {
            parentId: number === 1 ? checkpointId(0) : parentId,
            changed: { count: number },
          }),
        ),
      )
    }
    for (const checkpoint of store.list({})) expect(checkpoint.values['text']).toBe(long)
    expect(longTexts(path)).toEqual([long])
  })

  test('that a task wrote and its channel then holds is stored once, in one commit or in two', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    const [one, two] = [`1 ${long}`, `2 ${long}`]
    await store.commit(commitOf(checkpointAt(0)))
    await store.commit(
      commitOf(checkpointAt(1, { changed: { text: one } }), [writesOf(taskId(1), [['text', one]])]),
    )
    await store.commit({
      line,
      writes: [writesOf(taskId(2), [['text', two]], { checkpointId: checkpointId(1) })],
    })
    await store.commit(commitOf(checkpointAt(2, { changed: { text: two } })))
    expect(longTexts(path)).toEqual([one, two])
    expect(store.load(line)?.values).toEqual({ text: two })
    expect(store.load(line, checkpointId(1))).toMatchObject({
      values: { text: one },
      writes: [[taskId(2), 'text', two]],
    })
  })

  test('that is committed again as it was is not stored again', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 20; number++)
      await store.commit(commitOf(checkpointAt(number, { changed: { text: long } })))
    expect(longTexts(path)).toEqual([long])
  })

  test('of the same length as another is another', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    const [left, right] = [`left ${long}`, `rite ${long}`]
    await store.commit(commitOf(checkpointAt(0, { changed: { text: left, other: right } })))
    await store.commit(commitOf(checkpointAt(1, { changed: { text: right } })))
    expect(store.load(line)?.values).toEqual({ text: right, other: right })
    expect(store.load(line, checkpointId(0))?.values).toEqual({ text: left, other: right })
  })

  test('of a task whose write is there already is not stored', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    await store.commit(commitOf(checkpointAt(0), [writesOf(taskId(1), [['text', 'first']])]))
    await store.commit({ line, writes: [writesOf(taskId(1), [['text', long]])] })
    expect(store.load(line)?.writes).toEqual([[taskId(1), 'text', 'first']])
    expect(longTexts(path)).toEqual([])
  })

  test('is gone with its thread', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    await store.commit(commitOf(checkpointAt(0, { changed: { text: long } })))
    await store.commit({
      line: { threadId: 'other', namespace: '' },
      writes: [],
      checkpoint: checkpointAt(0, { changed: { text: long } }),
    })
    store.deleteThread('other')
    expect(longTexts(path)).toEqual([long])
    store.deleteThread(line.threadId)
    expect(longTexts(path)).toEqual([])
  })
})

describe('values that exceed the room of an entry', () => {
  test('come back whole, in checkpoints and in writes', async () => {
    const store = openStore(':memory:')
    const changed = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`channel-${index}`, `${index} `.repeat(60)]),
    )
    const writes = [writesOf(taskId(1), Object.entries(changed))]
    await store.commit(commitOf(checkpointAt(0, { changed }), writes))
    for (let number = 1; number < 40; number++)
      await store.commit(commitOf(checkpointAt(number, { changed: { number } })))
    expect(store.load(line)?.values).toEqual({ ...changed, number: 39 })
    expect(store.load(line, checkpointId(0))).toMatchObject({
      values: changed,
      writes: Object.entries(changed).map(([channel, value]) => [taskId(1), channel, value]),
    })
  })
})

describe('the size of the file', () => {
  test('is at most 290 bytes for a superstep of a small graph, beside what an empty file takes', async () => {
    const empty = temporaryPath()
    SqliteStore.open(empty).close()
    const path = temporaryPath()
    const store = SqliteStore.open(path)
    for (let number = 0; number < 2000; number++) await store.commit(superstep(number))
    store.close()
    expect((sizeOf(path) - sizeOf(empty)) / 2000).toBeLessThan(290)
  })

  test('grows by the value once when 100 KB stay beside a counter for 2000 supersteps', async () => {
    const path = temporaryPath()
    const store = SqliteStore.open(path)
    await store.commit(superstep(0, { document: 'x'.repeat(100_000) }))
    for (let number = 1; number < 2000; number++) await store.commit(superstep(number))
    store.close()
    expect(sizeOf(path)).toBeLessThan(1_000_000)
  })
})
