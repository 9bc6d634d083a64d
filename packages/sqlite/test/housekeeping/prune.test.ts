import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import type { StoredCheckpoint } from '@cairn/engine'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Housekeeper, SqliteStore } from '@cairn/sqlite'
import { checkpointAt, checkpointId, line, superstep, taskId, writesOf } from '../commits.ts'
import { temporaryPath } from '../temporary-directory.ts'
import { commitRandom, randomSteps } from './random-thread.ts'

function all(store: SqliteStore): StoredCheckpoint[] {
  return [...store.list({})].map(({ line: of, id }) => store.load(of, id)!)
}

function nearestLeft(
  before: readonly StoredCheckpoint[],
  left: ReadonlySet<string>,
  checkpoint: StoredCheckpoint,
): string | undefined {
  const parents = new Map(before.map(({ line: of, id, parentId }) => [`${of.namespace}/${id}`, parentId]))
  const key = (id: string) => `${checkpoint.line.namespace}/${id}`
  let parent = checkpoint.parentId
  while (parent !== undefined && !left.has(key(parent))) parent = parents.get(key(parent))
  return parent
}

const policy = fc.record(
  {
    keepLast: fc.integer({ min: 1, max: 6 }),
    keepEvery: fc.integer({ min: 2, max: 7 }),
  },
  { requiredKeys: ['keepLast'] },
)

/** UUIDs are stored as bytes, and a line with any other id stores all of them as text. */
const ids = fc.constantFrom(checkpointId, (number: number) => `checkpoint ${String(number).padStart(4, '0')}`)

describe('pruning', () => {
  test('leaves what it keeps exactly as it was, and a store that is open goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(randomSteps, policy, ids, async (steps, given, idOf) => {
        const path = temporaryPath()
        const store = SqliteStore.open(path)
        const housekeeper = Housekeeper.open(path)
        try {
          await commitRandom(store, 'thread-1', steps, idOf)
          const before = all(store)
          const preview = await housekeeper.prune({ policy: given, dryRun: true })
          expect(all(store)).toStrictEqual(before)
          const report = await housekeeper.prune({ policy: given })
          expect(report.removed).toBe(preview.removed)

          const after = all(store)
          expect(after).toHaveLength(before.length - report.removed)
          const left = new Set(after.map(({ line: of, id }) => `${of.namespace}/${id}`))
          const expected = before
            .filter(({ line: of, id }) => left.has(`${of.namespace}/${id}`))
            .map((checkpoint) => ({ ...checkpoint, parentId: nearestLeft(before, left, checkpoint) }))
          expect(after).toStrictEqual(expected)

          const newest = store.load(line)!
          const next = checkpointAt(900, {
            id: idOf(900),
            parentId: newest.id,
            changed: { messages: [...((newest.values['messages'] as string[] | undefined) ?? []), 'more'] },
          })
          await store.commit({ line, writes: [], checkpoint: next })
          const fresh = SqliteStore.open(path)
          expect(fresh.load(line)!.values).toStrictEqual({ ...newest.values, ...next.changed })
          fresh.close()
          expect(
            (await housekeeper.prune({ policy: given })).threads.every(({ isComplete }) => isComplete),
          ).toBe(true)
        } finally {
          store.close()
          housekeeper.close()
        }
        const database = new Database(path, { readonly: true })
        expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
        expect(database.pragma('freelist_count', { simple: true })).toBe(0)
        expect(database.prepare('SELECT count(*) FROM thread WHERE unswept = 1').pluck().get()).toBe(0)
        database.close()
      }),
      { numRuns: 30 },
    )
  })

  test('takes out every value that nothing refers to any more, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(randomSteps, policy, async (steps, given) => {
        const path = temporaryPath()
        const store = SqliteStore.open(path)
        await commitRandom(store, 'thread-1', steps)
        await commitRandom(store, 'thread-2', steps)
        store.close()
        const housekeeper = Housekeeper.open(path)
        await housekeeper.prune({ policy: given })
        const rows = () =>
          withDatabase(path, (database) => database.prepare('SELECT id FROM value').pluck().all())
        const left = rows()
        // Has everything counted anew.
        withDatabase(path, (database) => database.exec('UPDATE thread SET unswept = 1'))
        await housekeeper.prune({ policy: given })
        housekeeper.close()
        expect(rows()).toEqual(left)
      }),
      { numRuns: 20 },
    )
  })

  test('makes the file as small as what is left', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 400; number++) {
      await store.commit(superstep(number, { text: `${number} `.repeat(500) }))
    }
    const { fileBytes, bytes } = await openHousekeeper(path).prune({ policy: { keepLast: 2 } })
    expect(fileBytes).toBeGreaterThan(500_000)
    expect(bytes).toBeGreaterThan(500_000)
    store.close()
    expect(statSync(path).size).toBeLessThan(250_000)
    expect(withDatabase(path, (database) => database.pragma('freelist_count', { simple: true }))).toBe(0)
  })

  test('looks at a thread anew when somebody has branched off from what was to go', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 300; number++) {
      await store.commit(superstep(number, { text: `${number} `.repeat(100) }))
    }
    const housekeeper = openHousekeeper(path)
    const pruning = housekeeper.prune({ policy: { keepLast: 1 } })
    const branch = checkpointAt(500, { parentId: checkpointId(2), changed: { count: 'elsewhere' } })
    // Before the first checkpoint is taken out, the thread has been read already.
    await new Promise((resolve) => setImmediate(resolve))
    const before = store.load(line, checkpointId(2))!
    await store.commit({ line, writes: [], checkpoint: branch })
    await pruning
    expect([...store.list({})].map(({ id }) => id)).toEqual([500, 299, 2].map(checkpointId))
    expect(store.load(line, branch.id)!.values).toStrictEqual({ ...before.values, count: 'elsewhere' })
    expect(store.load(line, checkpointId(299))!.parentId).toBe(checkpointId(2))
  })

  test('does not make a run store again what it has stored', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    const housekeeper = openHousekeeper(path)
    const messages = Array.from({ length: 400 }, (_, at) => `message ${at} `.repeat(60))
    const countValues = () =>
      withDatabase(path, (database) => database.prepare('SELECT count(*) FROM value').pluck().get() as number)
    for (let number = 0; number < 20; number++) {
      messages.push(`message of superstep ${number} `.repeat(40))
      await store.commit(superstep(number, { messages: [...messages] }))
      const before = countValues()
      await housekeeper.prune({ policy: { keepLast: 2 } })
      messages.push(`answer of superstep ${number} `.repeat(40))
      await store.commit({
        line,
        writes: [
          writesOf(taskId(number), [['messages', [...messages]]], { checkpointId: checkpointId(number) }),
        ],
      })
      expect(countValues() - before).toBeLessThan(60)
    }
    expect(openStore(path).load(line)!.values['messages']).toHaveLength(439)
  })

  test('may be done by two at once', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 400; number++) {
      await store.commit(superstep(number, { text: `${number} `.repeat(100) }))
    }
    const before = [...store.list({ limit: 2 })].map(({ id }) => store.load(line, id)!)
    const housekeepers = [openHousekeeper(path), openHousekeeper(path)]
    const policies = [{ keepLast: 2 }, { keepLast: 2, keepEvery: 50 }]
    await Promise.all(housekeepers.map((housekeeper, at) => housekeeper.prune({ policy: policies[at]! })))
    await housekeepers[0]!.prune({ policy: policies[0]! })
    const left = [...store.list({})].map(({ id }) => store.load(line, id)!)
    expect(left).toStrictEqual([before[0], { ...before[1], parentId: undefined }])
  })

  test('gives others their turn, and ends where it is told to', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    for (let number = 0; number < 300; number++) await store.commit(superstep(number))
    const housekeeper = openHousekeeper(path)
    let turns = 0
    const stop = new AbortController()
    const count = setInterval(() => {
      if (++turns === 3) stop.abort(new Error('enough'))
    }, 0)
    await expect(housekeeper.prune({ policy: { keepLast: 1 }, signal: stop.signal })).rejects.toThrow(
      'enough',
    )
    clearInterval(count)
    expect(
      (await housekeeper.prune({ policy: { keepLast: 1 } })).threads.every(({ isComplete }) => isComplete),
    ).toBe(true)
    expect([...store.list({})]).toHaveLength(1)
  })

  test('opens no store in memory, and refuses a policy that is none', async () => {
    expect(() => Housekeeper.open(':memory:')).toThrow('It must be that of a file')
    const housekeeper = openHousekeeper(temporaryPath())
    await expect(housekeeper.prune({ policy: { keepLast: 0 } })).rejects.toMatchObject({
      code: 'STORE_OPTION',
    })
    await expect(housekeeper.setPolicy('every thread', { maxAge: '1y' as '1d' })).rejects.toMatchObject({
      option: 'maxAge',
    })
    housekeeper.close()
    await expect(housekeeper.prune()).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })
})

