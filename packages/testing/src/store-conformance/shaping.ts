import { createHash } from 'node:crypto'
import { describe, expect } from 'vitest'
import type { StoredShape } from '@cairn/engine'
import { storeTest, type OpenStore } from './opened-store.ts'
import { checkpointAt, checkpointId, commit, commitChain, line, list, load } from './samples.ts'

function shape(name: string): StoredShape {
  const text = JSON.stringify({ graph: name, awkward: '✓ \u0000 "' })
  return { hash: createHash('sha256').update(text).digest('hex'), text }
}

export function shapingConformance(open: OpenStore): void {
  const test = storeTest(open)

  describe('the shape of the graph', () => {
    test('comes back with its checkpoint, and with none that has none', async (store) => {
      const [before, after] = [shape('before'), shape('after')]
      await commitChain(store, [{ shape: before }, { shape: before }, {}, { shape: after }])
      expect((await list(store)).map((checkpoint) => checkpoint.shape)).toStrictEqual([
        after,
        undefined,
        before,
        before,
      ])
      expect((await load(store, 1)).shape).toStrictEqual(before)
      expect(Object.keys(await load(store, 2))).not.toContain('shape')
    })

    test('is one for all threads and lines that have it, whichever object it came as', async (store) => {
      const other = { threadId: 'thread-2', namespace: 'child' }
      await commit(store, { checkpoint: checkpointAt(0, { shape: shape('same') }) })
      await commit(store, { line: other, checkpoint: checkpointAt(0, { shape: shape('same') }) })
      await store.deleteThread(line.threadId)
      expect((await load(store, 0, other)).shape).toStrictEqual(shape('same'))
    })

    test('of a checkpoint that is committed again is the new one', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0, { shape: shape('first') }) })
      await commit(store, { checkpoint: checkpointAt(0, { shape: shape('second') }) })
      expect((await load(store, 0)).shape).toStrictEqual(shape('second'))
    })

    test('of a commit that is refused leaves nothing behind', async (store) => {
      const refused = commit(store, {
        checkpoint: checkpointAt(1, { parentId: checkpointId(0), shape: shape('later') }),
      })
      await expect(refused).rejects.toMatchObject({ code: 'STORE_UNKNOWN_PARENT' })
      await commitChain(store, [{ shape: shape('later') }, { shape: shape('later') }])
      expect((await load(store, 1)).shape).toStrictEqual(shape('later'))
    })
  })
}
