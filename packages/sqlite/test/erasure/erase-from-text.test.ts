import { createCodec } from '@cairn/engine/codec'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eraseFromText } from '../../src/erasure/erase-from-text.ts'
import { Secrets } from '../../src/erasure/secrets.ts'

const codec = createCodec()
const secret = 'ann@example.org'

function erased(value: unknown, ...secrets: (string | Uint8Array)[]): unknown {
  const list = secrets.length === 0 ? [secret] : secrets
  return codec.decode(eraseFromText(codec.encode(value), new Secrets(list)))
}

test('a text is taken out of the texts that hold it, wherever they stand', () => {
  expect(erased(`mail ${secret}, or ${secret}`)).toBe('mail [erased], or [erased]')
  expect(erased({ to: [secret, 'bob'], nested: { note: `<${secret}>` }, count: 3 })).toEqual({
    to: ['[erased]', 'bob'],
    nested: { note: '<[erased]>' },
    count: 3,
  })
})

test('it goes from keys too, and no key takes the place of another', () => {
  expect(erased({ [secret]: 1, '[erased]': 2, [`${secret} `]: 3 })).toEqual({
    '[erased]': 1,
    '[erased] 2': 2,
    '[erased] ': 3,
  })
})

test('it goes from JSON that stands in a text', () => {
  const quoted = 'the "pin" is \\ 1234'
  expect(erased({ arguments: JSON.stringify({ note: quoted }) }, quoted)).toEqual({
    arguments: '{"note":"[erased]"}',
  })
  expect(erased([quoted], quoted)).toEqual(['[erased]'])
})

test('numbers and what cannot be cut go as a whole', () => {
  expect(erased({ card: 4111111111111111, other: 5 }, '4111111111111111')).toEqual({
    card: '[erased]',
    other: 5,
  })
  expect(
    erased(
      [
        new Date('1980-05-17T00:00:00Z'),
        19800517n,
        new URL('https://example.org/1980-05-17'),
        /1980-05-17/g,
        -0,
      ],
      '1980-05-17',
      '19800517',
    ),
  ).toEqual(['[erased]', '[erased]', '[erased]', '[erased]', -0])
})

test('objects stay what they are', () => {
  const error = new TypeError(`no mail for ${secret}`)
  error.stack = `TypeError: no mail for ${secret}`
  const result = erased(new Map<unknown, unknown>([[secret, new Set([secret, error])]])) as Map<
    string,
    Set<unknown>
  >
  const [text, kept] = [...result.get('[erased]')!]
  expect(text).toBe('[erased]')
  expect(kept).toBeInstanceOf(TypeError)
  expect(kept).toMatchObject({
    message: 'no mail for [erased]',
    stack: 'TypeError: no mail for [erased]',
  })
})

test('what only looks like one of the forms of the codec is erased as what it is', () => {
  expect(erased([{ $date: secret }, Object.assign(Object.create(null), { $url: secret })])).toEqual([
    { $date: '[erased]' },
    Object.assign(Object.create(null), { $url: '[erased]' }),
  ])
})

test('references and cycles stay', () => {
  const person: Record<string, unknown> = { mail: secret }
  person['self'] = person
  const result = erased([person, person]) as Record<string, unknown>[]
  expect(result[0]).toBe(result[1])
  expect(result[0]!['self']).toBe(result[0])
  expect(result[0]!['mail']).toBe('[erased]')
})

test('bytes are set to zero', () => {
  expect(erased(Buffer.from(`x${secret}y`))).toEqual(Buffer.from(`x${'\0'.repeat(secret.length)}y`))
  expect(erased({ image: new Uint8Array([1, 2, 3, 4, 5, 6]) }, new Uint8Array([2, 3, 4, 5]))).toEqual({
    image: new Uint8Array([1, 0, 0, 0, 0, 6]),
  })
})

test('bytes in a text are set to zero too', () => {
  const image = Buffer.concat([Buffer.alloc(300, 7), Buffer.from(secret), Buffer.alloc(300, 8)])
  const zeroed = Buffer.from(image).fill(0, 300, 300 + secret.length)
  expect(erased(image.toString('base64'))).toBe(zeroed.toString('base64'))
  expect(erased({ url: `data:image/png;base64,${image.toString('base64')}` })).toEqual({
    url: `data:image/png;base64,${zeroed.toString('base64')}`,
  })
})

test('what holds none of it is the same text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = codec.encode(value)
      expect(eraseFromText(text, new Secrets([secret]))).toBe(text)
    }),
  )
})

test('rows that a node refers to keep their numbers, its keys and short values are erased', () => {
  const secrets = new Secrets(['1234', secret])
  expect(eraseFromText('{"$cairn.list":[1234,-3,{"+":1234},["1234",{"a":1234}]]}', secrets)).toBe(
    '{"$cairn.list":[1234,-3,{"+":1234},["[erased]",{"a":"[erased]"}]]}',
  )
  expect(eraseFromText(`{"$cairn.record":["${secret}",1234,"b",["${secret}"]]}`, secrets)).toBe(
    '{"$cairn.record":["[erased]",1234,"b",["[erased]"]]}',
  )
})

test('nothing of it is left in any value', () => {
  const withSecret = fc.oneof(
    { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.string(), fc.string()).map(([before, after]) => before + secret + after),
    },
  )
  const value = fc.oneof(
    fc.array(withSecret),
    fc.dictionary(
      withSecret.map((key) => JSON.stringify(key)),
      withSecret,
      { noNullPrototype: true },
    ),
  )
  fc.assert(
    fc.property(value, (given) => {
      const text = eraseFromText(codec.encode(given), new Secrets([secret]))
      expect(text).not.toContain(secret)
      expect(() => codec.decode(text)).not.toThrow()
    }),
  )
})
