import { describe, expect } from 'vitest'
import type { OpenStore } from './opened-store.ts'
import { storeTest } from './opened-store.ts'
import {
  awkwardNames,
  checkpointAt,
  checkpointId,
  commit,
  commitChain,
  everyKind,
  line,
  load,
  valuesAt,
  writesOf,
} from './samples.ts'

export function loadingConformance(open: OpenStore): void {
  const test = storeTest(open)

  describe('loading', () => {
    test('an empty store has no checkpoint', async (store) => {
      expect(await store.load(line)).toBeUndefined()
      expect(await store.load(line, checkpointId(0))).toBeUndefined()
    })

    test('a thread, a namespace and a checkpoint that are not there are undefined', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0) })
      expect(await store.load({ ...line, threadId: 'other' })).toBeUndefined()
      expect(await store.load({ ...line, namespace: 'other' })).toBeUndefined()
      expect(await store.load(line, checkpointId(1))).toBeUndefined()
      expect(await store.load({ ...line, namespace: 'other' }, checkpointId(0))).toBeUndefined()
    })

    test('a checkpoint comes back as it was committed, and whole', async (store) => {
      await commit(store, {
        checkpoint: checkpointAt(0, {
          createdAt: '2024-02-29T12:00:00.123Z',
          metadata: { source: 'input', step: -1, parents: { '': 'root' }, user: { tags: ['a'] } },
          versions: { messages: 2, count: 1, 'branch:to:agent': 3 },
          seen: { __input__: {}, agent: { 'branch:to:agent': 2 } },
          changed: { messages: [{ role: 'user' }], count: 0 },
        }),
      })
      // Which a store need not know.
      const { taskPaths: _, ...checkpoint } = await load(store)
      expect(checkpoint).toStrictEqual({
        line: { threadId: 'thread-1', namespace: '' },
        id: checkpointId(0),
        parentId: undefined,
        createdAt: '2024-02-29T12:00:00.123Z',
        metadata: { source: 'input', step: -1, parents: { '': 'root' }, user: { tags: ['a'] } },
        values: { messages: [{ role: 'user' }], count: 0 },
        versions: { messages: 2, count: 1, 'branch:to:agent': 3 },
        seen: { __input__: {}, agent: { 'branch:to:agent': 2 } },
        writes: [],
      })
    })

    test('without an id the newest comes, the one whose id is greatest, whenever it was committed', async (store) => {
      for (const number of [1, 3, 2]) await commit(store, { checkpoint: checkpointAt(number) })
      expect((await load(store)).id).toBe(checkpointId(3))
      expect((await load(store, 2)).id).toBe(checkpointId(2))
    })

    test('versions may be texts, and stay what they are', async (store) => {
      const versions = { a: '00000000000000000000000000000002.0.5', b: '7', c: 7, d: 0, e: '', f: 1.5 }
      await commit(store, { checkpoint: checkpointAt(0, { versions, seen: { node: versions } }) })
      expect(await load(store)).toMatchObject({ versions, seen: { node: versions } })
      expect((await load(store)).versions).toStrictEqual(versions)
    })

    test('sources are kept', async (store) => {
      for (const [number, source] of (['input', 'loop', 'update', 'fork'] as const).entries()) {
        const metadata = { source, step: number, parents: {} }
        await commit(store, { checkpoint: checkpointAt(number, { metadata }) })
        expect((await load(store)).metadata).toStrictEqual(metadata)
      }
    })

    test('values of every kind come back equal, in channels, writes and metadata', async (store) => {
      const metadata = { source: 'update', step: 1, parents: {}, ...everyKind() } as const
      await commit(store, {
        checkpoint: checkpointAt(0, { changed: { all: everyKind(), ...everyKind() }, metadata }),
        writes: [writesOf('task', Object.entries(everyKind()))],
      })
      const loaded = await load(store)
      expect(loaded.values).toStrictEqual({ all: everyKind(), ...everyKind() })
      expect(loaded.metadata).toStrictEqual(metadata)
      expect(Object.fromEntries(loaded.writes.map(([, channel, value]) => [channel, value]))).toStrictEqual(
        everyKind(),
      )
    })

    test('an error in a channel keeps its class, message, stack and cause', async (store) => {
      const error = new RangeError('broken', { cause: { why: 1 } })
      await commit(store, { checkpoint: checkpointAt(0, { changed: { error } }) })
      const restored = (await load(store)).values['error'] as Error
      expect(restored).toBeInstanceOf(RangeError)
      expect(restored).toMatchObject({ message: 'broken', stack: error.stack, cause: { why: 1 } })
    })

    test('a channel that holds undefined is there, one that is empty is not', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0, { changed: { held: undefined, empty: null } }) })
      expect(Object.keys((await load(store)).values).toSorted()).toEqual(['empty', 'held'])
      expect(await valuesAt(store)).toStrictEqual({ held: undefined, empty: null })
    })

    test('one object at two places of a value is one object again, and may be within itself', async (store) => {
      const shared: Record<string, unknown> = { a: 1 }
      shared['self'] = shared
      await commit(store, { checkpoint: checkpointAt(0, { changed: { pair: [shared, shared] } }) })
      const [first, second] = (await load(store)).values['pair'] as Record<string, unknown>[]
      expect(first).toBe(second)
      expect(first!['self']).toBe(first)
    })

    test('names may be any text', async (store) => {
      const named = Object.fromEntries(awkwardNames.map((name, index) => [name, index + 1]))
      for (const [index, name] of awkwardNames.entries()) {
        const awkward = { threadId: name, namespace: name }
        await commit(store, {
          line: awkward,
          checkpoint: checkpointAt(0, {
            changed: { ...named, index },
            versions: named,
            seen: { [name]: named },
          }),
          writes: [writesOf(name, [[name, index]], { taskPath: name })],
        })
      }
      for (const [index, name] of awkwardNames.entries()) {
        const loaded = await load(store, 0, { threadId: name, namespace: name })
        expect(loaded.values).toStrictEqual({ ...named, index })
        expect(loaded.versions).toStrictEqual(named)
        expect(loaded.seen).toEqual({ [name]: named })
        expect(loaded.writes).toStrictEqual([[name, name, index]])
      }
    })

    test('a large value comes back whole', async (store) => {
      const text = 'All work and no play makes Jack a dull boy. '.repeat(50_000)
      await commit(store, { checkpoint: checkpointAt(0, { changed: { text } }) })
      expect(await valuesAt(store)).toEqual({ text })
    })

    test('what was loaded may be changed without changing what is stored', async (store) => {
      const changed = { list: [1], object: { a: { b: 1 } } }
      await commit(store, {
        checkpoint: checkpointAt(0, { changed, versions: { list: 1 }, seen: { node: { list: 1 } } }),
        writes: [writesOf('task', [['list', [2]]])],
      })
      const before = structuredClone(await load(store))
      const first = (await load(store)) as unknown as Record<string, Record<string, never>>
      for (const part of ['line', 'metadata', 'values', 'versions', 'seen', 'writes']) scramble(first[part]!)
      expect(await load(store)).toStrictEqual(before)
    })

    test('each load gives values of its own', async (store) => {
      await commitChain(store, [{ changed: { list: [1] } }, { changed: { other: 1 } }])
      const loads = [await load(store, 0), await load(store, 0), await load(store, 1)]
      const lists = loads.map(({ values }) => values['list'])
      expect(new Set(lists).size).toBe(3)
    })
  })
}

/** Changes everything within that can be changed. */
function scramble(part: object): void {
  for (const [key, value] of Object.entries(part)) {
    if (typeof value === 'object' && value !== null) scramble(value)
    Reflect.set(part, key, 'scrambled')
  }
}
