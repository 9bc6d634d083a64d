import { describe, expect, test } from 'vitest'
import type { NewCheckpoint } from '@cairn/engine'
import { compactId, expandId } from '../src/compact-id.ts'
import { checkpointAt, checkpointId, commitOf, line, writesOf } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

describe('compact ids', () => {
  test.each([
    '1ef4f797-8335-6428-8001-8a1503f9b875',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ])('a UUID takes 16 bytes and comes back: %s', async (id) => {
    expect(compactId(id)).toHaveLength(16)
    expect(compactId(id)).not.toBeTypeOf('string')
    expect(expandId(compactId(id))).toBe(id)
  })

  test.each([
    '',
    'task',
    '1EF4F797-8335-6428-8001-8A1503F9B875',
    '1ef4f7978335642880018a1503f9b875',
    '1ef4f797-8335-6428-8001-8a1503f9b87g',
    '1ef4f797-8335-6428-8001+8a1503f9b875',
    '1ef4f797-8335-6428-8001-8a1503f9b87\u{e9}',
    '1ef4f797-8335-6428-8001-8a1503f9b8755',
  ])('anything else stays what it is: %j', async (id) => {
    expect(compactId(id)).toBe(id)
  })

  test('bytes sort as the texts do', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => checkpointId((index * 7919) % 4096))
    const byBytes = ids.toSorted((a, b) => Buffer.compare(compactId(a) as Buffer, compactId(b) as Buffer))
    expect(byBytes).toEqual(ids.toSorted())
  })
})

describe('ids that are no UUIDs', () => {
  const root = (id: string, given: Partial<NewCheckpoint> = {}): NewCheckpoint =>
    checkpointAt(0, { id, ...given })

  test('sort as text', async () => {
    const store = openStore(':memory:')
    for (const id of ['b', '10', 'a', '9', 'B']) await store.commit(commitOf(root(id)))
    expect([...store.list({})].map(({ id }) => id)).toEqual(['b', 'a', 'B', '9', '10'])
    expect(store.load(line)?.id).toBe('b')
    expect(store.load(line, '10')?.id).toBe('10')
    expect([...store.list({ before: 'a' })].map(({ id }) => id)).toEqual(['B', '9', '10'])
  })

  test('may come to a line of UUIDs, which then sort as text among them', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    const other = openStore(path)
    await store.commit(commitOf(checkpointAt(0, { changed: { a: 1 } }), [writesOf('task', [['a', 1]])]))
    await store.commit(commitOf(checkpointAt(1, { changed: { b: 2 } })))
    await other.commit({ line, writes: [writesOf('other', [['a', 2]], { checkpointId: checkpointId(1) })] })
    await store.commit(commitOf(root('0', { changed: { c: 3 } })))
    await store.commit(commitOf(root('z', { parentId: checkpointId(1), changed: { c: 4 } })))
    await other.commit(commitOf(root('zz', { parentId: 'z', changed: { d: 5 } })))
    for (const reader of [store, other, openStore(path)]) {
      expect([...reader.list({})].map(({ id }) => id)).toEqual([
        'zz',
        'z',
        checkpointId(1),
        checkpointId(0),
        '0',
      ])
      expect(reader.load(line)?.values).toEqual({ a: 1, b: 2, c: 4, d: 5 })
      expect(reader.load(line, checkpointId(1))).toMatchObject({
        parentId: checkpointId(0),
        values: { a: 1, b: 2 },
        writes: [['other', 'a', 2]],
      })
      expect(reader.load(line, checkpointId(0))?.writes).toEqual([['task', 'a', 1]])
    }
  })

  test('of tasks make no difference', async () => {
    const store = openStore(':memory:')
    const uuid = '00000000-0000-0000-0000-000000000000'
    await store.commit(
      commitOf(checkpointAt(0), [
        writesOf('', [['a', 1]], { taskPath: '' }),
        writesOf(uuid, [['a', 2]], { taskPath: '' }),
      ]),
    )
    expect(store.load(line)?.writes).toEqual([
      ['', 'a', 1],
      [uuid, 'a', 2],
    ])
  })

  test('may bound a listing of UUIDs', async () => {
    const store = openStore(':memory:')
    for (let number = 0; number < 100; number++) await store.commit(commitOf(checkpointAt(number)))
    const steps = (before: string): number[] =>
      [...store.list({ before })].map(({ metadata }) => metadata.step)
    expect(steps('z')).toHaveLength(100)
    expect(steps('1ef00032')).toEqual(Array.from({ length: 50 }, (_, index) => 49 - index))
    expect(steps('1')).toEqual([])
  })
})
