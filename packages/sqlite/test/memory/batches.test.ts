import { InvalidNamespaceError, type Operation } from '@langchain/langgraph-checkpoint'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MemoryArgumentError } from '@cairn/sqlite'
import { openMemory } from './open-memory.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1000 }))
afterEach(() => void vi.useRealTimers())

const namespace = ['n']

test('reads of a batch see what was there before its writes, wherever they stand', async () => {
  const memory = openMemory()
  await memory.put(namespace, 'k', { version: 1 })
  const [, item, found, spaces] = await memory.batch([
    { namespace, key: 'k', value: { version: 2 } },
    { namespace, key: 'k' },
    { namespacePrefix: [] },
    { matchConditions: [], limit: 10, offset: 0 },
  ])
  expect(item?.value).toEqual({ version: 1 })
  expect(found.map(({ value }) => value)).toEqual([{ version: 1 }])
  expect(spaces).toEqual([['n']])
  expect((await memory.get(namespace, 'k'))?.value).toEqual({ version: 2 })
})

test('the last of several writes of one item counts', async () => {
  const memory = openMemory()
  const results = await memory.batch([
    { namespace, key: 'k', value: { version: 1 } },
    { namespace, key: 'l', value: {} },
    { namespace, key: 'k', value: null },
    { namespace, key: 'k', value: { version: 3 } },
  ])
  expect(results).toEqual([null, null, null, null])
  const items = await memory.search([])
  expect(items.map(({ key, value }) => [key, value])).toEqual([
    ['k', { version: 3 }],
    ['l', {}],
  ])
})

test('a batch with a mistake in it does nothing', async () => {
  const memory = openMemory()
  const good: Operation = { namespace, key: 'k', value: {} }
  const mistakes: [Operation, typeof InvalidNamespaceError | typeof MemoryArgumentError][] = [
    [{ namespace: [], key: 'k' }, InvalidNamespaceError],
    [{ namespace: ['a.b'], key: 'k' }, InvalidNamespaceError],
    [{ namespacePrefix: ['a:b'] }, InvalidNamespaceError],
    [{ namespace: ['\ud800'], key: 'k', value: {} }, InvalidNamespaceError],
    [{ namespace, key: '\udfff', value: {} }, MemoryArgumentError],
    [{ namespace, key: 7 as unknown as string, value: {} }, MemoryArgumentError],
    [{ namespacePrefix: [], limit: -1 }, MemoryArgumentError],
    [{ namespacePrefix: [], offset: 0.5 }, MemoryArgumentError],
    [{ namespacePrefix: [], offset: Infinity }, MemoryArgumentError],
    [{ namespacePrefix: [], limit: 1e300 }, MemoryArgumentError],
    [{ namespacePrefix: [], limit: null as unknown as number, offset: NaN }, MemoryArgumentError],
    [{ matchConditions: [], limit: 1, offset: 0, maxDepth: 0 }, MemoryArgumentError],
  ]
  for (const [mistake, kind] of mistakes) await expect(memory.batch([good, mistake])).rejects.toThrow(kind)
  expect(await memory.search([])).toEqual([])
})

test('put and delete refuse what LangGraph refuses, in its words', async () => {
  const memory = openMemory()
  await expect(memory.put([], 'k', {})).rejects.toThrow('Namespace cannot be empty.')
  await expect(memory.put(['langgraph', 'x'], 'k', {})).rejects.toThrow(
    'Root label for namespace cannot be "langgraph". Got: langgraph,x',
  )
  await expect(memory.get(['a', ''], 'k')).rejects.toThrow(InvalidNamespaceError)
  await expect(memory.delete([], 'k')).rejects.toThrow(InvalidNamespaceError)
})

test('an item that is put again keeps its place and when it was created', async () => {
  const memory = openMemory()
  await memory.put(namespace, 'a', { version: 1 })
  await memory.put(namespace, 'b', {})
  vi.setSystemTime(2000)
  await memory.put(namespace, 'a', { version: 2 })
  const [first, second] = await memory.search(namespace)
  expect(first).toStrictEqual({
    namespace,
    key: 'a',
    value: { version: 2 },
    createdAt: new Date(1000),
    updatedAt: new Date(2000),
    score: undefined,
  })
  expect(second?.key).toBe('b')
})

test('an item that was deleted begins anew', async () => {
  const memory = openMemory()
  await memory.put(namespace, 'a', {})
  await memory.put(namespace, 'b', {})
  await memory.delete(namespace, 'a')
  vi.setSystemTime(2000)
  await memory.put(namespace, 'a', {})
  expect((await memory.search(namespace)).map(({ key }) => key)).toEqual(['b', 'a'])
  expect((await memory.get(namespace, 'a'))?.createdAt).toEqual(new Date(2000))
})

test('a put is there at once, even when nobody waits for it', () => {
  const memory = openMemory()
  void memory.put(namespace, 'k', { a: 1 })
  return expect(memory.get(namespace, 'k')).resolves.toMatchObject({ value: { a: 1 } })
})

test('a namespace is deleted with all that is under it, and nothing else', async () => {
  const memory = openMemory()
  const names = [['users', '1'], ['users', '1', 'notes'], ['users', '10'], ['users'], ['users1']]
  await memory.batch(names.map((name) => ({ namespace: name, key: 'k', value: {} })))
  expect(await memory.deleteNamespace(['users', '1'])).toBe(2)
  expect(await memory.listNamespaces()).toEqual([['users'], ['users', '10'], ['users1']])
  await expect(memory.deleteNamespace([])).rejects.toThrow(InvalidNamespaceError)
})
