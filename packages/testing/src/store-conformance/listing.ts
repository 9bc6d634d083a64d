import { describe, expect } from 'vitest'
import type { Line, ListQuery, Store } from '@cairn/engine'
import type { OpenStore } from './opened-store.ts'
import { storeTest } from './opened-store.ts'
import { checkpointAt, checkpointId, commit, commitChain, list, load, writesOf } from './samples.ts'

export function listingConformance(open: OpenStore): void {
  const test = storeTest(open)

  describe('listing', () => {
    test('an empty store, a thread and a namespace that are not there gives nothing', async (store) => {
      expect(await list(store)).toEqual([])
      await commit(store, { checkpoint: checkpointAt(0) })
      expect(await list(store, { threadId: 'other' })).toEqual([])
      expect(await list(store, { namespace: 'other' })).toEqual([])
    })

    test('gives the newest first, whenever they were committed', async (store) => {
      for (const number of [1, 0, 3, 2]) await commit(store, { checkpoint: checkpointAt(number) })
      expect(await numbers(store, { threadId: 'thread-1' })).toEqual([3, 2, 1, 0])
    })

    test('gives each checkpoint as loading it does', async (store) => {
      await commitChain(store, [
        { changed: { a: [1], b: 1 }, versions: { a: 1 }, seen: { node: { a: 1 } } },
        { changed: { a: [1, 2] } },
        { removed: ['b'], changed: { c: new Date(0) } },
      ])
      const writes = [0, 2].map((number) =>
        writesOf('task', [['a', number]], { checkpointId: checkpointId(number) }),
      )
      await commit(store, { writes })
      expect(await list(store)).toStrictEqual([
        await load(store, 2),
        await load(store, 1),
        await load(store, 0),
      ])
    })

    test('a thread gives all its lines, a namespace all threads that have it', async (store) => {
      await fill(store)
      expect(await numbers(store, { threadId: 'one' })).toEqual([5, 3, 1, 0])
      expect(await numbers(store, { namespace: 'child' })).toEqual([5, 4, 1])
      expect(await numbers(store, { threadId: 'one', namespace: 'child' })).toEqual([5, 1])
      expect(await numbers(store, { threadId: 'one', namespace: '' })).toEqual([3, 0])
    })

    test('everything gives the newest first across threads', async (store) => {
      await fill(store)
      expect(await numbers(store, {})).toEqual([5, 4, 3, 2, 1, 0])
      expect((await list(store)).map((checkpoint) => checkpoint.line.threadId)).toEqual([
        'one',
        'two',
        'one',
        'two',
        'one',
        'one',
      ])
    })

    test('before a checkpoint gives only those with smaller ids', async (store) => {
      await fill(store)
      expect(await numbers(store, { before: checkpointId(3) })).toEqual([2, 1, 0])
      expect(await numbers(store, { threadId: 'one', before: checkpointId(3) })).toEqual([1, 0])
      expect(await numbers(store, { before: checkpointId(0) })).toEqual([])
      expect(await numbers(store, { before: checkpointId(9) })).toHaveLength(6)
    })

    test('with a limit gives at most so many, the newest', async (store) => {
      await fill(store)
      expect(await numbers(store, { limit: 2 })).toEqual([5, 4])
      expect(await numbers(store, { limit: 100 })).toHaveLength(6)
      expect(await numbers(store, { limit: 0 })).toEqual([])
      expect(await numbers(store, { limit: 1, before: checkpointId(3), threadId: 'one' })).toEqual([1])
    })

    test('with a filter gives those whose metadata has these values', async (store) => {
      await fill(store)
      expect(await numbers(store, { filter: { source: 'input' } })).toEqual([1, 0])
      expect(await numbers(store, { filter: { source: 'loop', step: 4 } })).toEqual([4])
      expect(await numbers(store, { filter: { source: 'input', step: 4 } })).toEqual([])
      expect(await numbers(store, { filter: {} })).toHaveLength(6)
      expect(await numbers(store, { filter: { step: '4' } })).toEqual([])
      expect(await numbers(store, { filter: { unheard: 'of' } })).toEqual([])
    })

    test('with a filter compares values of any shape', async (store) => {
      await fill(store)
      expect(await numbers(store, { filter: { user: { name: "O'Hara", tags: ['a', 2] } } })).toEqual([3])
      expect(await numbers(store, { filter: { user: { name: "O'Hara", tags: ['a'] } } })).toEqual([])
      expect(await numbers(store, { filter: { flag: true } })).toEqual([3])
      expect(await numbers(store, { filter: { flag: 1 } })).toEqual([])
      expect(await numbers(store, { filter: { nothing: null } })).toEqual([3])
      expect(await numbers(store, { filter: { 'a.b': 1 } })).toEqual([3])
    })

    test('with a filter and a limit counts only what passes the filter', async (store) => {
      await fill(store)
      expect(await numbers(store, { filter: { source: 'input' }, limit: 1 })).toEqual([1])
      expect(await numbers(store, { filter: { source: 'input' }, before: checkpointId(1) })).toEqual([0])
    })

    test('may be left before its end, and started again', async (store) => {
      await fill(store)
      for await (const checkpoint of store.list({})) {
        expect(checkpoint.id).toBe(checkpointId(5))
        break
      }
      await commit(store, { checkpoint: checkpointAt(6) })
      expect(await numbers(store, { limit: 1 })).toEqual([6])
    })

    test('may go on while the store is written to, read and listed', async (store) => {
      await fill(store)
      const listed: string[] = []
      for await (const checkpoint of store.list({ threadId: 'one' })) {
        listed.push(checkpoint.id)
        const line = { threadId: 'three', namespace: '' }
        await commit(store, { line, checkpoint: checkpointAt(10 + listed.length) })
        expect((await load(store, undefined, line)).id).toBe(checkpointId(10 + listed.length))
        expect(await numbers(store, { threadId: 'three' })).toHaveLength(listed.length)
      }
      expect(listed).toEqual([5, 3, 1, 0].map(checkpointId))
    })
  })
}

async function numbers(store: Store, query: ListQuery): Promise<number[]> {
  return (await list(store, query)).map(({ metadata }) => metadata.step)
}

/** Two threads with a nested line each, their checkpoints mixed in time. */
async function fill(store: Store): Promise<void> {
  const lines: readonly Line[] = [
    { threadId: 'one', namespace: '' },
    { threadId: 'one', namespace: 'child' },
    { threadId: 'two', namespace: '' },
    { threadId: 'one', namespace: '' },
    { threadId: 'two', namespace: 'child' },
    { threadId: 'one', namespace: 'child' },
  ]
  for (const [step, line] of lines.entries()) {
    const source = step < 2 ? 'input' : 'loop'
    const more = { user: { name: "O'Hara", tags: ['a', 2] }, flag: true, nothing: null, 'a.b': 1 }
    const metadata = { source, step, parents: {}, ...(step === 3 && more) } as const
    await commit(store, { line, checkpoint: checkpointAt(step, { metadata }) })
  }
}
