import { type BaseStore, InMemoryStore, type IndexConfig } from '@langchain/langgraph-checkpoint'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { EmbeddingError, type MemoryIndexOptions, SqliteMemory } from '@cairn/sqlite'
import { temporaryPath } from '../temporary-directory.ts'
import { openMemory } from './open-memory.ts'
import { LetterEmbeddings } from './toy-embeddings.ts'

const namespace = ['n']
const engines = ['sqlite-vec', 'javascript'] as const

/** A model that gives each text the vector that is written in it. */
const readVectors = (texts: string[]) => texts.map((text) => JSON.parse(text) as number[])

const keysAndScores = (items: readonly { key: string; score?: number }[]) =>
  items.map(({ key, score }) => [key, score])

test('the extension is used where it can be loaded', () => {
  const index = { dims: 2, embeddings: readVectors }
  expect(openMemory({ index }).vectorEngine).toBe('sqlite-vec')
  expect(openMemory({ index: { ...index, engine: 'javascript' } }).vectorEngine).toBe('javascript')
  expect(openMemory().vectorEngine).toBeUndefined()
})

test('random vectors are ranked the same with the extension, without it, and by InMemoryStore', async () => {
  const dims = 16
  // Numbers that 32 bits hold, beside the largest of a vector: others are rounded.
  const number = fc.oneof(
    fc
      .float({ noNaN: true, noDefaultInfinity: true, min: -4, max: 4 })
      .map((any) => (Math.abs(any) < 2 ** -60 ? 0 : any)),
    fc.constantFrom(0, 1, -1),
  )
  const vector = fc.array(number, { minLength: dims, maxLength: dims })
  const scale = fc.constantFrom(1, 1, 2 ** 60, 2 ** -60)
  const scaled = fc.tuple(vector, scale).map(([numbers, factor]) => numbers.map((each) => each * factor))
  await fc.assert(
    fc.asyncProperty(
      fc.array(scaled, { minLength: 1, maxLength: 60 }),
      scaled,
      fc.nat(10),
      fc.integer({ min: 1, max: 10 }),
      async (vectors, query, offset, limit) => {
        const index = { dims, embeddings: readVectors, fields: ['vector'] }
        const reference = new InMemoryStore({
          index: {
            ...index,
            embeddings: {
              embedDocuments: async (texts: string[]) => readVectors(texts),
              embedQuery: async (text: string) => readVectors([text])[0]!,
            } as unknown as IndexConfig['embeddings'],
          },
        })
        const memories = engines.map((engine) =>
          SqliteMemory.open(':memory:', { index: { ...index, engine } }),
        )
        const puts = vectors.map((numbers, position) => ({
          namespace: [`${position % 3}`],
          key: `${position}`,
          value: { vector: JSON.stringify(numbers) },
        }))
        const found = []
        const stores: BaseStore[] = [reference, ...memories]
        for (const store of stores) {
          await store.batch(puts)
          const items = await store.search([], { query: JSON.stringify(query), offset, limit })
          found.push(keysAndScores(items))
        }
        for (const memory of memories) memory.close()
        expect(found[1]).toEqual(found[0])
        expect(found[2]).toEqual(found[0])
      },
    ),
    { numRuns: 150 },
  )
})

test('of a thousand vectors, those at any place are the same with the extension, without it, and in InMemoryStore', async () => {
  const embeddings = new LetterEmbeddings(24)
  // Made of the same letters, so that many are about as near.
  const texts = Array.from({ length: 1000 }, (_, position) => {
    const letters = Array.from(`${position ** 3 + 7 * position}`, (digit) => 'abcdefghij'[Number(digit)])
    return `${letters.join('')}${'k'.repeat(position % 4)}`
  })
  const puts = texts.map((text, position) => ({ namespace, key: `${position}`, value: { text } }))
  const index = { dims: 24, embeddings, fields: ['text'] }
  const stores: BaseStore[] = [
    new InMemoryStore({ index }),
    ...engines.map((engine) => openMemory({ index: { ...index, engine } })),
  ]
  for (const store of stores) await store.batch(puts)
  for (const offset of [0, 1, 40, 500, 990]) {
    const [langgraphs, ...ours] = await Promise.all(
      stores.map(async (store) =>
        keysAndScores(await store.search([], { query: 'badcafe', limit: 10, offset })),
      ),
    )
    expect(langgraphs).toHaveLength(10)
    expect(ours).toEqual([langgraphs, langgraphs])
  }
})

