import { describe, expect } from 'vitest'
import { ERROR, RESUME, type Line } from '@cairn/engine'
import type { OpenStore } from './opened-store.ts'
import { storeTest } from './opened-store.ts'
import { checkpointAt, checkpointId, commit, list, load, valuesAt, writesOf } from './samples.ts'

const lines: readonly Line[] = [
  { threadId: 'thread-1', namespace: '' },
  { threadId: 'thread-1', namespace: 'child' },
  { threadId: 'thread-1', namespace: 'child:1' },
  { threadId: 'thread-1', namespace: 'child:1|leaf:2' },
  { threadId: 'thread-2', namespace: '' },
  { threadId: 'thread-2', namespace: 'child' },
  { threadId: 'thread', namespace: '-1' },
]

export function separatingConformance(open: OpenStore): void {
  const test = storeTest(open)

  describe('lines', () => {
    test('are kept apart, even when all their ids are the same', async (store) => {
      for (const [index, line] of lines.entries()) {
        await commit(store, {
          line,
          checkpoint: checkpointAt(0, { changed: { value: [index], [`only-${index}`]: true } }),
          writes: [
            writesOf('task', [
              ['value', index],
              [ERROR, index],
            ]),
          ],
        })
      }
      for (const [index, line] of lines.entries()) {
        const checkpoint = checkpointAt(1, { parentId: checkpointId(0), changed: { value: [index, index] } })
        await commit(store, { line, checkpoint, writes: [writesOf('task', [[RESUME, index]])] })
      }
      for (const [index, line] of lines.entries()) {
        expect(await load(store, 0, line)).toMatchObject({ line, values: { value: [index] } })
        expect((await load(store, 0, line)).writes).toStrictEqual([
          ['task', RESUME, index],
          ['task', ERROR, index],
          ['task', 'value', index],
        ])
        expect(await valuesAt(store, 1, line)).toStrictEqual({
          value: [index, index],
          [`only-${index}`]: true,
        })
        expect(await list(store, line)).toHaveLength(2)
      }
    })
  })

  describe('deleting a thread', () => {
    test('forgets all its lines, and nothing else', async (store) => {
      for (const line of lines) {
        await commit(store, { line, checkpoint: checkpointAt(0), writes: [writesOf('task', [['a', 1]])] })
      }
      await store.deleteThread('thread-1')
      const remaining = lines.filter(({ threadId }) => threadId !== 'thread-1')
      for (const line of lines) {
        expect((await store.load(line)) !== undefined).toBe(remaining.includes(line))
        expect(await list(store, line)).toHaveLength(remaining.includes(line) ? 1 : 0)
      }
      expect(await list(store)).toHaveLength(remaining.length)
      expect((await load(store, 0, remaining[0])).writes).toStrictEqual([['task', 'a', 1]])
    })

    test('that is not there does nothing', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0) })
      await store.deleteThread('other')
      expect(await list(store)).toHaveLength(1)
    })

    test('lets it begin anew, with nothing left of the old one', async (store) => {
      await commit(store, {
        checkpoint: checkpointAt(0, { changed: { old: [1, 2, 3] } }),
        writes: [writesOf('task', [['a', 'old']])],
      })
      await store.deleteThread('thread-1')
      await commit(store, { checkpoint: checkpointAt(0, { changed: { new: 1 } }) })
      await commit(store, {
        checkpoint: checkpointAt(1, { parentId: checkpointId(0), changed: { next: 1 } }),
      })
      expect(await load(store, 0)).toMatchObject({ values: { new: 1 }, writes: [] })
      expect(await valuesAt(store, 1)).toStrictEqual({ new: 1, next: 1 })
      await commit(store, { writes: [writesOf('task', [['a', 'new']])] })
      expect((await load(store, 0)).writes).toStrictEqual([['task', 'a', 'new']])
    })

    test('also forgets writes whose checkpoint never came', async (store) => {
      await commit(store, { writes: [writesOf('task', [['a', 1]])] })
      await store.deleteThread('thread-1')
      await commit(store, { checkpoint: checkpointAt(0) })
      expect((await load(store)).writes).toEqual([])
    })

    test('leaves values that another thread holds too', async (store) => {
      const first = lines[0]!
      const other: Line = { threadId: 'thread-2', namespace: '' }
      const changed = { text: 'the same words in both threads', list: [1, 2, 3] }
      for (const line of [first, other])
        await commit(store, { line, checkpoint: checkpointAt(0, { changed }) })
      await store.deleteThread('thread-1')
      expect(await valuesAt(store, 0, other)).toStrictEqual(changed)
    })
  })
}
