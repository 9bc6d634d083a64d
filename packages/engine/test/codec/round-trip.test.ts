import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/codec/index.ts'
import { arbitraryGraph, arbitraryTree } from './arbitrary-value.ts'
import { isSameGraph } from './same-graph.ts'

const codec = createCodec()
const roundTrip = (value: unknown): unknown => codec.decode(codec.encode(value))
const comesBack = (value: unknown): boolean => isSameGraph(value, roundTrip(value))

describe('values of every kind come back equal', () => {
  const invalidDate = new Date(NaN)
  const lastIndex = /b+/g
  lastIndex.lastIndex = 3
  const window = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).subarray(2, 6)
  const cases: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['undefined', undefined],
    ['undefined in an object', { a: undefined }],
    ['undefined in an array', [1, undefined]],
    ['NaN', NaN],
    ['infinities', [Infinity, -Infinity]],
    ['-0', { zero: -0 }],
    ['a bigint', 123456789012345678901234567890n],
    ['a negative bigint', -1n],
    ['a lone surrogate', '\ud800'],
    ['a date', new Date('2024-02-29T12:00:00.123Z')],
    ['a date far away', new Date(8.64e15)],
    ['an invalid date', invalidDate],
    [
      'a map with keys of any kind',
      new Map<unknown, unknown>([
        [{ id: 1 }, [undefined]],
        [NaN, 'x'],
      ]),
    ],
    ['a set', new Set<unknown>([1, 'a', new Set([{}])])],
    ['a Buffer', Buffer.from('marker ✓')],
    ['an empty Buffer', Buffer.alloc(0)],
    ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
    ['a DataView', new DataView(new Uint8Array([1, 2, 3]).buffer, 1)],
    ['a view of a part of a buffer', window],
    ['Int8Array', new Int8Array([-1, 2])],
    ['Uint8ClampedArray', new Uint8ClampedArray([255, 0])],
    ['Int16Array', new Int16Array([-300])],
    ['Uint16Array', new Uint16Array([300])],
    ['Int32Array', new Int32Array([-70_000])],
    ['Uint32Array', new Uint32Array([70_000])],
    ['Float32Array', new Float32Array([0.5, NaN, -0])],
    ['Float64Array', new Float64Array([Math.PI, -Infinity])],
    ['BigInt64Array', new BigInt64Array([-1n])],
    ['BigUint64Array', new BigUint64Array([2n ** 64n - 1n])],
    ['a URL', new URL('https://user@example.org:8080/a?b=c#d')],
    ['parameters of a URL', new URLSearchParams('a=1&a=2&b=%3D+%26&?=x&\u00e9=\u{1f9ed}')],
    ['no parameters of a URL', new URLSearchParams()],
    ['a RegExp', /a\/[b"]/dgimsuy],
    ['a RegExp in the middle of a search', lastIndex],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1, $date: 2 })],
    ['an object with the own key __proto__', JSON.parse('{"__proto__":{"admin":true},"a":1}')],
    ['the same among values that need tags', [JSON.parse('{"__proto__":{"admin":true}}'), undefined]],
    ['__proto__ in an object without a prototype', Object.assign(Object.create(null), { ['__proto__']: 1 })],
    ['an own toJSON that is data', { toJSON: 'text', a: new Date(0) }],
    ['keys like a tag', { $date: '2024-01-01' }],
    [
      'keys like a tag among values that need tags',
      [{ $date: 1 }, { $: 1 }, { $ref: 0 }, { $x: new Date(0) }],
    ],
    ['keys like an envelope', { $cairn: 1 }],
    ['keys like an envelope, and others', { $cairn: { $date: 1 }, more: 1 }],
    ['keys like a later envelope', { $cairn2: [] }],
  ]
  test.each(cases)('%s', (_, value) => {
    expect(comesBack(value)).toBe(true)
  })

  test('holes in an array come back as undefined', () => {
    // oxlint-disable-next-line no-sparse-arrays -- a hole is what this is about
    expect(roundTrip([1, , 3])).toEqual([1, undefined, 3])
  })

  test('a view keeps its own bytes and not those around them', () => {
    const text = codec.encode(Buffer.from('secret-public').subarray(7))
    expect(text).toContain(Buffer.from('public').toString('base64'))
    expect(text).toHaveLength(codec.encode(Buffer.from('public')).length)
  })
})

