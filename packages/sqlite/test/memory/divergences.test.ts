// What docs/design/divergences.md lists of the memory: what LangGraph's InMemoryStore does, and what ours does.
import {
  type BaseStore,
  InMemoryStore,
  type IndexConfig,
  type ListNamespacesOperation,
} from '@langchain/langgraph-checkpoint'
import { expect, test } from 'vitest'
import { openMemory } from './open-memory.ts'

const namespace = ['n']

/** A model that gives each text the vector that is written in it. */
const readVectors = (texts: string[]) => texts.map((text) => JSON.parse(text) as number[])

/** The two stores, with the same model. */
function both(embed = readVectors, dims = 2): { langgraphs: BaseStore; ours: BaseStore } {
  const embeddings = {
    embedDocuments: async (texts: string[]) => embed(texts),
    embedQuery: async (text: string) => embed([text])[0]!,
  } as unknown as IndexConfig['embeddings']
  const index = { dims, embeddings, fields: ['texts[*]'] }
  return { langgraphs: new InMemoryStore({ index }), ours: openMemory({ index }) }
}

async function found(store: BaseStore, options: Parameters<BaseStore['search']>[1]): Promise<unknown[]> {
  return (await store.search([], options)).map(({ key, score }) => (score === undefined ? key : [key, score]))
}

test('LangGraph gives out and takes in what it keeps; ours are copies', async () => {
  const { langgraphs, ours } = both()
  const given: unknown[] = []
  for (const store of [langgraphs, ours]) {
    await store.put(namespace, 'k', { version: 1 })
    const item = await store.get(namespace, 'k')
    await store.put(namespace, 'k', { version: 2 })
    given.push(item?.value)
  }
  expect(given).toEqual([{ version: 2 }, { version: 1 }])
})

test('LangGraph takes two items of a batch for one when a key holds a colon; ours keeps both', async () => {
  const { langgraphs, ours } = both()
  for (const store of [langgraphs, ours]) {
    await store.batch([
      { namespace: ['a'], key: 'b:c', value: {} },
      { namespace: ['a', 'b'], key: 'c', value: {} },
    ])
  }
  expect(await found(langgraphs, {})).toEqual(['c'])
  expect(await found(ours, {})).toEqual(['b:c', 'c'])
})

test('LangGraph lists namespaces that hold nothing; ours does not', async () => {
  const { langgraphs, ours } = both()
  for (const store of [langgraphs, ours]) await store.delete(namespace, 'never put')
  expect(await langgraphs.listNamespaces()).toEqual([['n']])
  expect(await ours.listNamespaces()).toEqual([])
})

test('in LangGraph a namespace that is filled again keeps its place; in ours it comes last', async () => {
  const { langgraphs, ours } = both()
  for (const store of [langgraphs, ours]) {
    await store.put(['emptied'], 'a', {})
    await store.put(['kept'], 'b', {})
    await store.delete(['emptied'], 'a')
    await store.put(['emptied'], 'c', {})
  }
  expect(await found(langgraphs, {})).toEqual(['c', 'b'])
  expect(await found(ours, {})).toEqual(['b', 'c'])
})

test('LangGraph finds an item by what it said before; ours by what it says', async () => {
  const { langgraphs, ours } = both()
  for (const store of [langgraphs, ours]) {
    await store.put(namespace, 'k', { texts: ['[1,0]', '[0,1]'] })
    await store.put(namespace, 'k', { texts: ['[0,1]'] })
    await store.put(namespace, 'gone', { texts: ['[1,0]'] })
    await store.delete(namespace, 'gone')
    await store.put(namespace, 'gone', { texts: [] })
  }
  expect(await found(langgraphs, { query: '[1,0]' })).toEqual([
    ['k', 1],
    ['gone', 1],
  ])
  expect(await found(ours, { query: '[1,0]' })).toEqual([['k', 0], 'gone'])
})

test('LangGraph fails on texts that are names of Object.prototype; ours embeds them', async () => {
  const { langgraphs, ours } = both((texts) => texts.map(() => [1, 0]))
  const put = (store: BaseStore) => store.put(namespace, 'k', { texts: ['constructor'] })
  await expect(put(langgraphs)).rejects.toThrow(TypeError)
  await put(ours)
  expect(await found(ours, { query: 'any' })).toEqual([['k', 1]])
})

test('LangGraph gives items without a vector again on each page; ours goes on', async () => {
  const { langgraphs, ours } = both()
  for (const store of [langgraphs, ours]) {
    await store.put(namespace, 'scored', { texts: ['[1,0]'] })
    for (const key of ['a', 'b', 'c']) await store.put(namespace, key, {})
  }
  const pages = (store: BaseStore) =>
    Promise.all([0, 2].map((offset) => found(store, { query: '[1,0]', limit: 2, offset })))
  expect(await pages(langgraphs)).toEqual([
    [['scored', 1], 'a'],
    ['a', 'b'],
  ])
  expect(await pages(ours)).toEqual([
    [['scored', 1], 'a'],
    ['b', 'c'],
  ])
})

