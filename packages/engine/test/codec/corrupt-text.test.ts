import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CorruptValueError, createCodec } from '../../src/codec/index.ts'
import { arbitraryGraph } from './arbitrary-value.ts'

const codec = createCodec()
const envelope = (content: string): string => `{"$cairn":${content}}`

describe('text that no encode gives is refused', () => {
  test.each([
    '',
    '{',
    'undefined',
    '{"$cairn2":1}',
    '{"$cairn":1,"more":2}',
    envelope('{"$function":"process.exit()"}'),
    envelope('{"$constructor":["Function","return 1"]}'),
    envelope('{"$undefined":1}'),
    envelope('{"$number":"1"}'),
    envelope('{"$bigint":1}'),
    envelope('{"$bigint":"0x10"}'),
    envelope('{"$bigint":"007"}'),
    envelope('{"$bigint":"-0"}'),
    envelope('{"$date":"2024"}'),
    envelope('{"$date":"2024-02-29T12:00:00.000+01:00"}'),
    envelope('{"$date":"yesterday"}'),
    envelope('{"$date":0}'),
    envelope('{"$map":{}}'),
    envelope('{"$map":[[1]]}'),
    envelope('{"$map":[["a",1],["a",2]]}'),
    envelope('{"$set":1}'),
    envelope('{"$set":[1,1]}'),
    envelope('{"$bytes":["Buffer","!!!!"]}'),
    envelope('{"$bytes":["Buffer","-_-_"]}'),
    envelope('{"$bytes":["Buffer","AQ==AQ=="]}'),
    envelope('{"$bytes":["Uint16Array","AQID"]}'),
    envelope('{"$bytes":["SharedArrayBuffer",""]}'),
    envelope('{"$bytes":["constructor",""]}'),
    envelope('{"$url":"nowhere"}'),
    envelope('{"$params":[["a","b"]]}'),
    envelope('{"$regexp":["(","",0]}'),
    envelope('{"$regexp":["a","z",0]}'),
    envelope('{"$regexp":["a","g"]}'),
    envelope('{"$error":{"type":"User"}}'),
    envelope('{"$error":{"type":"constructor"}}'),
    envelope('{"$error":{"type":"Error","fields":[1]}}'),
    envelope('{"$error":{"type":"Error","prototype":{}}}'),
    envelope('{"$error":[]}'),
    envelope('{"$bare":[]}'),
    envelope('{"$":1}'),
    envelope('{"$instance":["User",{}]}'),
    envelope('{"$instance":["__proto__",{}]}'),
    envelope('{"$instance":1}'),
    envelope('{"$ref":0}'),
    envelope('{"$ref":"length"}'),
    envelope('[{"$def":[0,{}]},{"$ref":1}]'),
    envelope('{"$def":[1,{}]}'),
    envelope('{"$def":[0,1]}'),
    envelope('{"$def":[0,{"$def":[1,{}]}]}'),
    envelope('{"$def":[0,{"$ref":0}]}'),
    envelope('[{"$def":[0,[]]},{"$def":[0,[]]}]'),
    envelope('[{"$ref":0},{"$def":[0,[]]}]'),
    envelope('{"$ref":-1}'),
    envelope('[{"$def":[0,[]]},{"$ref":0.5}]'),
    envelope('{"$def":[4294967295,[]]}'),
  ])('%s', (text) => {
    expect(() => codec.decode(text)).toThrow(CorruptValueError)
  })

  test('nesting that is too deep, in tags or not', () => {
    const depth = 5000
    expect(() => codec.decode('['.repeat(depth) + ']'.repeat(depth))).toThrow(CorruptValueError)
    expect(() => codec.decode('{"a":'.repeat(depth) + '1' + '}'.repeat(depth))).toThrow(CorruptValueError)
    expect(() => codec.decode(envelope('{"$set":['.repeat(depth) + ']}'.repeat(depth)))).toThrow(
      CorruptValueError,
    )
    expect(() => codec.decode(envelope('{"$def":[0,'.repeat(depth) + '1' + ']}'.repeat(depth)))).toThrow(
      CorruptValueError,
    )
  })

  test('nesting deeper than the stack, whatever depth was allowed', () => {
    const patient = createCodec({ maxDepth: 900_000 })
    const depth = 1_000_000
    expect(() => patient.decode('['.repeat(depth) + ']'.repeat(depth))).toThrow(CorruptValueError)
    expect(() => patient.decode(envelope('['.repeat(depth) + ']'.repeat(depth)))).toThrow(CorruptValueError)
    expect(() => patient.decode(envelope('{"$set":['.repeat(depth) + ']}'.repeat(depth)))).toThrow(
      CorruptValueError,
    )
  })

  test('text that is too long', () => {
    expect(() => createCodec({ maxBytes: 4 }).decode('"123"')).toThrow('longer than 4 bytes')
  })

  test('a bigint that would take long to read', () => {
    expect(() => codec.decode(envelope(`{"$bigint":"${'7'.repeat(1_000_001)}"}`))).toThrow(CorruptValueError)
  })

  test('a regular expression that is too large for one', () => {
    const source = '('.repeat(1_000_000) + ')'.repeat(1_000_000)
    expect(() => codec.decode(envelope(`{"$regexp":["${source}","",0]}`))).toThrow(CorruptValueError)
  })

  test('what is not text at all', () => {
    for (const stored of [undefined, null, 7, {}, Buffer.from('{"$cairn":1}')])
      expect(() => codec.decode(stored as never)).toThrow(CorruptValueError)
  })
})

