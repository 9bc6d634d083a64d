import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { createCodec, UnserialisableValueError } from '../../src/codec/index.ts'

const codec = createCodec()

class User {
  readonly name = 'Ada'
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function mostlyHoles(): unknown[] {
  const list: unknown[] = []
  list[4_294_967_294] = 1
  return list
}

function refusal(value: unknown): UnserialisableValueError {
  try {
    codec.encode(value)
  } catch (error) {
    if (error instanceof UnserialisableValueError) return error
    throw error
  }
  throw new Error('The value was encoded.')
}

describe('what cannot be kept is refused, with the path to it', () => {
  const cases: readonly (readonly [string, unknown, string, string])[] = [
    ['a function', { user: { callback: () => {} } }, '$.user.callback', 'the function "callback"'],
    ['a symbol', [1, [Symbol('x')]], '$[1][0]', 'the symbol Symbol(x)'],
    ['an instance of a class', { 'a-b': new User() }, '$["a-b"]', 'an instance of User'],
    ['an instance of a subclass of Map', new (class Index extends Map {})(), '$', 'an instance of Index'],
    ['an instance of a subclass of Error', new (class Oops extends Error {})(), '$', 'an instance of Oops'],
    ['a WeakMap', { cache: new WeakMap() }, '$.cache', 'an instance of WeakMap'],
    ['a Promise', [Promise.resolve(1)], '$[0]', 'an instance of Promise'],
    ['a boxed number', [Object(1)], '$[0]', 'an instance of Number'],
    ['a value of a Map', new Map([['bob', () => {}]]), '$.get("bob")', 'a function'],
    ['a value of a Map under an object', new Map([[{}, new User()]]), '$.values()[0]', 'an instance of User'],
    ['a key of a Map', new Map([[new User(), 1]]), '$.keys()[0]', 'an instance of User'],
    ['an element of a Set', new Set([new User()]), '$[0]', 'an instance of User'],
    ['a field of an error', Object.assign(new Error('x'), { fn() {} }), '$.fields.fn', 'the function "fn"'],
    [
      'parameters of a URL with a property',
      Object.assign(new URLSearchParams('a=1'), { b: 1 }),
      '$',
      'an instance of URLSearchParams with the extra property "b"',
    ],
    [
      'a SharedArrayBuffer',
      { memory: new SharedArrayBuffer(8) },
      '$.memory',
      'an instance of SharedArrayBuffer',
    ],
    [
      'a getter that throws',
      {
        a: {
          get b() {
            throw new Error('not yet')
          },
        },
      },
      '$.a',
      'an object that cannot be read',
    ],
    [
      'a getter that throws beside what is not JSON',
      [
        new Date(0),
        {
          get b() {
            throw new Error('not yet')
          },
        },
      ],
      '$[1]',
      'an object that cannot be read',
    ],
    ['a proxy that was revoked', { draft: revokedProxy() }, '$.draft', 'an object that cannot be read'],
    [
      'a bigint of more than a million digits',
      [10n ** 1_000_000n],
      '$[0]',
      'a bigint of more than 1000000 digits',
    ],
    [
      'an array that is hardly more than holes',
      { list: mostlyHoles() },
      '$.list',
      'an array of 4294967295 elements, of which 4294967294 are holes',
    ],
    ['a symbol key', { a: { [Symbol('k')]: 1 } }, '$.a', 'an object with the symbol key Symbol(k)'],
    ['a property of an array', 'abc'.match(/b/), '$', 'an array with the extra property "index"'],
    [
      'a property of a Date',
      { at: Object.assign(new Date(0), { zone: 'UTC' }) },
      '$.at',
      'an instance of Date with the extra property "zone"',
    ],
  ]
  test.each(cases)('%s', (_, value, path, found) => {
    expect(refusal(value)).toMatchObject({ code: 'UNSERIALISABLE_VALUE', path, found })
  })

  test('a getter that gives another object each time, which nothing could be said of', () => {
    const moving = {
      get now() {
        return new Date(0)
      },
    }
    expect(refusal({ moving })).toMatchObject({ path: '$', found: 'an object that changes while it is read' })
  })

  test('the failure of a getter is the cause', () => {
    const cause = new Error('not yet')
    const failing = {
      get value() {
        throw cause
      },
    }
    expect(refusal(failing)).toMatchObject({ cause, remedy: 'Reading it threw: not yet' })
  })

  test('and the message says what to do', () => {
    expect(refusal({ user: new User() }).message).toBe(
      'Cannot store an instance of User at $.user. ' +
        'Store its data as a plain object, or give the codec an extension for User.',
    )
  })

  test('and which extension keeps a class of errors', () => {
    expect(refusal(new (class PaymentError extends Error {})('no')).message).toBe(
      'Cannot store an instance of PaymentError at $. Give the codec the extension ' +
        'createErrorExtension(PaymentError), which keeps PaymentError, or store what the error says.',
    )
  })

  test('an object of another realm is told apart from an instance of a class', () => {
    const { remedy, found } = refusal({ list: runInNewContext('[1]') })
    expect(found).toBe('an instance of Array')
    expect(remedy).toContain('another realm')
  })

  test('a toJSON method does not make an instance plain', () => {
    const moment = { toJSON: () => 'now' }
    expect(refusal({ moment }).path).toBe('$.moment.toJSON')
    expect(
      refusal([
        new (class Moment {
          toJSON(): string {
            return 'now'
          }
        })(),
      ]).found,
    ).toBe('an instance of Moment')
  })

  test('a value that is nested too deeply, with the middle of the path left out', () => {
    let deep: unknown = 1
    for (let level = 0; level < 2000; level++) deep = { a: deep }
    const { path, found } = refusal(deep)
    expect(found).toBe('a value nested deeper than 1000 levels')
    expect(path).toBe(`$${'.a'.repeat(10)} … ${'.a'.repeat(10)}`)
  })

  test('a value whose text would be too long', () => {
    const small = createCodec({ maxBytes: 10 })
    expect(() => small.encode('12345678')).not.toThrow()
    expect(() => small.encode('123456789')).toThrow('a value of more than 10 bytes')
    expect(() => small.encode('€€€')).toThrow(UnserialisableValueError)
  })

  test('a refusal can be told from further outside', () => {
    expect(refusal({ callback: () => {} }).within('user-1')).toMatchObject({ path: '$["user-1"].callback' })
  })
})

test('what is accepted at the greatest depth can be decoded', () => {
  const shallow = createCodec({ maxDepth: 50 })
  for (const wrap of [
    (value: unknown): unknown => [value],
    (value: unknown): unknown => ({ value }),
    (value: unknown): unknown => new Map([['a', value]]),
    (value: unknown): unknown => new Set([value]),
    (value: unknown): unknown => new Error('x', { cause: value }),
    (value: unknown): unknown => Object.assign(Object.create(null), { value }),
  ]) {
    let value: unknown = undefined
    let text = ''
    for (let level = 0; level < 50; level++) {
      value = wrap(value)
      text = shallow.encode(value)
      expect(() => shallow.decode(text)).not.toThrow()
    }
    expect(() => shallow.encode(wrap(value))).toThrow('nested deeper than 50 levels')
  }
})

test('options are checked', () => {
  expect(() => createCodec({ maxDepth: 0 })).toThrow(
    'maxDepth must be a positive integer, but is 0 (number).',
  )
  expect(() => createCodec({ maxBytes: 1.5 })).toThrow(TypeError)
})
