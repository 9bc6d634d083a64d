import { UnserialisableValueError } from '@cairn/engine/codec'
import { describe, expect, test } from 'vitest'
import { UnstorableValueError } from '@cairn/sqlite'
import { checkpointAt, commitOf, line, superstep, writesOf } from './commits.ts'
import { openStore } from './open-store.ts'

const bad = { user: { callback: () => {} } }

describe('a value that cannot be stored', () => {
  test('of a channel is named with its path', async () => {
    const store = openStore(':memory:')
    const commit = commitOf(checkpointAt(0, { changed: { good: 1, state: bad } }))
    expect(() => store.commit(commit)).toThrow(UnserialisableValueError)
    expect(() => store.commit(commit)).toThrow(UnstorableValueError)
    expect(() => store.commit(commit)).toThrow(
      expect.objectContaining({
        code: 'UNSERIALISABLE_VALUE',
        path: '$.state.user.callback',
        channel: 'state',
        threadId: 'thread-1',
        taskId: undefined,
        message:
          'Cannot store the function "callback" at $.state.user.callback in thread "thread-1"; nothing of the commit ' +
          'was stored. Store data, such as a name under which the code finds the function again.',
      }) as Error,
    )
  })

  test('of a task is named with the task', async () => {
    const store = openStore(':memory:')
    const commit = {
      line,
      writes: [
        writesOf('task-7', [
          ['good', 1],
          ['state', bad],
        ]),
      ],
    }
    expect(() => store.commit(commit)).toThrow(
      expect.objectContaining({
        code: 'UNSERIALISABLE_VALUE',
        path: '$.state.user.callback',
        taskId: 'task-7',
        message: expect.stringContaining('of task task-7 in thread "thread-1"') as unknown,
      }) as Error,
    )
  })

  test('of the metadata is named too', async () => {
    const store = openStore(':memory:')
    const metadata = { source: 'loop', step: 0, parents: {}, hook: () => {} } as const
    expect(() => store.commit(commitOf(checkpointAt(0, { metadata })))).toThrow('$.metadata.hook')
  })

  test('keeps nothing of its commit, and everything before it', async () => {
    const store = openStore(':memory:')
    await store.commit(superstep(0))
    const { checkpoint, writes } = superstep(1)
    expect(() =>
      store.commit({ line, writes, checkpoint: { ...checkpoint!, changed: { count: 9, state: bad } } }),
    ).toThrow(UnstorableValueError)
    expect(store.load(line)).toMatchObject({ metadata: { step: 0 }, writes: [], values: { count: 0 } })
    await store.commit(superstep(1))
    expect(store.load(line)?.values).toMatchObject({ count: 1 })
  })
})
