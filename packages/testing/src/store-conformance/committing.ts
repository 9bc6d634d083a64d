import { describe, expect } from 'vitest'
import type { NewCheckpoint } from '@cairn/engine'
import type { OpenStore } from './opened-store.ts'
import { storeTest } from './opened-store.ts'
import { randomHistory } from './random-history.ts'
import {
  checkpointAt,
  checkpointId,
  commit,
  commitChain,
  line,
  list,
  load,
  valuesAt,
  writesOf,
} from './samples.ts'

export function committingConformance(open: OpenStore): void {
  const test = storeTest(open)

  describe('values', () => {
    test("are the parent's, plus what changed", async (store) => {
      await commitChain(store, [{ changed: { a: 1, b: [1] } }, { changed: { b: [1, 2], c: { d: 1 } } }])
      expect(await valuesAt(store)).toStrictEqual({ a: 1, b: [1, 2], c: { d: 1 } })
      expect(await valuesAt(store, 0)).toStrictEqual({ a: 1, b: [1] })
    })

    test('are minus what was removed', async (store) => {
      await commitChain(store, [{ changed: { a: 1, b: 2 } }, { changed: { c: 3 }, removed: ['a'] }, {}])
      expect(await valuesAt(store, 0)).toStrictEqual({ a: 1, b: 2 })
      expect(await valuesAt(store, 1)).toStrictEqual({ b: 2, c: 3 })
      expect(await valuesAt(store, 2)).toStrictEqual({ b: 2, c: 3 })
    })

    test('may come back after they were removed, and removing what is not there does nothing', async (store) => {
      await commitChain(store, [
        { changed: { a: 1 }, removed: ['never'] },
        { removed: ['a'] },
        { removed: ['a'] },
        { changed: { a: 2 } },
      ])
      expect(await Promise.all([0, 1, 2, 3].map((number) => valuesAt(store, number)))).toStrictEqual([
        { a: 1 },
        {},
        {},
        { a: 2 },
      ])
    })

    test('of the oldest ancestor are still there after a thousand checkpoints', async (store) => {
      const changes: Partial<NewCheckpoint>[] = [{ changed: { first: { deep: ['value'] }, count: 0 } }]
      for (let count = 1; count <= 1000; count++) changes.push({ changed: { count } })
      await commitChain(store, changes)
      expect(await valuesAt(store)).toStrictEqual({ first: { deep: ['value'] }, count: 1000 })
      expect(await valuesAt(store, 500)).toStrictEqual({ first: { deep: ['value'] }, count: 500 })
    })

    test('without a parent are those that are given, whatever the line holds', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0, { changed: { a: 1, b: 2 } }) })
      await commit(store, { checkpoint: checkpointAt(1, { changed: { c: 3 } }) })
      expect(await load(store, 1)).toMatchObject({ parentId: undefined, values: { c: 3 } })
      expect(await valuesAt(store, 1)).toStrictEqual({ c: 3 })
    })

    test('with a parent that the line does not hold cannot be known, so it is refused', async (store) => {
      const child = { ...line, namespace: 'child' }
      await commit(store, { line: child, checkpoint: checkpointAt(0, { changed: { a: 1 } }) })
      const orphan = checkpointAt(1, { parentId: checkpointId(0), changed: { b: 1 } })
      const writes = [writesOf('task', [['b', 1]], { checkpointId: orphan.id })]
      await expect(commit(store, { checkpoint: orphan, writes })).rejects.toMatchObject({
        code: 'STORE_UNKNOWN_PARENT',
      })
      expect(await list(store, line)).toEqual([])
      await commit(store, { checkpoint: { ...orphan, parentId: undefined } })
      expect(await load(store)).toMatchObject({ values: { b: 1 }, writes: [] })
    })

    test('of a list that grows, shrinks, and changes in place are right at each checkpoint', async (store) => {
      const versions: readonly unknown[] = [
        [],
        ['a'],
        ['a', 'b'],
        ['a', 'b', { c: 1 }],
        ['a', 'b', { c: 2 }, 'd'],
        ['x', 'b', { c: 2 }, 'd'],
        ['x', 'b'],
        ['x', 'b', new Date(0)],
        ['x', 'b', new Date(0), undefined],
        [['x', 'b'], [[]]],
        'text',
        'text that goes on',
        { a: [1] },
        { a: [1], b: [1, 2] },
        [],
      ]
      await commitChain(
        store,
        versions.map((value) => ({ changed: { value } })),
      )
      for (const [number, value] of versions.entries()) {
        expect(await valuesAt(store, number)).toStrictEqual({ value })
      }
    })

    test('that are committed as changed without having changed are right', async (store) => {
      const changed = { same: { a: [1, 2, 3] } }
      await commitChain(store, [{ changed }, { changed }, { changed: { other: 1 } }, { changed }])
      expect(await valuesAt(store)).toStrictEqual({ same: { a: [1, 2, 3] }, other: 1 })
    })

    test('of a long history with forks, as a model has them', async (store) => {
      const history = randomHistory(400)
      for (const { checkpoint } of history) await commit(store, { checkpoint })
      for (const { checkpoint, values } of history) {
        expect((await store.load(line, checkpoint.id))?.values).toStrictEqual(values)
      }
      expect((await list(store)).map(({ values }) => values)).toStrictEqual(
        history.map(({ values }) => values).toReversed(),
      )
    })
  })

  describe('forks', () => {
    test('two children of one parent keep different values of the same channel and version', async (store) => {
      const parentId = checkpointId(0)
      const versions = { list: 2 }
      await commit(store, {
        checkpoint: checkpointAt(0, { changed: { list: ['a'], other: 1 }, versions: { list: 1 } }),
      })
      await commit(store, {
        checkpoint: checkpointAt(1, { parentId, versions, changed: { list: ['a', 'left'] } }),
      })
      await commit(store, {
        checkpoint: checkpointAt(2, { parentId, versions, changed: { list: ['a', 'right'] } }),
      })
      await commit(store, {
        checkpoint: checkpointAt(3, {
          parentId: checkpointId(1),
          versions: { list: 3 },
          changed: { list: ['a', 'left', 'on'] },
        }),
      })
      await commit(store, {
        checkpoint: checkpointAt(4, { parentId: checkpointId(2), versions, changed: { other: 2 } }),
      })
      expect(await Promise.all([0, 1, 2, 3, 4].map((number) => valuesAt(store, number)))).toStrictEqual([
        { list: ['a'], other: 1 },
        { list: ['a', 'left'], other: 1 },
        { list: ['a', 'right'], other: 1 },
        { list: ['a', 'left', 'on'], other: 1 },
        { list: ['a', 'right'], other: 2 },
      ])
      expect((await load(store, 4)).parentId).toBe(checkpointId(2))
    })

    test('a fork from an old checkpoint does not see what came after it', async (store) => {
      await commitChain(store, [{ changed: { a: 1 } }, { changed: { a: 2, b: 1 } }, { removed: ['a'] }])
      await commit(store, { checkpoint: checkpointAt(3, { parentId: checkpointId(0), changed: { c: 1 } }) })
      expect(await valuesAt(store)).toStrictEqual({ a: 1, c: 1 })
    })
  })

  describe('a commit', () => {
    test('that cannot keep a value of its checkpoint leaves nothing behind', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0, { changed: { a: [1] } }) })
      const before = await load(store)
      const checkpoint = checkpointAt(1, {
        parentId: checkpointId(0),
        changed: { a: [1, 2], user: { callback: () => {} } },
      })
      await expect(
        commit(store, { writes: [writesOf('task', [['a', 2]])], checkpoint }),
      ).rejects.toMatchObject({
        code: 'UNSERIALISABLE_VALUE',
        path: '$.user.callback',
      })
      expect(await list(store)).toStrictEqual([before])
    })

    test('that cannot keep a write leaves nothing behind', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0) })
      const before = await load(store)
      const writes = [
        writesOf('one', [['a', 1]]),
        writesOf('two', [
          ['b', 1],
          ['b', [Symbol('x')]],
        ]),
      ]
      const checkpoint = checkpointAt(1, { changed: { a: 1 } })
      await expect(commit(store, { writes, checkpoint })).rejects.toMatchObject({
        code: 'UNSERIALISABLE_VALUE',
        path: '$.b[0]',
      })
      expect(await list(store)).toStrictEqual([before])
    })

    test('that cannot keep its metadata leaves nothing behind', async (store) => {
      const metadata = { source: 'loop', step: 1, parents: {}, model: new WeakSet() } as const
      const checkpoint = checkpointAt(0, { metadata, changed: { a: 1 } })
      await expect(
        commit(store, { checkpoint, writes: [writesOf('task', [['a', 1]])] }),
      ).rejects.toMatchObject({
        code: 'UNSERIALISABLE_VALUE',
      })
      expect(await list(store)).toEqual([])
      await commit(store, { checkpoint: checkpointAt(0) })
      expect((await load(store)).writes).toEqual([])
    })

    test('that failed does not keep the next from being kept', async (store) => {
      await commitChain(store, [{ changed: { list: [1] } }])
      const failing = checkpointAt(1, { parentId: checkpointId(0), changed: { list: [1, 2], bad: () => {} } })
      await expect(commit(store, { checkpoint: failing })).rejects.toThrow('$.bad')
      await commit(store, {
        checkpoint: checkpointAt(1, { parentId: checkpointId(0), changed: { list: [1, 3] } }),
      })
      expect(await valuesAt(store)).toStrictEqual({ list: [1, 3] })
      expect(await valuesAt(store, 0)).toStrictEqual({ list: [1] })
    })

    test('takes everything as it is at the call', async (store) => {
      const content = [{ a: 1 }]
      const versions = { list: 1 }
      const seen = { node: { list: 1 } }
      const metadata = { source: 'loop', step: 0, parents: { '': 'p' }, tags: ['a'] } as const
      const update: unknown[] = [1]
      const writes: [string, unknown][] = [['list', update]]
      const removed: string[] = []
      const checkpoint = checkpointAt(0, { changed: { list: content }, versions, seen, metadata, removed })
      const committed = store.commit({ line, writes: [writesOf('task', writes)], checkpoint })
      content[0]!.a = 2
      content.push({ a: 3 })
      versions.list = 9
      seen.node.list = 9
      ;(metadata.tags as unknown as string[]).push('b')
      update.push(2)
      writes.push(['other', 1])
      removed.push('list')
      await committed
      expect(await load(store)).toMatchObject({
        values: { list: [{ a: 1 }] },
        versions: { list: 1 },
        seen: { node: { list: 1 } },
        metadata: { tags: ['a'] },
        writes: [['task', 'list', [1]]],
      })
      expect((await load(store)).values['list']).toHaveLength(1)
    })

    test('takes effect in the order of the calls, though nobody waits for the one before', async (store) => {
      const numbers: number[] = []
      const commits = Array.from({ length: 40 }, async (_, number) => {
        numbers.push(number)
        const parentId = number === 0 ? undefined : checkpointId(number - 1)
        await store.commit({
          line,
          writes:
            number === 0
              ? []
              : [writesOf(`task-${number}`, [['list', number]], { checkpointId: checkpointId(number - 1) })],
          checkpoint: checkpointAt(number, { parentId, changed: { list: numbers } }),
        })
      })
      // What was committed is seen at once, or as soon as the promise of its commit resolves.
      await Promise.all(commits)
      for (const number of [0, 7, 39])
        expect(await valuesAt(store, number)).toStrictEqual({ list: numbers.slice(0, number + 1) })
    })

    test('that builds on one that failed fails too, and those before it are kept', async (store) => {
      const outcome = async (number: number, parent: number | undefined, value: unknown): Promise<string> => {
        try {
          const parentId = parent === undefined ? undefined : checkpointId(parent)
          await store.commit({
            line,
            writes: [],
            checkpoint: checkpointAt(number, { parentId, changed: { value } }),
          })
          return 'kept'
        } catch {
          return 'failed'
        }
      }
      expect(
        await Promise.all([
          outcome(0, undefined, 0),
          outcome(1, 0, () => 1),
          outcome(2, 1, 2),
          outcome(3, 0, 3),
        ]),
      ).toEqual(['kept', 'failed', 'failed', 'kept'])
      expect((await list(store)).map(({ id }) => id)).toEqual([checkpointId(3), checkpointId(0)])
    })

    test('takes an element that was changed in place as it is now', async (store) => {
      const messages = [{ id: 1, text: 'a' }]
      await commit(store, { checkpoint: checkpointAt(0, { changed: { messages } }) })
      messages[0]!.text = 'edited'
      messages.push({ id: 2, text: 'b' })
      await commit(store, {
        checkpoint: checkpointAt(1, { parentId: checkpointId(0), changed: { messages } }),
      })
      expect(await valuesAt(store, 0)).toStrictEqual({ messages: [{ id: 1, text: 'a' }] })
      expect(await valuesAt(store, 1)).toStrictEqual({
        messages: [
          { id: 1, text: 'edited' },
          { id: 2, text: 'b' },
        ],
      })
    })

    test('without a checkpoint and without writes does nothing', async (store) => {
      await commit(store, {})
      expect(await list(store)).toEqual([])
    })

    test('of a checkpoint that is there already puts the new one in its place', async (store) => {
      await commitChain(store, [{ changed: { a: 1 } }, { changed: { b: 1 } }])
      await commit(store, { writes: [writesOf('task', [['a', 1]], { checkpointId: checkpointId(1) })] })
      await commit(store, {
        checkpoint: checkpointAt(1, { parentId: checkpointId(0), changed: { c: 1 }, versions: { c: 5 } }),
      })
      expect(await load(store, 1)).toMatchObject({ versions: { c: 5 }, writes: [['task', 'a', 1]] })
      expect(await valuesAt(store, 1)).toStrictEqual({ a: 1, c: 1 })
      expect(await list(store)).toHaveLength(2)
    })
  })
}
