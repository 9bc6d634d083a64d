// The built-in objects that are kept as themselves: how each becomes the payload of a tag, and comes back.
import { CorruptValueError } from './errors.ts'
import { TAG } from './format.ts'
import { isKeyed, type Keyed } from './keyed.ts'

/** What a kind needs to read its payload. */
export interface PayloadReader {
  /** Reads a value within the payload. */
  read(encoded: unknown): unknown
  /** Makes the object known before its content is read, so that the content may refer to it. */
  announce(object: object): void
}

export interface Kind<T extends object = object> {
  readonly tag: string
  readonly prototypes: readonly object[]
  /** May its objects have properties of their own, besides those in the payload? Others are refused. */
  readonly keepsProperties: boolean
  /** JSON, an array of values, or an object of values. */
  payload(object: T): unknown
  /** @throws {CorruptValueError} for a payload that `payload` does not give. */
  restore(payload: unknown, reader: PayloadReader): T
}

const date: Kind<Date> = {
  tag: TAG.date,
  prototypes: [Date.prototype],
  keepsProperties: false,
  payload: (object) => (Number.isNaN(object.getTime()) ? null : object.toISOString()),
  restore(payload) {
    if (payload === null) return new Date(NaN)
    const restored = new Date(asString(payload, TAG.date))
    if (Number.isNaN(restored.getTime())) throw malformed(TAG.date)
    return restored
  },
}

const map: Kind<Map<unknown, unknown>> = {
  tag: TAG.map,
  prototypes: [Map.prototype],
  keepsProperties: false,
  payload: (object) => [...object],
  restore(payload, reader) {
    const restored = new Map<unknown, unknown>()
    reader.announce(restored)
    for (const entry of asArray(payload, TAG.map)) {
      const [key, value] = asArray(entry, TAG.map, 2)
      // Two statements, because the key comes first in the text.
      const restoredKey = reader.read(key)
      restored.set(restoredKey, reader.read(value))
    }
    return restored
  },
}

const set: Kind<Set<unknown>> = {
  tag: TAG.set,
  prototypes: [Set.prototype],
  keepsProperties: false,
  payload: (object) => [...object],
  restore(payload, reader) {
    const restored = new Set<unknown>()
    reader.announce(restored)
    for (const value of asArray(payload, TAG.set)) restored.add(reader.read(value))
    return restored
  },
}

const url: Kind<URL> = {
  tag: TAG.url,
  prototypes: [URL.prototype],
  keepsProperties: false,
  payload: (object) => object.href,
  restore(payload) {
    const href = asString(payload, TAG.url)
    if (!URL.canParse(href)) throw malformed(TAG.url)
    return new URL(href)
  },
}

const regexp: Kind<RegExp> = {
  tag: TAG.regexp,
  prototypes: [RegExp.prototype],
  keepsProperties: false,
  payload: (object) => [object.source, object.flags, object.lastIndex],
  restore(payload) {
    const [source, flags, lastIndex] = asArray(payload, TAG.regexp, 3)
    if (typeof lastIndex !== 'number') throw malformed(TAG.regexp)
    try {
      const restored = new RegExp(asString(source, TAG.regexp), asString(flags, TAG.regexp))
      restored.lastIndex = lastIndex
      return restored
    } catch (cause) {
      throw malformed(TAG.regexp, cause)
    }
  },
}

const bare: Kind = {
  tag: TAG.bare,
  prototypes: [],
  keepsProperties: true,
  payload: (object) => object,
  restore(payload, reader) {
    const restored: Keyed = Object.create(null)
    reader.announce(restored)
    for (const [key, value] of Object.entries(asObject(payload, TAG.bare))) restored[key] = reader.read(value)
    return restored
  },
}

/** A view stores the bytes it shows and no others; views that share a buffer come back with one each. */
type ByteContainer = ArrayBuffer | ArrayBufferView

interface ByteKind {
  readonly prototype: object
  readonly bytesPerElement: number
  from(bytes: ArrayBuffer): ByteContainer
}

type TypedArrayConstructor = {
  new (buffer: ArrayBuffer): ArrayBufferView
  readonly BYTES_PER_ELEMENT: number
}

const typedArrays: readonly TypedArrayConstructor[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
]

const byteKinds: ReadonlyMap<string, ByteKind> = new Map<string, ByteKind>([
  ['ArrayBuffer', { prototype: ArrayBuffer.prototype, bytesPerElement: 1, from: (bytes) => bytes }],
  ['DataView', { prototype: DataView.prototype, bytesPerElement: 1, from: (bytes) => new DataView(bytes) }],
  ['Buffer', { prototype: Buffer.prototype, bytesPerElement: 1, from: (bytes) => Buffer.from(bytes) }],
  ...typedArrays.map((View): [string, ByteKind] => [
    View.name,
    {
      prototype: View.prototype,
      bytesPerElement: View.BYTES_PER_ELEMENT,
      from: (bytes) => new View(bytes),
    },
  ]),
])

const byteKindNames: ReadonlyMap<object, string> = new Map(
  [...byteKinds].map(([name, kind]) => [kind.prototype, name]),
)

