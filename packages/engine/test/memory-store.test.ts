import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCodec } from '../src/codec/index.ts'
import { GrowingText } from '../src/growing-text.ts'
import { MemoryStore } from '../src/memory-store.ts'
import type { NewCheckpoint } from '../src/store.ts'

const line = { threadId: 'thread', namespace: '' }

function checkpoint(
  id: string,
  parentId: string | undefined,
  changed: NewCheckpoint['changed'],
): NewCheckpoint {
  const metadata = { source: 'loop', step: 0, parents: {} } as const
  return {
    id,
    parentId,
    createdAt: '2024-01-01T00:00:00.000Z',
    metadata,
    versions: {},
    seen: {},
    changed,
    removed: [],
  }
}

test('it answers at once, without promises', () => {
  const store = new MemoryStore()
  expect(store.commit({ line, writes: [], checkpoint: checkpoint('1', undefined, {}) })).toBeUndefined()
  expect(store.load(line)).toMatchObject({ id: '1' })
  expect([...store.list({})]).toHaveLength(1)
  expect(store.deleteThread('thread')).toBeUndefined()
})

test('it encodes what changed, once, and nothing else', () => {
  const encoded: unknown[] = []
  const codec = createCodec()
  const store = new MemoryStore({
    codec: {
      encode(value) {
        encoded.push(value)
        return codec.encode(value)
      },
      decode: (text) => codec.decode(text),
    },
  })
  store.commit({ line, writes: [], checkpoint: checkpoint('1', undefined, { a: 'a', b: 'b' }) })
  encoded.length = 0
  store.commit({ line, writes: [], checkpoint: checkpoint('2', '1', { b: 'c' }) })
  expect(encoded.filter((value) => typeof value === 'string')).toEqual(['c'])
})

test('a text that grows is kept once, and each of its versions can be read', () => {
  const texts = ['[]', '[1]', '[1,2]', '[1,2,{"a":[]}]', '[1,2,{"a":[]},"]"]']
  let version = GrowingText.from(texts[0]!)
  const versions = texts.map((text) => (version = version.next(text)))
  expect(versions.map((each) => each.read())).toEqual(texts)
  expect(versions.at(-1)!.isVersionOfSame(versions[0]!)).toBe(true)
})

test('versions of any texts, with forks, read as they were written', () => {
  const text = fc.array(fc.constantFrom('[', ']', ',', '1', '"', '{"$cairn":', '}'), {
    minLength: 1,
    maxLength: 6,
  })
  const edits = fc.array(fc.tuple(fc.nat(), text, fc.boolean()), { maxLength: 30 })
  const readsBack = fc.property(edits, (steps) => {
    const kept = [{ text: '[]', version: GrowingText.from('[]') }]
    for (const [from, pieces, grows] of steps) {
      const parent = kept[from % kept.length]!
      const next = grows ? `${parent.text.slice(0, -1)},${pieces.join('')}]` : pieces.join('')
      kept.push({ text: next, version: parent.version.next(next) })
    }
    return kept.every((each) => each.version.read() === each.text)
  })
  expect(() => fc.assert(readsBack, { numRuns: 500 })).not.toThrow()
})

test('a fork of a list does not disturb the line it left', () => {
  const store = new MemoryStore()
  store.commit({ line, writes: [], checkpoint: checkpoint('1', undefined, { list: [1] }) })
  store.commit({ line, writes: [], checkpoint: checkpoint('2', '1', { list: [1, 2] }) })
  store.commit({ line, writes: [], checkpoint: checkpoint('3', '1', { list: [1, 3] }) })
  store.commit({ line, writes: [], checkpoint: checkpoint('4', '2', { list: [1, 2, 4] }) })
  expect([...store.list({})].map(({ values }) => values['list'])).toEqual([[1, 2, 4], [1, 3], [1, 2], [1]])
})
