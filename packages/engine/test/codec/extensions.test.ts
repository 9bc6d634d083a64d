import { describe, expect, test } from 'vitest'
import { CorruptValueError, createCodec, type CodecExtension } from '../../src/codec/index.ts'

class Money {
  constructor(
    readonly amount: bigint,
    readonly currency: string,
  ) {}
}

const money: CodecExtension<Money> = {
  name: 'money',
  match: (value) => value instanceof Money,
  encode: ({ amount, currency }) => ({ amount, currency }),
  decode(encoded) {
    const { amount, currency } = encoded as { amount: bigint; currency: string }
    return new Money(amount, currency)
  },
}

const codec = createCodec({ extensions: [money] })

test('an instance comes back as an instance, with what its extension encoded', () => {
  const price = new Money(10n, 'EUR')
  expect(codec.decode(codec.encode({ price }))).toStrictEqual({ price })
  expect(codec.encode({ price })).toBe(
    '{"$cairn":{"price":{"$instance":["money",{"amount":{"$bigint":"10"},"currency":"EUR"}]}}}',
  )
})

test('an instance that occurs twice comes back as one', () => {
  const price = new Money(10n, 'EUR')
  const [first, second] = codec.decode(codec.encode([price, price])) as Money[]
  expect(first).toBe(second)
  expect(first).toStrictEqual(price)
})

test('an instance that occurs twice may hold things that occur twice', () => {
  const box: CodecExtension<Box> = {
    name: 'box',
    match: (value) => value instanceof Box,
    encode: ({ content }) => content,
    decode: (content) => new Box(content),
  }
  const list = [1]
  const inner = new Box([list, list])
  const boxes = createCodec({ extensions: [box] })
  const [first, second, third] = boxes.decode(boxes.encode([inner, inner, list])) as [Box, Box, number[]]
  expect(first).toBe(second)
  expect(first.content).toStrictEqual([[1], [1]])
  expect((first.content as unknown[])[0]).toBe(third)
})

class Box {
  constructor(public content: unknown) {}
}

test('a function can be kept by name', () => {
  const tools = new Map([['add', (a: number, b: number): number => a + b]])
  const functions = createCodec({
    extensions: [
      {
        name: 'tool',
        match: (value) => [...tools.values()].includes(value as never),
        encode: (tool) => [...tools].find(([, known]) => known === tool)![0],
        decode: (name) => tools.get(name as string),
      },
    ],
  })
  const add = tools.get('add')
  expect(functions.decode(functions.encode([add, { add }]))).toEqual([add, { add }])
  expect(() => functions.encode(() => 1)).toThrow('a function at $')
})

test('the first extension that matches is taken', () => {
  const other = createCodec({ extensions: [{ ...money, name: 'first' }, money] })
  expect(other.encode(new Money(1n, 'EUR'))).toContain('"first"')
})

test('built-in objects and plain data are never offered to an extension', () => {
  const offered: unknown[] = []
  const greedy = createCodec({
    extensions: [
      { name: 'all', match: (value) => offered.push(value) > 0, encode: () => 0, decode: () => 0 },
    ],
  })
  greedy.encode([{}, [], new Date(), new Map(), new Error('x'), 1n, undefined, /x/])
  expect(offered).toEqual([])
})

describe('mistakes', () => {
  test('a stored name picks no extension that was not passed', () => {
    const text = codec.encode(new Money(1n, 'EUR'))
    expect(() => createCodec().decode(text)).toThrow(CorruptValueError)
  })

  test('an instance that holds itself is refused, because it cannot be made before its content', () => {
    const box: CodecExtension<Box> = {
      name: 'box',
      match: (value) => value instanceof Box,
      encode: ({ content }) => ({ content }),
      decode: (encoded) => new Box(encoded),
    }
    const loop = new Box(undefined)
    loop.content = [loop]
    expect(() => createCodec({ extensions: [box] }).encode({ loop })).toThrow(
      'Cannot store a cycle through an instance of Box at $.loop.content[0].',
    )
  })

  test('a failure of an extension says which, and keeps the cause', () => {
    const cause = new Error('no rate')
    const failing = createCodec({
      extensions: [
        {
          name: 'money',
          match: (value) => value instanceof Money,
          encode() {
            throw cause
          },
          decode() {
            throw cause
          },
        },
      ],
    })
    const encode = (): string => failing.encode([new Money(1n, 'EUR')])
    expect(encode).toThrow(
      'Cannot store an instance of Money, which the extension "money" did not encode at $[0]. It said: no rate',
    )
    expect(encode).toThrow(expect.objectContaining({ cause }))
    expect(() => failing.decode(codec.encode(new Money(1n, 'EUR')))).toThrow(
      expect.objectContaining({
        cause,
        message: 'The codec extension "money" could not decode a stored value: no rate',
      }),
    )
  })

  test('two extensions of one name, and a name that is empty, are refused', () => {
    expect(() => createCodec({ extensions: [money, money] })).toThrow(
      'Two codec extensions have the name "money".',
    )
    expect(() => createCodec({ extensions: [{ ...money, name: '' }] })).toThrow(TypeError)
  })
})

test('public names of the codec', async () => {
  expect(Object.keys(await import('../../src/codec/index.ts')).toSorted()).toMatchInlineSnapshot(`
    [
      "CorruptValueError",
      "UnserialisableValueError",
      "createCodec",
      "createErrorExtension",
    ]
  `)
})