test('references do not multiply what they refer to', () => {
  // Written out, the last list would have 2 to the power of 200 elements.
  const doubled = Array.from({ length: 200 }, (_, n) => `{"$def":[${n + 1},[{"$ref":${n}},{"$ref":${n}}]]}`)
  let level = codec.decode(envelope(`[{"$def":[0,[]]},${doubled.join()}]`)) as unknown[]
  level = level.at(-1) as unknown[]
  for (let depth = 0; depth < 200; depth++) {
    expect(level[0]).toBe(level[1])
    level = level[0] as unknown[]
  }
  expect(level).toEqual([])
})

test('the error says which tag, and what is missing', () => {
  expect(() => codec.decode(envelope('{"$wat":1}'))).toThrow('has the tag "$wat", which is unknown.')
  expect(() => codec.decode(envelope('{"$instance":["User",{}]}'))).toThrow(
    'needs the codec extension "User", which is not registered.',
  )
})

test('no text changes a prototype', () => {
  const hostile = [
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    envelope('{"__proto__":{"polluted":true},"a":{"$undefined":true}}'),
    envelope('{"__proto__":{"$bare":{"polluted":true}}}'),
    envelope('{"$":{"__proto__":{"polluted":true}}}'),
    envelope('{"$error":{"type":"Error","fields":{"__proto__":{"polluted":true}}}}'),
    envelope('{"$bare":{"__proto__":{"polluted":true}}}'),
  ]
  for (const text of hostile) {
    const value = codec.decode(text) as Record<string, unknown>
    expect(value['polluted']).toBeUndefined()
    expect(Object.hasOwn(value, '__proto__')).toBe(true)
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})

test('any text either decodes or is refused as corrupt', () => {
  const names =
    '$ $undefined $number $bigint $date $map $set $bytes $url $params $regexp $error $bare $instance $def $ref $other'
  const tags = fc.constantFrom(...names.split(' '), 'type', 'fields', '__proto__')
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(0, 1, 'Error', 'Buffer', 'AAAA', 'g', '2024-01-01T00:00:00.000Z', null, true),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(tags, tie('tree'), { maxKeys: 2, noNullPrototype: true }),
    ),
  }))
  const decodes = fc.property(tree, (content) => {
    try {
      codec.decode(envelope(JSON.stringify(content)))
    } catch (error) {
      if (!(error instanceof CorruptValueError)) throw error
    }
  })
  expect(() => fc.assert(decodes, { numRuns: 2000 })).not.toThrow()
})

describe('a text that was damaged', () => {
  const texts = arbitraryGraph().map(({ value }) => codec.encode(value))
  const at = fc.double({ min: 0, max: 0.999_999, noNaN: true })

  test('by other letters, or cut, either decodes or is refused as corrupt', () => {
    const damages = fc.array(fc.tuple(at, fc.nat(3), fc.string({ maxLength: 3 })), {
      minLength: 1,
      maxLength: 3,
    })
    const decodes = fc.property(texts, damages, (text, all) => {
      const damaged = all.reduce((before, [place, length, letters]) => {
        const from = Math.floor(place * before.length)
        return before.slice(0, from) + letters + before.slice(from + length)
      }, text)
      return isDecodedOrRefused(damaged)
    })
    expect(() => fc.assert(decodes, { numRuns: 2000 })).not.toThrow()
  })

  test('by parts of others in its place, either decodes or is refused as corrupt', () => {
    const decodes = fc.property(texts, texts, at, at, (text, other, into, from) => {
      const trees = [JSON.parse(text) as unknown, JSON.parse(other) as unknown] as const
      const slots = slotsIn(trees[0])
      const [holder, key] = slots[Math.floor(into * slots.length)] ?? [{}, '']
      const parts = slotsIn(trees[1])
      const [part, name] = parts[Math.floor(from * parts.length)] ?? [{}, '']
      Object.defineProperty(holder, key, { value: Reflect.get(part, name), enumerable: true })
      return isDecodedOrRefused(JSON.stringify(trees[0]))
    })
    expect(() => fc.assert(decodes, { numRuns: 2000 })).not.toThrow()
  })
})

function isDecodedOrRefused(text: string): boolean {
  try {
    codec.decode(text)
  } catch (error) {
    if (!(error instanceof CorruptValueError)) throw error
  }
  return Reflect.get({}, 'polluted') === undefined
}

/** Every place in parsed JSON that holds something: `[holder, key]`. */
function slotsIn(value: unknown): (readonly [object, string])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.keys(value).flatMap((key) => [[value, key] as const, ...slotsIn(Reflect.get(value, key))])
}