test('LangGraph lets everything pass a date, and nothing a list or an object; ours compares them', async () => {
  const { langgraphs, ours } = both()
  for (const store of [langgraphs, ours]) {
    await store.put(namespace, 'a', { at: new Date(1), tags: ['x'], place: { city: 'Rome' } })
    await store.put(namespace, 'b', { at: new Date(2), tags: ['y'], place: { city: 'Bonn' } })
  }
  const filters = [{ at: new Date(2) }, { tags: ['y'] }, { place: { city: 'Bonn' } }]
  const answers = (store: BaseStore) => Promise.all(filters.map((filter) => found(store, { filter })))
  expect(await answers(langgraphs)).toEqual([['a', 'b'], [], []])
  expect(await answers(ours)).toEqual([['b'], ['b'], ['b']])
})

test('LangGraph finds nothing by an operator that does not exist; ours says so', async () => {
  const { langgraphs, ours } = both()
  for (const store of [langgraphs, ours]) await store.put(namespace, 'a', { x: 1 })
  const filter = { x: { $greater: 0 } }
  expect(await found(langgraphs, { filter })).toEqual([])
  await expect(found(ours, { filter })).rejects.toMatchObject({ code: 'MEMORY_ARGUMENT' })
  const operators = [{ x: { $in: 1 } }, { x: { $nin: 1 } }]
  expect(await Promise.all(operators.map((each) => found(langgraphs, { filter: each })))).toEqual([[], ['a']])
  for (const each of operators) {
    await expect(found(ours, { filter: each })).rejects.toMatchObject({ code: 'MEMORY_ARGUMENT' })
  }
})

test('LangGraph takes any number for a limit, an offset and a depth; ours takes counts', async () => {
  const { langgraphs, ours } = both()
  for (const store of [langgraphs, ours])
    for (const key of ['a', 'b', 'c']) await store.put(namespace, key, {})
  expect(await found(langgraphs, { limit: -1 })).toEqual(['a', 'b'])
  await expect(found(ours, { limit: -1 })).rejects.toMatchObject({ argument: 'limit' })
  expect(await langgraphs.listNamespaces({ maxDepth: 0 })).toEqual([['']])
  await expect(ours.listNamespaces({ maxDepth: 0 })).rejects.toMatchObject({ argument: 'maxDepth' })
})

test('LangGraph gives no result for a listing without conditions, so that later ones move; ours gives it', async () => {
  const { langgraphs, ours } = both()
  const results = []
  for (const store of [langgraphs, ours]) {
    await store.put(namespace, 'k', {})
    const listing = { limit: 10, offset: 0 } as ListNamespacesOperation
    results.push((await store.batch([listing, { namespace, key: 'missing' }])) as unknown)
  }
  expect(results).toEqual([[null], [[['n']], null]])
})

test('LangGraph scores vectors of a wrong length; ours refuses them', async () => {
  const { langgraphs, ours } = both(() => [[1, 0, 0]])
  await langgraphs.put(namespace, 'k', { texts: ['x'] })
  expect(await found(langgraphs, { query: 'x' })).toEqual([['k', 1]])
  await expect(ours.put(namespace, 'k', { texts: ['x'] })).rejects.toMatchObject({ code: 'MEMORY_EMBEDDING' })
})

test('LangGraph cannot embed a whole value that holds a bigint; ours does', async () => {
  const texts: string[] = []
  const { langgraphs, ours } = both((given) => {
    texts.push(...given)
    return given.map(() => [1, 0])
  })
  const put = (store: BaseStore) => store.put(namespace, 'k', { count: 5n }, ['$'])
  await expect(put(langgraphs)).rejects.toThrow(TypeError)
  await put(ours)
  expect(texts).toEqual(['{\n  "count": "5"\n}'])
})

test('in LangGraph the put whose model answers last counts; in ours the last put', async () => {
  const versions: unknown[] = []
  for (const isOurs of [false, true]) {
    const answers: (() => void)[] = []
    const embeddings = {
      embedDocuments: () => new Promise<number[][]>((resolve) => answers.push(() => resolve([[1, 0]]))),
      embedQuery: async () => [1, 0],
    } as unknown as IndexConfig['embeddings']
    const index = { dims: 2, embeddings }
    const store: BaseStore = isOurs ? openMemory({ index }) : new InMemoryStore({ index })
    const puts = [store.put(namespace, 'k', { version: 1 }), store.put(namespace, 'k', { version: 2 })]
    answers[1]!()
    await Promise.race([puts[1], new Promise((resolve) => setImmediate(resolve))])
    answers[0]!()
    await Promise.all(puts)
    versions.push((await store.get(namespace, 'k'))?.value['version'])
  }
  expect(versions).toEqual([1, 2])
})
