import { existsSync, readFileSync } from 'node:fs'
import { INTERRUPT } from '@cairn/engine'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Housekeeper, SqliteStore } from '@cairn/sqlite'
import { ThreadLabels } from '../../src/threads/thread-labels.ts'
import { checkpointAt, checkpointId, line, superstep, taskId, writesOf } from '../commits.ts'
import { temporaryPath } from '../temporary-directory.ts'
import { commitRandom, randomSteps } from './random-thread.ts'

/** How often a text stands in the bytes of a store's files. */
function countIn(path: string, text: string): number {
  return ['', '-wal', '-shm']
    .map((suffix) => path + suffix)
    .filter(existsSync)
    .reduce((count, file) => count + readFileSync(file).toString('latin1').split(text).length - 1, 0)
}

function openHousekeeper(path: string): Housekeeper {
  const housekeeper = Housekeeper.open(path)
  onTestFinished(() => housekeeper.close())
  return housekeeper
}

function openStore(path: string): SqliteStore {
  const store = SqliteStore.open(path)
  onTestFinished(() => store.close())
  return store
}

function label(path: string, write: (labels: ThreadLabels) => void): void {
  const database = new Database(path)
  write(new ThreadLabels(database))
  database.close()
}

const secret = 'ann@example.org'

describe('erasing threads', () => {
  test('leaves none of their bytes in the files, while a store is open, and the others as they are', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 300; number++) {
      for (const threadId of ['ann', 'bob']) {
        const { writes, checkpoint } = superstep(number, {
          text: `${threadId}@private `.repeat((number * 37) % 700),
        })
        await store.commit({ line: { threadId, namespace: '' }, writes, checkpoint: checkpoint! })
      }
    }
    const others = [...store.list({ threadId: 'bob' })].map(({ id }) =>
      store.load({ threadId: 'bob', namespace: '' }, id),
    )
    expect(countIn(path, 'ann@private')).toBeGreaterThan(100)
    expect(await openHousekeeper(path).eraseThreads({ threadId: 'ann' })).toEqual(['ann'])
    expect(countIn(path, 'ann@private')).toBe(0)
    expect(store.load({ threadId: 'ann', namespace: '' })).toBeUndefined()
    expect([...store.list({})].map(({ line: of, id }) => store.load(of, id))).toStrictEqual(others)
  })

  test('takes those of a user, by tag or by metadata', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (const threadId of ['a', 'b', 'c', 'd']) {
      await store.commit({
        line: { threadId, namespace: '' },
        writes: [],
        checkpoint: checkpointAt(0, { changed: { owner: `private of ${threadId}` } }),
      })
    }
    label(path, (labels) => {
      labels.tag('a', ['trial'])
      for (const threadId of ['b', 'c']) labels.setMetadata(threadId, { user: 'ann' })
      labels.setMetadata('b', { place: 'Rome' })
    })
    const housekeeper = openHousekeeper(path)
    expect(await housekeeper.eraseThreads({ tag: 'trial' })).toEqual(['a'])
    expect(await housekeeper.eraseThreads({ metadata: { user: 'ann', place: 'Rome' } })).toEqual(['b'])
    expect(await housekeeper.eraseThreads({ metadata: { user: 'ann' } })).toEqual(['c'])
    expect(await housekeeper.eraseThreads({ metadata: {} })).toEqual([])
    expect(await housekeeper.eraseThreads({ threadId: 'unknown' })).toEqual([])
    expect([...store.list({})].map(({ line: of }) => of.threadId)).toEqual(['d'])
    expect(countIn(path, 'trial') + countIn(path, 'private of c')).toBe(0)
  })
})

