// Long lists and records are stored in parts. Whatever is done to them between two checkpoints, every checkpoint gives
// what was there when it was committed.
import { HumanMessage } from '@langchain/core/messages'
import { createLangchainCodec } from '@cairn/checkpoint'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SqliteStore } from '@cairn/sqlite'
import { checkpointAt, checkpointId, commitOf, line, taskId, writesOf } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

interface Item {
  id: number
  text: string
  tags?: string[]
  at?: Date
  meta?: { score: number; shared?: unknown }
}

const word = fc.constantFrom('alpha ', 'beta ', 'gamma "quoted" ', 'delta \\ ', '\u{1f9ed} ')
const item: fc.Arbitrary<Item> = fc.record(
  {
    id: fc.nat(9),
    text: fc.tuple(word, fc.nat(80)).map(([text, times]) => text.repeat(times)),
    tags: fc.array(fc.constantFrom('a', 'b', 'long '.repeat(30)), { maxLength: 3 }),
    at: fc.constantFrom(new Date(0), new Date(86_400_000)),
    meta: fc.record({ score: fc.nat(3) }, { noNullPrototype: true }),
  },
  { requiredKeys: ['id', 'text'], noNullPrototype: true },
)

type Edit = (list: Item[]) => Item[] | void
const place = fc.double({ min: 0, max: 0.999, noNaN: true })
const at = (list: readonly unknown[], share: number) => Math.floor(share * list.length)