test.for(engines)(
  'many items at the same distance are ranked by their order, compared by %s',
  async (engine) => {
    const memory = openMemory({ index: { dims: 3, embeddings: readVectors, fields: ['vector'], engine } })
    const vectors = ['[1,0,0]', '[0,0,0]', '[0.1,0,0]', '[0,1,0]']
    await memory.batch(
      Array.from({ length: 2400 }, (_, position) => ({
        namespace,
        key: `${position}`,
        value: { vector: vectors[position % 4]!, odd: position % 8 === 0 },
      })),
    )
    const near = Array.from({ length: 1200 }, (_, rank) => `${2 * rank}`)
    const far = Array.from({ length: 1200 }, (_, rank) => `${2 * rank + 1}`)
    const search = async (options: object) =>
      (await memory.search([], { query: '[7,0,0]', ...options })).map(({ key }) => key)
    expect(await search({ limit: 5 })).toEqual(near.slice(0, 5))
    expect(await search({ limit: 7, offset: 1150 })).toEqual(near.slice(1150, 1157))
    expect(await search({ limit: 10, offset: 1195 })).toEqual([...near.slice(1195), ...far.slice(0, 5)])
    expect(await search({ limit: Infinity })).toEqual([...near, ...far])
    expect(await search({ limit: 3, offset: 10, filter: { odd: true } })).toEqual(['80', '88', '96'])
  },
)

test.for(engines)(
  'only items under the prefix that pass the filter are ranked, compared by %s',
  async (engine) => {
    const memory = openMemory({
      index: { dims: 8, embeddings: new LetterEmbeddings(8), fields: ['text'], engine },
    })
    await memory.batch(
      ['a', 'b'].flatMap((user) =>
        Array.from({ length: 60 }, (_, position) => ({
          namespace: ['users', user],
          key: `${position}`,
          value: { text: 'x'.repeat(position + 1) + 'y', due: new Date(position), kind: position % 2 },
        })),
      ),
    )
    const found = await memory.search(['users', 'b'], {
      query: 'xxxxy',
      filter: { due: { $gte: new Date(20) }, kind: 1 },
      limit: 3,
    })
    expect(found.map((item) => [item.namespace, item.key])).toEqual([
      [['users', 'b'], '21'],
      [['users', 'b'], '23'],
      [['users', 'b'], '25'],
    ])
  },
)

test('an item is ranked by the nearest of its texts, and comes once', async () => {
  const memory = openMemory({ index: { dims: 2, embeddings: readVectors, fields: ['vectors[*]'] } })
  await memory.put(namespace, 'both', { vectors: ['[0,1]', '[1,0]'] })
  await memory.put(namespace, 'one', { vectors: ['[1,1]'] })
  expect(keysAndScores(await memory.search([], { query: '[1,0]' }))).toEqual([
    ['both', 1],
    ['one', expect.closeTo(Math.SQRT1_2, 7)],
  ])
})

test('the model sees each text once, all of a batch in one call', async () => {
  const embeddings = new LetterEmbeddings(4)
  const memory = openMemory({ index: { dims: 4, embeddings, fields: ['text'] } })
  await memory.batch([
    { namespace, key: 'a', value: { text: 'one' } },
    { namespace, key: 'b', value: { text: 'one' } },
    { namespace, key: 'c', value: { text: 'two' } },
    { namespace, key: 'd', value: { text: 'three' }, index: false },
    { namespace, key: 'e', value: { other: 'four' } },
  ])
  expect(embeddings.calls).toEqual([['one', 'two']])
})

test('the texts of a value are those that InMemoryStore embeds', async () => {
  const path = fc
    .array(
      fc.constantFrom(
        'a',
        'b',
        '.',
        '.',
        '[0]',
        '[-1]',
        '[*]',
        '[',
        ']',
        '*',
        '{a,b.c}',
        '{',
        '}',
        '$',
        'length',
        ' ',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''))
  const leaf = fc.constantFrom<unknown>('x', 1.5, true, null, undefined, new Date(0))
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', '$'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value
  await fc.assert(
    fc.asyncProperty(
      path,
      fc.record({ a: value, b: value }, { noNullPrototype: true }),
      async (field, stored) => {
        const texts = await Promise.all(
          [true, false].map(async (isOurs) => {
            const embeddings = new LetterEmbeddings(2)
            const index = { dims: 2, embeddings, fields: [field] }
            const store = isOurs ? SqliteMemory.open(':memory:', { index }) : new InMemoryStore({ index })
            await store.put(namespace, 'k', stored)
            if (store instanceof SqliteMemory) store.close()
            return embeddings.calls.flat().toSorted()
          }),
        )
        expect(texts[0]).toEqual(texts[1])
      },
    ),
    { numRuns: 400 },
  )
})