describe('erasing a text', () => {
  test('takes it out of every checkpoint, branch and task, and leaves all else', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    const long = `${'x'.repeat(2000)} ${secret} ${'y'.repeat(2000)}`
    const messages = Array.from({ length: 60 }, (_, at) => `message ${at} `.repeat(at))
    messages[7] = `write to ${secret}, please`
    const commits = [
      checkpointAt(0, { changed: { messages, note: secret } }),
      checkpointAt(1, { changed: { long, [secret.replace('@', ' at ')]: 1 } }),
      checkpointAt(2, { changed: { record: { [secret]: 'yes', other: 'z'.repeat(600) } } }),
      checkpointAt(3, { metadata: { source: 'loop', step: 3, parents: {}, user: secret } }),
      checkpointAt(4, { parentId: checkpointId(1), changed: { messages: [...messages, `again ${secret}`] } }),
    ]
    for (const checkpoint of commits) await store.commit({ line, writes: [], checkpoint })
    const writes = writesOf(taskId(1), [
      ['note', secret],
      ['long', long],
      [INTERRUPT, [{ value: secret }]],
    ])
    await store.commit({ line, writes: [writes] })
    label(path, (labels) => {
      labels.tag(line.threadId, [secret, 'kept'])
      labels.setMetadata(line.threadId, { mail: secret, list: [secret, 1] })
    })

    const before = commits.map(({ id }) => store.load(line, id)!)
    const report = await openHousekeeper(path).eraseText(secret)
    expect(report).toMatchObject({ threads: [line.threadId], left: [] })
    expect(countIn(path, secret)).toBe(0)
    const expected = JSON.parse(JSON.stringify(before).replaceAll(secret, '[erased]')) as unknown
    const fresh = openStore(path)
    for (const each of [store, fresh]) {
      const after = commits.map(({ id }) => each.load(line, id)!)
      expect(JSON.parse(JSON.stringify(after))).toEqual(expected)
    }

    // What the open store remembers of the thread is not written again.
    await store.commit({ line, writes: [], checkpoint: checkpointAt(5, { parentId: checkpointId(4) }) })
    for (let number = 6; number < 40; number++) {
      await store.commit({ line, writes: [], checkpoint: checkpointAt(number) })
    }
    expect(countIn(path, secret)).toBe(0)
  })

  test('leaves nothing of it in any random thread, and changes nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(randomSteps, fc.nat(30), async (steps, number) => {
        const path = temporaryPath()
        const store = SqliteStore.open(path)
        const housekeeper = Housekeeper.open(path)
        try {
          await commitRandom(store, 'thread-1', steps)
          const all = () => JSON.stringify([...store.list({})].map(({ line: of, id }) => store.load(of, id)))
          const before = all()
          const text = `message ${number} `
          await housekeeper.eraseText(text)
          expect(countIn(path, text)).toBe(0)
          expect(all()).toBe(before.replaceAll(text, '[erased]'))
        } finally {
          store.close()
          housekeeper.close()
        }
      }),
      { numRuns: 30 },
    )
  })

  test('tells where it stands still, when it is part of a name', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    await store.commit({
      line: { threadId: `chat of ${secret}`, namespace: '' },
      writes: [],
      checkpoint: checkpointAt(0, { changed: { [`mail ${secret}`]: 1, text: secret } }),
    })
    const { left } = await openHousekeeper(path).eraseText(secret)
    expect(left).toEqual([
      { table: 'name', column: 'text', rows: 1 },
      { table: 'thread', column: 'name', rows: 1 },
    ])
  })

  test('may be for one thread only', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (const threadId of ['a', 'b']) {
      await store.commit({
        line: { threadId, namespace: '' },
        writes: [],
        checkpoint: checkpointAt(0, { changed: { text: secret } }),
      })
    }
    await openHousekeeper(path).eraseText(secret, { threadId: 'a' })
    expect(store.load({ threadId: 'a', namespace: '' })!.values).toEqual({ text: '[erased]' })
    expect(store.load({ threadId: 'b', namespace: '' })!.values).toEqual({ text: secret })
  })

  test('refuses one that is so short that it stands everywhere', async () => {
    const housekeeper = openHousekeeper(temporaryPath())
    await expect(housekeeper.eraseText('ann')).rejects.toThrow('It must be texts or bytes of at least 4')
  })
})

describe('a file that was not always written with overwriting', () => {
  test('is written anew when free space holds the text still', async () => {
    const path = temporaryPath()
    const store = SqliteStore.open(path)
    for (let number = 0; number < 50; number++) {
      await store.commit(superstep(number, { text: `${secret} ${number} `.repeat(50) }))
    }
    store.close()
    const careless = new Database(path)
    careless.pragma('secure_delete = OFF')
    careless.exec('DELETE FROM value; DELETE FROM entry')
    careless.close()
    expect(countIn(path, secret)).toBeGreaterThan(50)
    expect(await openHousekeeper(path).eraseText(secret)).toEqual({ threads: [], rows: 0, left: [] })
    expect(countIn(path, secret)).toBe(0)
  })

  test('gives back its space from the first time on that it is written anew', async () => {
    const path = temporaryPath()
    const store = SqliteStore.open(path)
    for (let number = 0; number < 200; number++) {
      await store.commit(superstep(number, { text: `${number} `.repeat(400) }))
    }
    store.close()
    const earlier = new Database(path)
    earlier.pragma('journal_mode = DELETE')
    earlier.pragma('auto_vacuum = NONE')
    earlier.exec('VACUUM')
    earlier.close()
    const housekeeper = openHousekeeper(path)
    expect((await housekeeper.prune({ policy: { keepLast: 100 } })).fileBytes).toBe(0)
    await housekeeper.vacuum()
    expect((await housekeeper.prune({ policy: { keepLast: 1 } })).fileBytes).toBeGreaterThan(50_000)
  })
})