const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map(
      (items): Edit =>
        (list) =>
          void list.push(...items),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.array(item, { minLength: 20, maxLength: 60 }).map(
      (items): Edit =>
        (list) =>
          void list.push(...items),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(place, item).map(
      ([share, each]): Edit =>
        (list) =>
          void list.splice(at(list, share), 0, each),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(place, fc.integer({ min: 1, max: 25 })).map(
      ([share, count]): Edit =>
        (list) =>
          void list.splice(at(list, share), count),
    ),
  },
  {
    weight: 3,
    arbitrary: place.map((share): Edit => (list) => {
      const each = list[at(list, share)]
      if (each) each.text += '!'
    }),
  },
  {
    weight: 2,
    arbitrary: place.map((share): Edit => (list) => {
      const each = list[at(list, share)]
      if (each) (each.tags ??= []).push('in place')
    }),
  },
  {
    weight: 2,
    arbitrary: place.map((share): Edit => (list) => {
      list[at(list, share)]?.at?.setTime(5)
    }),
  },
  { weight: 1, arbitrary: fc.constant((list: Item[]) => list.toReversed()) },
  {
    weight: 1,
    arbitrary: fc.constant((list: Item[]) => list.toSorted((left, right) => left.id - right.id)),
  },
  { weight: 1, arbitrary: fc.constant((list: Item[]) => list.map((each) => ({ ...each }))) },
  { weight: 1, arbitrary: fc.constant((list: Item[]) => list.slice(-5)) },
  {
    weight: 1,
    arbitrary: fc.tuple(place, place).map(([from, to]): Edit => (list) => {
      const each = list[at(list, from)]
      if (each) list.splice(at(list, to), 0, each)
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, place).map(([from, to]): Edit => (list) => {
      const [one, two] = [list[at(list, from)], list[at(list, to)]]
      if (one && two) {
        two.meta = { score: 1, shared: one.tags ?? one }
      }
    }),
  },
)

/** A copy that nobody has, with what its parts share. */
const copy = (value: unknown): unknown => structuredClone(value)

describe('a list', () => {
  test('that is changed in any way between checkpoints is in each of them as it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(edit, fc.nat(9)), { minLength: 5, maxLength: 40, size: 'max' }),
        async (edits) => {
          const path = temporaryPath()
          let store = SqliteStore.open(path)
          const kept: unknown[] = []
          let list: Item[] = []
          for (const [number, [change, chance]] of edits.entries()) {
            list = change(list) ?? list
            const record = Object.fromEntries(
              list.map((each) => [`${each.id} ${each.text.slice(0, 9)}`, each]),
            )
            kept.push(copy({ list, record }))
            const writes = chance < 4 ? [writesOf(taskId(number), [['list', list.slice(-2)]])] : []
            await store.commit(commitOf(checkpointAt(number, { changed: { list, record } }), writes))
            if (chance === 0) {
              store.close()
              store = SqliteStore.open(path)
            }
            // Goes on, as a run does, with what was loaded.
            if (chance < 3) list = store.load(line)!.values['list'] as Item[]
          }
          expect(valuesOf(store, kept.length)).toStrictEqual(kept)
          store.close()
          const again = SqliteStore.open(path, { readOnly: true })
          expect(valuesOf(again, kept.length)).toStrictEqual(kept)
          again.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  test('whose elements share an object gives that object once', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    const list: Item[] = Array.from({ length: 40 }, (_, id) => ({ id, text: 'text '.repeat(20) }))
    await store.commit(commitOf(checkpointAt(0, { changed: { list } })))
    list[39]!.meta = { score: 1, shared: list[3] }
    await store.commit(commitOf(checkpointAt(1, { changed: { list } })))
    list.push(list[7]!)
    await store.commit(commitOf(checkpointAt(2, { changed: { list } })))
    store.close()
    const read = (number: number) =>
      openStore(path).load(line, checkpointId(number))!.values['list'] as Item[]
    expect(read(0)[39]!.meta).toBeUndefined()
    const [one, two] = [read(1), read(2)]
    expect(one[39]!.meta!.shared).toBe(one[3])
    expect(two[40]).toBe(two[7])
    expect(two[39]!.meta!.shared).toBe(two[3])
  })

  test('that holds itself comes back so', async () => {
    const store = openStore(':memory:')
    const list: unknown[] = Array.from({ length: 40 }, (_, id) => ({ id, text: 'text '.repeat(20) }))
    await store.commit(commitOf(checkpointAt(0, { changed: { list } })))
    list.push({ list })
    await store.commit(commitOf(checkpointAt(1, { changed: { list } })))
    const loaded = store.load(line)!.values['list'] as { list: unknown }[]
    expect(loaded[40]!.list).toBe(loaded)
  })

  test('gives objects that nobody else has, at each load', async () => {
    const store = openStore(':memory:')
    const list: Item[] = Array.from({ length: 40 }, (_, id) => ({
      id,
      text: 'text '.repeat(20),
      tags: ['a'],
    }))
    await store.commit(commitOf(checkpointAt(0, { changed: { list } })))
    const read = () => store.load(line)!.values['list'] as Item[]
    const [one, two] = [read(), read()]
    one[3]!.tags!.push('changed')
    list[4]!.text = 'changed'
    expect(two[3]!.tags).toEqual(['a'])
    expect(read()[3]!.tags).toEqual(['a'])
    expect(read()[4]!.text).toBe('text '.repeat(20))
  })

  test('of messages gives messages of their classes, also when they come from memory', async () => {
    const path = temporaryPath()
    const codec = createLangchainCodec()
    const store = openStore(path, { codec })
    const messages = Array.from(
      { length: 20 },
      (_, id) => new HumanMessage({ content: 'hello '.repeat(50), id: `${id}` }),
    )
    await store.commit(commitOf(checkpointAt(0, { changed: { messages } })))
    const read = () => store.load(line)!.values['messages'] as HumanMessage[]
    for (const loaded of [read(), read()]) {
      expect(loaded).toStrictEqual(openStore(path, { codec }).load(line)!.values['messages'])
      expect(loaded[0]).toBeInstanceOf(HumanMessage)
      expect(loaded[0]!.lc_kwargs['additional_kwargs']).toBe(loaded[0]!.additional_kwargs)
    }
    messages[3]!.additional_kwargs['changed'] = true
    await store.commit(commitOf(checkpointAt(1, { changed: { messages } })))
    expect(read()[3]!.additional_kwargs).toEqual({ changed: true })
    expect(
      (store.load(line, checkpointId(0))!.values['messages'] as HumanMessage[])[3]!.additional_kwargs,
    ).toEqual({})
  })
})

describe('the size of the file', () => {
  const text = (number: number) => `${number} `.padEnd(1000, 'lorem ipsum dolor sit amet ')
  const sizeOf = (store: SqliteStore): number => {
    const database = new Database(store.path, { readonly: true })
    const pages = database.pragma('page_count', { simple: true }) as number
    database.close()
    return pages * 4096
  }

  test('follows what is new in a list that grows by a message of 1 KB at each of 1,000 steps', async () => {
    const store = openStore(temporaryPath())
    const messages: unknown[] = []
    for (let number = 0; number < 1000; number++) {
      const message = { role: 'user', content: text(number) }
      messages.push(message)
      await store.commit(
        commitOf(checkpointAt(number, { changed: { messages } }), [
          writesOf(taskId(number), [['messages', [message]]]),
        ]),
      )
    }
    expect(sizeOf(store)).toBeLessThan(2_500_000)
  })

  test('follows what changes in a list whose elements change in place', async () => {
    const store = openStore(temporaryPath())
    const list = Array.from({ length: 1000 }, (_, id) => ({ id, text: text(id), score: 0 }))
    await store.commit(commitOf(checkpointAt(0, { changed: { list } })))
    const before = sizeOf(store)
    for (let number = 1; number <= 500; number++) {
      list[(number * 7919) % 1000]!.score = number
      await store.commit(commitOf(checkpointAt(number, { changed: { list } })))
    }
    expect((sizeOf(store) - before) / 500).toBeLessThan(1_000)
  })

  test('follows what changes in a record of many keys', async () => {
    const store = openStore(temporaryPath())
    const files = Object.fromEntries(Array.from({ length: 500 }, (_, id) => [`src/file-${id}.ts`, text(id)]))
    await store.commit(commitOf(checkpointAt(0, { changed: { files } })))
    const before = sizeOf(store)
    for (let number = 1; number <= 200; number++) {
      files[`src/file-${(number * 7919) % 500}.ts`] = text(1000 + number)
      await store.commit(commitOf(checkpointAt(number, { changed: { files } })))
    }
    expect((sizeOf(store) - before) / 200).toBeLessThan(2_500)
  })

  test('does not grow when nested graphs are given the list, or when the store was opened anew', async () => {
    const path = temporaryPath()
    let store = openStore(path)
    const list = Array.from({ length: 300 }, (_, id) => ({ id, text: text(id) }))
    await store.commit(commitOf(checkpointAt(0, { changed: { list } })))
    const before = sizeOf(store)
    for (let number = 1; number <= 100; number++) {
      list.push({ id: 1000 + number, text: text(1000 + number) })
      await store.commit(commitOf(checkpointAt(number, { changed: { list } })))
      await store.commit({
        line: { ...line, namespace: `child:${number}` },
        writes: [],
        checkpoint: checkpointAt(0, { id: checkpointId(number), changed: { list: [...list] } }),
      })
      if (number % 10 !== 0) continue
      store.close()
      store = openStore(path)
    }
    expect((sizeOf(store) - before) / 100).toBeLessThan(2_500)
  })

  test('does not grow with the copies that a reducer makes', async () => {
    const store = openStore(temporaryPath())
    let list = Array.from({ length: 300 }, (_, id) => ({ id, text: text(id) }))
    await store.commit(commitOf(checkpointAt(0, { changed: { list } })))
    const before = sizeOf(store)
    for (let number = 1; number <= 100; number++) {
      list = [...list.slice(1).map((each) => ({ ...each })), { id: 1000 + number, text: text(1000 + number) }]
      await store.commit(commitOf(checkpointAt(number, { changed: { list } })))
    }
    expect((sizeOf(store) - before) / 100).toBeLessThan(2_500)
  })
})

/** Of the checkpoints with these numbers: 0, 1, 2, … */
function valuesOf(store: SqliteStore, count: number): unknown[] {
  return Array.from({ length: count }, (_, number) => store.load(line, checkpointId(number))!.values)
}