test('an item is found by what it says now', async () => {
  const memory = openMemory({ index: { dims: 2, embeddings: readVectors, fields: ['vectors[*]'] } })
  await memory.put(namespace, 'k', { vectors: ['[1,0]', '[0,1]'] })
  await memory.put(namespace, 'k', { vectors: ['[0,1]'] })
  expect(keysAndScores(await memory.search([], { query: '[1,0]' }))).toEqual([['k', 0]])
  await memory.put(namespace, 'k', { vectors: ['[1,0]'] }, false)
  expect(keysAndScores(await memory.search([], { query: '[1,0]' }))).toEqual([['k', undefined]])
})

test('a put that waits for its model is not overtaken by a later write of the same item', async () => {
  const answers: (() => void)[] = []
  const embeddings = (texts: string[]) =>
    new Promise<number[][]>((resolve) => {
      answers.push(() => resolve(texts.map(() => [1])))
    })
  const memory = openMemory({ index: { dims: 1, embeddings } })
  const first = memory.put(namespace, 'k', { version: 1 })
  const second = memory.put(namespace, 'k', { version: 2 })
  const deletion = memory.delete(namespace, 'other')
  const third = memory.put(namespace, 'l', { version: 3 }, false)
  await Promise.all([deletion, third])
  await vi.waitFor(() => expect(answers).toHaveLength(2))
  answers[1]!()
  answers[0]!()
  await Promise.all([first, second])
  expect((await memory.get(namespace, 'k'))?.value).toEqual({ version: 2 })
})

test('a put whose model fails stores nothing, and those after it go on', async () => {
  let fails = true
  const embeddings = async (texts: string[]) => {
    if (fails) throw new Error('no quota left')
    return texts.map(() => [1])
  }
  const memory = openMemory({ index: { dims: 1, embeddings } })
  const first = memory.put(namespace, 'k', { version: 1 })
  const second = memory.put(namespace, 'k', { version: 2 }, false)
  await expect(first).rejects.toThrow('no quota left')
  await second
  fails = false
  await memory.put(namespace, 'l', {})
  expect((await memory.search([])).map(({ key }) => key)).toEqual(['k', 'l'])
})

test.for([
  [
    'other dimensions',
    () => [[1, 2, 3]],
    'The embeddings model gave a vector of 3 numbers, where "index.dims" is 2.',
  ],
  ['NaN', () => [[1, NaN]], 'The embeddings model gave what is not a vector of finite numbers.'],
  ['too few', () => [], 'The embeddings model was given 1 texts and gave 0 vectors.'],
] satisfies [string, () => number[][], string][])(
  'a model that gives %s is an error, and nothing is stored',
  async ([, give, message]) => {
    const memory = openMemory({ index: { dims: 2, embeddings: give } })
    const put = memory.put(namespace, 'k', {})
    await expect(put).rejects.toThrow(EmbeddingError)
    await expect(put).rejects.toThrow(message)
    expect(await memory.get(namespace, 'k')).toBeNull()
  },
)

test('items that a model of other dimensions has embedded come last, without a score', async () => {
  const path = temporaryPath()
  const before = openMemory({ index: { dims: 2, embeddings: () => [[1, 0]] } }, path)
  await before.put(namespace, 'old', {})
  before.close()
  const memory = openMemory({ index: { dims: 3, embeddings: () => [[1, 0, 0]] } }, path)
  await memory.put(namespace, 'new', {})
  expect(keysAndScores(await memory.search([], { query: 'any' }))).toEqual([
    ['new', 1],
    ['old', undefined],
  ])
})

test.for([
  [{ dims: 0, embeddings: readVectors }, 'index.dims'],
  [{ dims: 2, embeddings: {} }, 'index.embeddings'],
  [{ dims: 2, embeddings: readVectors, fields: 'text' }, 'index.fields'],
  [{ dims: 2, embeddings: readVectors, engine: 'fast' }, 'index.engine'],
] as const)('the index %j is not taken', ([index, option]) => {
  expect(() => SqliteMemory.open(':memory:', { index: index as unknown as MemoryIndexOptions })).toThrow(
    expect.objectContaining({ code: 'STORE_OPTION', option }),
  )
})