describe('errors', () => {
  test.each([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])(
    '%o keeps its class, message, stack and cause',
    (Class) => {
      expect(comesBack(new Class('broken', { cause: { code: 7, inner: new Error('why') } }))).toBe(true)
    },
  )

  test('an error keeps its own fields, and the name it was given', () => {
    expect(
      comesBack(Object.assign(new Error('broken'), { name: 'CustomError', code: 'E1', at: new Date(0) })),
    ).toBe(true)
  })

  test('an error without a message keeps having none', () => {
    expect(Object.hasOwn(roundTrip(new Error()) as Error, 'message')).toBe(false)
  })

  test('an AggregateError keeps its errors', () => {
    expect(comesBack(new AggregateError([new TypeError('one'), 'two'], 'both'))).toBe(true)
  })

  test('a DOMException keeps name, message and code', () => {
    const restored = roundTrip(new DOMException('stopped', 'AbortError'))
    expect(restored).toBeInstanceOf(DOMException)
    expect(restored).toMatchObject({ name: 'AbortError', message: 'stopped', code: DOMException.ABORT_ERR })
  })

  test("an error of Node's own comes back as an error of its class, with its code", () => {
    for (const [Class, fail] of [
      [Error, () => readFileSync('/no/such/file')],
      [TypeError, () => Buffer.alloc('one' as never)],
      [TypeError, () => new URL('nowhere')],
      [RangeError, () => Buffer.alloc(-1)],
    ] as const) {
      const thrown = errorOf(fail) as NodeJS.ErrnoException
      const restored = roundTrip(thrown) as NodeJS.ErrnoException
      expect(Object.getPrototypeOf(restored)).toBe(Class.prototype)
      expect(restored).toMatchObject({ message: thrown.message, stack: thrown.stack, code: thrown.code })
    }
  })

  test('hidden fields stay hidden', () => {
    const keys = Object.keys(roundTrip(new Error('broken', { cause: 1 })) as Error)
    expect(keys).toEqual([])
  })

  test('an own field named __proto__ does not become the prototype', () => {
    const error = new Error('broken')
    Object.defineProperty(error, '__proto__', { value: { admin: true }, enumerable: true })
    const restored = roundTrip(error)
    expect(restored).toBeInstanceOf(Error)
    expect(Object.hasOwn(restored as Error, '__proto__')).toBe(true)
  })
})

describe('an object that occurs more than once', () => {
  test('comes back as one object', () => {
    const shared = { id: 1 }
    const restored = roundTrip({ a: shared, b: [shared] }) as { a: object; b: object[] }
    expect(restored.a).toBe(restored.b[0])
    expect(restored).toEqual({ a: { id: 1 }, b: [{ id: 1 }] })
  })

  test('may hold itself, in every container that there is', () => {
    const object: Record<string, unknown> = {}
    const array: unknown[] = []
    const map = new Map<unknown, unknown>()
    const set = new Set<unknown>()
    const error: Error = new Error('loop')
    error.cause = error
    const bare: Record<string, unknown> = Object.create(null)
    Object.assign(object, { object, array, map, set, error, bare })
    array.push(array, object)
    map.set(map, array)
    set.add(set).add(map)
    bare['bare'] = bare
    bare['$x'] = object
    for (const start of [object, array, map, set, error, bare]) {
      expect(comesBack(start)).toBe(true)
    }
  })

  test('keeps its identity when it is a date, a buffer, a URL or a RegExp', () => {
    for (const shared of [new Date(0), Buffer.from('x'), new URL('http://a/'), /x/, new Set()]) {
      const [first, second] = roundTrip([shared, shared]) as unknown[]
      expect(first).toBe(second)
    }
  })
})

describe('any value', () => {
  const value = arbitraryTree()

  test('comes back equal', () => {
    expect(() => fc.assert(fc.property(value, comesBack))).not.toThrow()
  })

  test('gives text that is JSON, and the same text once more from what comes back', () => {
    const isStable = fc.property(value, (original) => {
      const text = codec.encode(original)
      JSON.parse(text)
      return codec.encode(codec.decode(text)) === text
    })
    expect(() => fc.assert(isStable)).not.toThrow()
  })

  test('is stored as plain JSON when it is plain JSON', () => {
    const isPlain = fc.property(fc.json(), (text) => {
      const data: unknown = JSON.parse(text)
      fc.pre(!text.includes('-0') && !text.includes('$cairn'))
      return codec.encode(data) === JSON.stringify(data)
    })
    expect(() => fc.assert(isPlain)).not.toThrow()
  })

  test('keeps its links, however they run', () => {
    expect(() =>
      fc.assert(
        fc.property(arbitraryGraph(), ({ value: graph }) => comesBack(graph)),
        { numRuns: 500 },
      ),
    ).not.toThrow()
  })
})

function errorOf(fail: () => unknown): unknown {
  try {
    fail()
  } catch (error) {
    return error
  }
  throw new Error('It did not fail.')
}
