// The built-in objects that are kept as themselves: how each becomes the payload of a tag, and comes back.
import { error, isNodeError } from './error-kind.ts'
import { TAG } from './format.ts'
import type { Keyed } from './keyed.ts'
import type { Kind } from './kind.ts'
import { asArray, asObject, asString, malformed } from './payload.ts'

const date: Kind<Date> = {
  tag: TAG.date,
  prototypes: [Date.prototype],
  keepsProperties: false,
  payload: (object) => (Number.isNaN(object.getTime()) ? null : object.toISOString()),
  restore(payload) {
    if (payload === null) return new Date(NaN)
    const restored = new Date(asString(payload, TAG.date))
    if (Number.isNaN(restored.getTime()) || restored.toISOString() !== payload) throw malformed(TAG.date)
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
    const entries = asArray(payload, TAG.map)
    for (const entry of entries) {
      const [key, value] = asArray(entry, TAG.map, 2)
      // Two statements, because the key comes first in the text.
      const restoredKey = reader.read(key)
      restored.set(restoredKey, reader.read(value))
    }
    if (restored.size !== entries.length) throw malformed(TAG.map)
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
    const values = asArray(payload, TAG.set)
    for (const value of values) restored.add(reader.read(value))
    if (restored.size !== values.length) throw malformed(TAG.set)
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

const params: Kind<URLSearchParams> = {
  tag: TAG.params,
  prototypes: [URLSearchParams.prototype],
  keepsProperties: false,
  payload: (object) => object.toString(),
  restore: (payload) => new URLSearchParams(asString(payload, TAG.params)),
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
    return [byteKindNames.get(Object.getPrototypeOf(object) as object), view.toString('base64')]
  },
  restore(payload) {
    const [name, base64] = asArray(payload, TAG.bytes, 2)
    const kind = byteKinds.get(asString(name, TAG.bytes))
    const text = asString(base64, TAG.bytes)
    const decoded = Buffer.from(text, 'base64')
    // Buffer skips what is not base64; then fewer bytes come out than the text has room for. It also takes the
    // letters of another alphabet.
    const expected = (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
    const isWhole = decoded.length === expected && !/[-_]/.test(text)
    if (kind === undefined || !isWhole || decoded.length % kind.bytesPerElement !== 0) {
      throw malformed(TAG.bytes)
    }
    // A copy of its own, because a small Buffer is a window into memory shared with others.
    return kind.from(new Uint8Array(decoded).buffer)
  },
}

const kinds: readonly Kind[] = [date, map, set, url, params, regexp, bytes, error, bare]

const kindsByPrototype: ReadonlyMap<object, Kind> = new Map(
  kinds.flatMap((kind) => kind.prototypes.map((prototype): [object, Kind] => [prototype, kind])),
)

const kindsByTag: ReadonlyMap<string, Kind> = new Map(kinds.map((kind) => [kind.tag, kind]))

/** The kind of an object, unless it is an array, an ordinary object, or an instance of some class. */
export function kindOf(object: object): Kind | undefined {
  const prototype: object | null = Object.getPrototypeOf(object)
  if (prototype === null) return bare
  return kindsByPrototype.get(prototype) ?? (isNodeError(object) ? error : undefined)
}

export function kindWithTag(tag: string): Kind | undefined {
  return kindsByTag.get(tag)
}
