import { toUSVString } from 'node:util'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { UnstorableMemoryError } from '@cairn/sqlite'
import { openMemory } from './open-memory.ts'

const namespace = ['users', '42']

test('values of the standard classes come back equal', async () => {
  const memory = openMemory()
  const value = {
    due: new Date('2024-02-29'),
    seen: new Map([['a', new Set([1n, -0])]]),
    bytes: new Uint8Array([1, 2]),
    page: new URL('https://example.org/?q=1'),
    nothing: undefined,
    notANumber: NaN,
  }
  await memory.put(namespace, 'k', value)
  expect((await memory.get(namespace, 'k'))?.value).toStrictEqual(value)
})

test('messages come back as messages', async () => {
  const memory = openMemory()
  const messages = [
    new HumanMessage({ content: 'Hi', id: '1' }),
    new AIMessage({ content: 'Hello', id: '2' }),
  ]
  await memory.put(namespace, 'chat', { messages })
  const item = await memory.get(namespace, 'chat')
  expect(item?.value['messages'][0]).toBeInstanceOf(HumanMessage)
  expect(item?.value['messages']).toEqual(messages)
})

test('a class comes back with an extension of the codec', async () => {
  class Temperature {
    constructor(readonly celsius: number) {}
  }
  const extension = {
    name: 'Temperature',
    match: (value: unknown) => value instanceof Temperature,
    encode: (value: Temperature) => value.celsius,
    decode: (encoded: unknown) => new Temperature(encoded as number),
  }
  const memory = openMemory({ extensions: [extension] })
  await memory.put(namespace, 'room', { now: new Temperature(21) })
  expect((await memory.get(namespace, 'room'))?.value).toStrictEqual({ now: new Temperature(21) })
})

test('any data comes back equal', async () => {
  const memory = openMemory()
  const value = fc.dictionary(
    fc.string({ unit: 'binary' }),
    fc.anything({ withBigInt: true, withDate: true }),
    {
      noNullPrototype: true,
    },
  )
  await fc.assert(
    fc.asyncProperty(value, async (stored) => {
      await memory.put(namespace, 'k', stored)
      expect((await memory.get(namespace, 'k'))?.value).toStrictEqual(stored)
    }),
    { numRuns: 300 },
  )
})

test('any text of well-formed Unicode is a key, and keys that differ are different', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1 }), async (keys) => {
      const memory = openMemory()
      const wellFormed = keys.filter((key) => toUSVString(key) === key)
      await memory.batch(wellFormed.map((key, index) => ({ namespace, key, value: { index } })))
      const items = await memory.search(namespace, { limit: Infinity })
      expect(items.map(({ key, value }) => [key, value['index']])).toEqual(
        [...wellFormed.entries()].map(([index, key]) => [key, index]),
      )
      memory.close()
    }),
  )
})

test('what a caller does to a value after the put, or to one it was given, changes nothing', async () => {
  const memory = openMemory()
  const value = { list: [1] }
  const put = memory.put(namespace, 'k', value)
  value.list.push(2)
  await put
  const item = await memory.get(namespace, 'k')
  item!.value['list'].push(3)
  item!.namespace.push('more')
  expect((await memory.get(namespace, 'k'))?.value).toEqual({ list: [1] })
})

test('a value that cannot be kept is refused with its place, and so is its batch', async () => {
  const memory = openMemory()
  const put = memory.batch([
    { namespace, key: 'first', value: {} },
    { namespace, key: 'second', value: { handlers: [() => 1] } },
  ])
  await expect(put).rejects.toThrow(UnstorableMemoryError)
  await expect(put).rejects.toMatchObject({
    code: 'UNSERIALISABLE_VALUE',
    path: '$.handlers[0]',
    namespace,
    key: 'second',
    message: expect.stringContaining(
      'of the item "second" in namespace ["users","42"]; nothing of the batch was stored.',
    ),
  })
  expect(await memory.search([])).toEqual([])
})
