import { describe, expect } from 'vitest'
import {
  CONTROL_POSITION,
  ERROR,
  ERROR_SOURCE_NODE,
  INTERRUPT,
  NO_WRITES,
  NULL_TASK_ID,
  RESUME,
  RETURN,
  SCHEDULED,
  type PendingWrite,
  type Store,
  type Write,
} from '@cairn/engine'
import type { OpenStore } from './opened-store.ts'
import { storeTest } from './opened-store.ts'
import { checkpointAt, checkpointId, commit, line, load, writesOf } from './samples.ts'

export function writingConformance(open: OpenStore): void {
  const test = storeTest(open)

  describe('writes', () => {
    test('are kept beside the checkpoint that their task started from', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0) })
      await commit(store, { writes: [writesOf('task', [['a', { b: 1 }]])] })
      await commit(store, { checkpoint: checkpointAt(1, { parentId: checkpointId(0) }) })
      expect((await load(store, 0)).writes).toStrictEqual([['task', 'a', { b: 1 }]])
      expect((await load(store, 1)).writes).toStrictEqual([])
    })

    test('may be committed together with the checkpoint that follows from them', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0) })
      await commit(store, {
        writes: [writesOf('task', [['a', 1]])],
        checkpoint: checkpointAt(1, { parentId: checkpointId(0), changed: { a: 1 } }),
      })
      expect((await load(store, 0)).writes).toStrictEqual([['task', 'a', 1]])
      expect(await load(store, 1)).toMatchObject({ writes: [], values: { a: 1 } })
    })

    test('may be committed before the checkpoint they belong to, or together with it', async (store) => {
      await commit(store, { writes: [writesOf('early', [['a', 1]])] })
      expect(await store.load(line)).toBeUndefined()
      await commit(store, { writes: [writesOf('same', [['b', 2]])], checkpoint: checkpointAt(0) })
      expect((await load(store)).writes).toStrictEqual([
        ['early', 'a', 1],
        ['same', 'b', 2],
      ])
    })

    test('of several tasks, for several checkpoints, go in one commit', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0) })
      await commit(store, {
        writes: [
          writesOf('two', [['a', 2]], { checkpointId: checkpointId(1) }),
          writesOf('one', [['a', 1]]),
          writesOf('three', [['a', 3]], { checkpointId: checkpointId(1) }),
        ],
        checkpoint: checkpointAt(1),
      })
      expect((await load(store, 0)).writes).toStrictEqual([['one', 'a', 1]])
      expect((await load(store, 1)).writes).toStrictEqual([
        ['three', 'a', 3],
        ['two', 'a', 2],
      ])
    })

    test('may write nothing but undefined, and one channel several times', async (store) => {
      const writes: Write[] = [
        ['a', undefined],
        ['a', null],
        ['a', 0],
        ['b', ''],
      ]
      expect(await kept(store, [writes])).toStrictEqual(writes)
    })

    test('come with the paths of their tasks, if the store tells them', async (store, _, context) => {
      const paths = ['~__pregel_pull, b', '~__pregel_push, 0000000000', '']
      const writes = paths.map((taskPath, index) => writesOf(`task-${index}`, [['a', index]], { taskPath }))
      await commit(store, { writes, checkpoint: checkpointAt(0) })
      const { taskPaths } = await load(store)
      if (taskPaths === undefined) return context.skip('This store does not tell them.')
      expect(taskPaths).toEqual({ 'task-0': paths[0], 'task-1': paths[1], 'task-2': paths[2] })
      for await (const listed of store.list({})) expect(listed.taskPaths).toEqual(taskPaths)
    })

    test('of a task that has none are none', async (store) => {
      expect(await kept(store, [[]])).toStrictEqual([])
    })
  })

  describe('writes are replayed in the order', () => {
    test('of the task paths, then of the task ids, then of the positions', async (store) => {
      const batches = [
        writesOf('b', [['x', 1]], { taskPath: '~__pregel_push, 0000000001' }),
        writesOf(
          'a',
          [
            ['x', 2],
            ['x', 3],
          ],
          { taskPath: '~__pregel_push, 0000000001' },
        ),
        writesOf('z', [['x', 4]], { taskPath: '~__pregel_pull, node' }),
        writesOf('c', [['x', 5]], { taskPath: '' }),
        writesOf(NULL_TASK_ID, [['x', 6]], { taskPath: '' }),
      ]
      await commit(store, { writes: batches, checkpoint: checkpointAt(0) })
      expect(order(await load(store))).toEqual([`${NULL_TASK_ID} 6`, 'c 5', 'z 4', 'a 2', 'a 3', 'b 1'])
    })

    test('of code points, where paths and ids differ', async (store) => {
      const texts = ['Z', 'a', 'ab', 'é', '\uffee', '\u{10000}', '\u{1f9ed}']
      const byPath = texts.map((taskPath, index) =>
        writesOf(`task-${9 - index}`, [['x', taskPath]], { taskPath }),
      )
      await commit(store, { writes: byPath.toReversed(), checkpoint: checkpointAt(0) })
      expect((await load(store)).writes.map(([, , value]) => value)).toEqual(texts)

      const byId = texts.map((id) =>
        writesOf(id, [['x', id]], { taskPath: '', checkpointId: checkpointId(1) }),
      )
      await commit(store, { writes: byId.toReversed(), checkpoint: checkpointAt(1) })
      expect((await load(store)).writes.map(([, , value]) => value)).toEqual(texts)
    })

    test('of more than ten positions, as numbers', async (store) => {
      const writes = Array.from({ length: 25 }, (_, index): Write => ['x', index])
      expect(await kept(store, [writes])).toStrictEqual(writes)
    })
  })

  describe('writes of a task that come again', () => {
    test('stay as they were first', async (store) => {
      expect(
        await kept(store, [
          [
            ['a', 1],
            ['b', 2],
          ],
          [
            ['a', 9],
            ['c', 9],
          ],
        ]),
      ).toStrictEqual([
        ['a', 1],
        ['b', 2],
      ])
    })

    test('are added where there was none', async (store) => {
      expect(
        await kept(store, [
          [['a', 1]],
          [
            ['a', 9],
            ['b', 2],
          ],
        ]),
      ).toStrictEqual([
        ['a', 1],
        ['b', 2],
      ])
    })

    test('in one commit, stay as they are first', async (store) => {
      const writes = [writesOf('task', [['a', 1]]), writesOf('task', [['a', 2]])]
      await commit(store, { writes, checkpoint: checkpointAt(0) })
      expect((await load(store)).writes).toStrictEqual([['task', 'a', 1]])
    })

    test('for another checkpoint, or of another task, are writes of their own', async (store) => {
      await commit(store, { writes: [writesOf('task', [['a', 1]])], checkpoint: checkpointAt(0) })
      await commit(store, {
        writes: [
          writesOf('task', [['a', 2]], { checkpointId: checkpointId(1) }),
          writesOf('other', [['a', 3]]),
        ],
        checkpoint: checkpointAt(1),
      })
      expect((await load(store, 0)).writes).toStrictEqual([
        ['other', 'a', 3],
        ['task', 'a', 1],
      ])
      expect((await load(store, 1)).writes).toStrictEqual([['task', 'a', 2]])
    })
  })

  describe('control writes', () => {
    test('have one place each, before all other writes', async (store) => {
      const batches: Write[][] = [
        [['a', 1]],
        [[ERROR, { message: 'x' }]],
        [[SCHEDULED, true]],
        [[INTERRUPT, [{ id: 'q' }]]],
        [[RESUME, ['answer']]],
      ]
      const channels = (await kept(store, batches)).map(([channel]) => channel)
      expect(channels).toEqual([RESUME, INTERRUPT, SCHEDULED, ERROR, 'a'])
      expect(CONTROL_POSITION.size).toBe(4)
    })

    test('alone in their batch, replace what stood there', async (store) => {
      expect(await kept(store, [[[RESUME, ['one']]], [[RESUME, ['one', 'two']]]])).toStrictEqual([
        [RESUME, ['one', 'two']],
      ])
    })

    test('together with other control writes, replace what stood there', async (store) => {
      const batches: Write[][] = [
        [
          [INTERRUPT, 'first'],
          [RESUME, 1],
        ],
        [
          [RESUME, 2],
          [INTERRUPT, 'second'],
        ],
      ]
      expect(await kept(store, batches)).toStrictEqual([
        [RESUME, 2],
        [INTERRUPT, 'second'],
      ])
    })

    test('twice in a batch of control writes, are what the last one says', async (store) => {
      expect(
        await kept(store, [
          [
            [RESUME, 1],
            [RESUME, 2],
          ],
        ]),
      ).toStrictEqual([[RESUME, 2]])
    })

    test('together with other writes, stay as they were first', async (store) => {
      const batches: Write[][] = [
        [
          ['a', 1],
          [ERROR, 'first'],
        ],
        [
          ['a', 2],
          [ERROR, 'second'],
        ],
      ]
      expect(await kept(store, batches)).toStrictEqual([
        [ERROR, 'first'],
        ['a', 1],
      ])
    })

    test('leave the positions of the writes beside them as they are', async (store) => {
      const batches: Write[][] = [
        [
          [RESUME, ['answer']],
          ['a', 1],
        ],
        [
          ['b', 0],
          ['b', 1],
          ['b', 2],
        ],
      ]
      expect(await kept(store, batches)).toStrictEqual([
        [RESUME, ['answer']],
        ['b', 0],
        ['a', 1],
        ['b', 2],
      ])
    })

    test('do not touch other writes of the task', async (store) => {
      expect(
        await kept(store, [
          [
            ['a', 1],
            ['b', 2],
          ],
          [[ERROR, 'x']],
        ]),
      ).toStrictEqual([
        [ERROR, 'x'],
        ['a', 1],
        ['b', 2],
      ])
    })

    test('are those with a position of their own, and no others', async (store) => {
      for (const [index, channel] of [NO_WRITES, RETURN, ERROR_SOURCE_NODE].entries()) {
        const at = checkpointId(index)
        const writes = [1, 2].map((value) => writesOf('task', [[channel, value]], { checkpointId: at }))
        await commit(store, { writes, checkpoint: checkpointAt(index) })
        expect((await load(store)).writes).toStrictEqual([['task', channel, 1]])
      }
    })

    test('of one task are apart from those of another', async (store) => {
      const writes = [
        writesOf('one', [[INTERRUPT, 1]]),
        writesOf('two', [[INTERRUPT, 2]]),
        writesOf('one', [[INTERRUPT, 3]]),
      ]
      await commit(store, { writes, checkpoint: checkpointAt(0) })
      expect((await load(store)).writes).toStrictEqual([
        ['one', INTERRUPT, 3],
        ['two', INTERRUPT, 2],
      ])
    })
  })
}

/** What is kept of one task after it wrote these batches, one commit each. */
async function kept(
  store: Store,
  batches: readonly (readonly Write[])[],
): Promise<(readonly [string, unknown])[]> {
  await commit(store, { checkpoint: checkpointAt(0) })
  for (const writes of batches) await commit(store, { writes: [writesOf('task', writes)] })
  return (await load(store)).writes.map(([, channel, value]) => [channel, value])
}

function order({ writes }: { readonly writes: readonly PendingWrite[] }): string[] {
  return writes.map(([taskId, , value]) => `${taskId} ${String(value)}`)
}
