import { describe, expect, test } from 'vitest'
import {
  CorruptValueError,
  createCodec,
  createErrorExtension,
  UnserialisableValueError,
} from '../../src/codec/index.ts'
import { isSameGraph } from './same-graph.ts'

let constructed = 0

class PaymentError extends TypeError {
  constructor(
    readonly amount: bigint,
    options?: ErrorOptions,
  ) {
    super(`cannot pay ${amount}`, options)
    this.name = 'PaymentError'
    constructed++
  }

  get isLarge(): boolean {
    return this.amount > 100n
  }
}

class Several extends AggregateError {}

const codec = createCodec({
  extensions: [createErrorExtension(PaymentError), createErrorExtension(Several)],
})
const roundTrip = (value: unknown): unknown => codec.decode(codec.encode(value))

describe('an error of a class that was registered', () => {
  test('comes back with class, message, stack, cause and own fields', () => {
    const error = new PaymentError(200n, { cause: new PaymentError(1n, { cause: new Date(0) }) })
    const restored = roundTrip(error) as PaymentError
    expect(isSameGraph(error, restored)).toBe(true)
    expect(restored).toBeInstanceOf(PaymentError)
    expect(restored.isLarge).toBe(true)
    expect(String(restored)).toBe('PaymentError: cannot pay 200')
  })

  test('comes back among the errors of an AggregateError', () => {
    const several = new Several([new PaymentError(1n), new RangeError('two')], 'both')
    expect(isSameGraph(several, roundTrip(several))).toBe(true)
  })

  test('is made without its constructor', () => {
    const error = new PaymentError(1n)
    const before = constructed
    roundTrip(error)
    expect(constructed).toBe(before)
  })

  test('is not read by a codec that does not know its class', () => {
    expect(() => createCodec().decode(codec.encode(new PaymentError(1n)))).toThrow(CorruptValueError)
  })

  test('does not get another prototype from what is stored', () => {
    const text = codec
      .encode(new PaymentError(1n))
      .replace('"amount":', '"__proto__":{"isLarge":1},"amount":')
    const restored = codec.decode(text) as PaymentError
    expect(Object.getPrototypeOf(restored)).toBe(PaymentError.prototype)
    expect(restored.isLarge).toBe(false)
  })
})

test('a subclass of a class that was registered is another class', () => {
  class Refused extends PaymentError {}
  expect(() => codec.encode(new Refused(1n))).toThrow(UnserialisableValueError)
})

test('a name that was given is what is stored', () => {
  const extension = createErrorExtension(PaymentError, 'payment')
  expect(createCodec({ extensions: [extension] }).encode(new PaymentError(1n))).toContain('["payment",')
})

test('what is not a class of errors with a name is refused', () => {
  expect(() => createErrorExtension(Date as never)).toThrow(TypeError)
  expect(() => createErrorExtension('PaymentError' as never)).toThrow(TypeError)
  expect(() => createErrorExtension(class extends DOMException {})).toThrow(TypeError)
  expect(() => createErrorExtension(class extends Error {}, '')).toThrow('needs a name')
})

test.each(['1', '[]', '{"fields":[]}', '{"fields":1}'])(
  'content that cannot be an error is corrupt: %s',
  (content) => {
    const text = `{"$cairn":{"$instance":["PaymentError",${content}]}}`
    expect(() => codec.decode(text)).toThrow(CorruptValueError)
  },
)