const bytes: Kind<ByteContainer> = {
  tag: TAG.bytes,
  prototypes: [...byteKindNames.keys()],
  // Their elements are properties, too many to look for others among them.
  keepsProperties: true,
  payload(object) {
    const view = ArrayBuffer.isView(object)
      ? Buffer.from(object.buffer, object.byteOffset, object.byteLength)
      : Buffer.from(object)
    return [byteKindNames.get(prototypeOf(object)!), view.toString('base64')]
  },
  restore(payload) {
    const [name, base64] = asArray(payload, TAG.bytes, 2)
    const kind = byteKinds.get(asString(name, TAG.bytes))
    const text = asString(base64, TAG.bytes)
    const decoded = Buffer.from(text, 'base64')
    // Buffer skips what is not base64; then fewer bytes come out than the text has room for.
    const expected = (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
    if (kind === undefined || decoded.length !== expected || decoded.length % kind.bytesPerElement !== 0) {
      throw malformed(TAG.bytes)
    }
    // A copy of its own, because a small Buffer is a window into memory shared with others.
    return kind.from(new Uint8Array(decoded).buffer)
  },
}

type ErrorConstructor = new (message?: string) => Error

const errorConstructors: ReadonlyMap<string, ErrorConstructor> = new Map<string, ErrorConstructor>([
  ['Error', Error],
  ['TypeError', TypeError],
  ['RangeError', RangeError],
  ['SyntaxError', SyntaxError],
  ['ReferenceError', ReferenceError],
  ['EvalError', EvalError],
  ['URIError', URIError],
])

const errorTypeNames: ReadonlyMap<object, string> = new Map<object, string>([
  ...[...errorConstructors].map(([name, constructor]): [object, string] => [constructor.prototype, name]),
  [AggregateError.prototype, 'AggregateError'],
  [DOMException.prototype, 'DOMException'],
])

/** Properties that an error has without them being listed among its keys. */
const hiddenErrorProperties = ['message', 'stack', 'cause', 'errors', 'name'] as const

const error: Kind<Error> = {
  tag: TAG.error,
  prototypes: [...errorTypeNames.keys()],
  keepsProperties: true,
  payload(object) {
    const type = errorTypeNames.get(prototypeOf(object)!)!
    const payload: Keyed = { type }
    if (type === 'DOMException') {
      payload['message'] = object.message
      payload['name'] = object.name
    }
    for (const key of hiddenErrorProperties) {
      const property = Object.getOwnPropertyDescriptor(object, key)
      if (property !== undefined && property.enumerable !== true) payload[key] = Reflect.get(object, key)
    }
    if (Object.keys(object).length > 0) payload['fields'] = Object.fromEntries(Object.entries(object))
    return payload
  },
  restore(payload, reader) {
    const { type, fields, ...hidden } = asObject(payload, TAG.error)
    const restored = emptyError(asString(type, TAG.error), hidden)
    reader.announce(restored)
    for (const key of hiddenErrorProperties) {
      if (!Object.hasOwn(hidden, key)) continue
      const value = reader.read(hidden[key])
      if (type === 'DOMException' && (key === 'message' || key === 'name')) continue
      Object.defineProperty(restored, key, { value, writable: true, configurable: true, enumerable: false })
    }
    if (fields !== undefined) {
      for (const [key, value] of Object.entries(asObject(reader.read(fields), TAG.error))) {
        Object.defineProperty(restored, key, { value, writable: true, configurable: true, enumerable: true })
      }
    }
    return restored
  },
}

/** An error without properties of its own, but for a `DOMException`, which gets message and name only here. */
function emptyError(type: string, hidden: Keyed): Error {
  if (type === 'DOMException') {
    return new DOMException(asString(hidden['message'], TAG.error), asString(hidden['name'], TAG.error))
  }
  const restored = type === 'AggregateError' ? new AggregateError([]) : makeError(type)
  for (const key of Object.getOwnPropertyNames(restored)) Reflect.deleteProperty(restored, key)
  return restored
}

function makeError(type: string): Error {
  const Constructor = errorConstructors.get(type)
  if (Constructor === undefined) throw malformed(TAG.error)
  return new Constructor()
}

function asString(value: unknown, tag: string): string {
  if (typeof value !== 'string') throw malformed(tag)
  return value
}

function asArray(value: unknown, tag: string, length?: number): readonly unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw malformed(tag)
  return value
}

function asObject(value: unknown, tag: string): Keyed {
  if (!isKeyed(value) || Array.isArray(value)) throw malformed(tag)
  return value
}

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object)
}

/** The error for a payload that does not fit its tag. */
export function malformed(tag: string, cause?: unknown): CorruptValueError {
  const message = `The stored value has a ${JSON.stringify(tag)} tag with a content that cannot be one.`
  return new CorruptValueError(message, cause === undefined ? undefined : { cause })
}

const kinds: readonly Kind[] = [date, map, set, url, regexp, bytes, error, bare]

const kindsByPrototype: ReadonlyMap<object, Kind> = new Map(
  kinds.flatMap((kind) => kind.prototypes.map((prototype): [object, Kind] => [prototype, kind])),
)

const kindsByTag: ReadonlyMap<string, Kind> = new Map(kinds.map((kind) => [kind.tag, kind]))

/** The kind of an object, unless it is an array, an ordinary object, or an instance of some class. */
export function kindOf(object: object): Kind | undefined {
  const prototype = prototypeOf(object)
  return prototype === null ? bare : kindsByPrototype.get(prototype)
}

export function kindWithTag(tag: string): Kind | undefined {
  return kindsByTag.get(tag)
}
