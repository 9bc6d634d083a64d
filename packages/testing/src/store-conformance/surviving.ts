import { describe, expect, type TestContext } from 'vitest'
import { INTERRUPT, RESUME, type Store } from '@cairn/engine'
import { storeTest, type OpenedStore, type OpenStore } from './opened-store.ts'
import {
  checkpointAt,
  checkpointId,
  commit,
  commitChain,
  everyKind,
  line,
  list,
  load,
  valuesAt,
  writesOf,
} from './samples.ts'

export function survivingConformance(open: OpenStore): void {
  const test = storeTest(open)

  describe('after it was opened again, a store', () => {
    test('gives all that it gave before', async (store, opened, context) => {
      const child = { threadId: line.threadId, namespace: 'child' }
      await commitChain(store, [
        { changed: { list: ['a'], ...everyKind() } },
        {
          changed: { list: ['a', 'b'] },
          removed: ['text'],
          versions: { list: 2 },
          seen: { node: { list: 1 } },
        },
        {},
      ])
      await commit(store, {
        checkpoint: checkpointAt(9, { parentId: checkpointId(0), changed: { list: ['a', 'c'] } }),
      })
      await commit(store, { line: child, checkpoint: checkpointAt(0, { changed: { a: 1 } }) })
      await commit(store, {
        writes: [
          writesOf('b', [
            ['list', 'c'],
            [INTERRUPT, 'q'],
          ]),
          writesOf('a', [['list', 'b']]),
        ],
      })
      const before = await list(store)
      const reopened = await reopen(opened, context)
      expect(await list(reopened)).toStrictEqual(before)
      expect(await load(reopened)).toStrictEqual(before[0])
    })

    test('goes on where it stopped', async (store, opened, context) => {
      await commitChain(store, [{ changed: { list: [1], other: 'kept' } }, { changed: { list: [1, 2] } }])
      const reopened = await reopen(opened, context)
      const parentId = checkpointId(1)
      await commit(reopened, { checkpoint: checkpointAt(2, { parentId, changed: { list: [1, 2, 3] } }) })
      await commit(reopened, { checkpoint: checkpointAt(3, { parentId, removed: ['list'] }) })
      expect(await valuesAt(reopened, 2)).toStrictEqual({ list: [1, 2, 3], other: 'kept' })
      expect(await valuesAt(reopened, 3)).toStrictEqual({ other: 'kept' })
      expect(await valuesAt(reopened, 0)).toStrictEqual({ list: [1], other: 'kept' })
    })

    test('still keeps first writes, and replaces control writes', async (store, opened, context) => {
      await commit(store, {
        checkpoint: checkpointAt(0),
        writes: [writesOf('task', [['a', 1]]), writesOf('task', [[RESUME, 1]])],
      })
      const reopened = await reopen(opened, context)
      await commit(reopened, { writes: [writesOf('task', [['a', 2]]), writesOf('task', [[RESUME, 2]])] })
      expect((await load(reopened)).writes).toStrictEqual([
        ['task', RESUME, 2],
        ['task', 'a', 1],
      ])
    })

    test('has not got back what was deleted, or what failed', async (store, opened, context) => {
      await commit(store, { checkpoint: checkpointAt(0) })
      await store.deleteThread(line.threadId)
      const failing = checkpointAt(1, { changed: { bad: () => {} } })
      await expect(commit(store, { checkpoint: failing })).rejects.toThrow('$.bad')
      expect(await list(await reopen(opened, context))).toEqual([])
    })
  })
}

async function reopen(opened: OpenedStore, context: TestContext): Promise<Store> {
  if (opened.reopen === undefined) return context.skip('This store does not outlive its process.')
  return opened.reopen()
}