describe('stored policies', () => {
  test('count for one thread first, then for its tags, then for every thread', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    const threadIds = ['own', 'tagged', 'twice', 'other']
    for (const threadId of threadIds) {
      for (let number = 0; number < 30; number++) {
        const { checkpoint } = superstep(number)
        await store.commit({ line: { threadId, namespace: '' }, writes: [], checkpoint: checkpoint! })
      }
    }
    store.threads.tag('tagged', 'trial')
    store.threads.tag('twice', 'trial')
    store.threads.tag('twice', 'vip')
    store.threads.tag('own', 'trial')
    const housekeeper = openHousekeeper(path)
    expect(await housekeeper.prune()).toMatchObject({ threads: [], removed: 0 })
    await housekeeper.setPolicy({ threadId: 'own' }, { keepLast: 7 })
    await housekeeper.setPolicy({ tag: 'trial' }, { keepLast: 2 })
    await housekeeper.setPolicy({ tag: 'vip' }, { keepEvery: 10 })
    await housekeeper.setPolicy('every thread', { keepLast: 20 })
    expect(housekeeper.policies()).toHaveLength(4)
    const { threads } = await housekeeper.prune()
    expect(Object.fromEntries(threads.map(({ threadId, kept }) => [threadId, kept]))).toEqual({
      own: 7,
      tagged: 2,
      twice: 5, // 0, 10, 20, and the last two
      other: 20,
    })
    await housekeeper.setPolicy('every thread', undefined)
    expect(housekeeper.policies()).toHaveLength(3)
    store.deleteThread('own')
    expect(housekeeper.policies().map(({ scope }) => scope)).toEqual([{ tag: 'trial' }, { tag: 'vip' }])
  })
})

function openStore(path: string): SqliteStore {
  const store = SqliteStore.open(path)
  onTestFinished(() => store.close())
  return store
}

function openHousekeeper(path: string): Housekeeper {
  const housekeeper = Housekeeper.open(path)
  onTestFinished(() => housekeeper.close())
  return housekeeper
}

function withDatabase<Result>(path: string, use: (database: Database.Database) => Result): Result {
  const database = new Database(path)
  try {
    return use(database)
  } finally {
    database.close()
  }
}
