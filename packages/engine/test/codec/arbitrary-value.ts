import { inspect } from 'node:util'
import * as fc from 'fast-check'

type Container = Record<string, unknown> | unknown[] | Map<unknown, unknown> | Set<unknown> | Error

const bytes = fc.uint8Array({ maxLength: 24 })

/** Views of all kinds, of a part of their memory too. */
const views = fc
  .tuple(
    bytes,
    fc.constantFrom(
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
    ),
    fc.boolean(),
  )
  .map(([content, View, isWindow]) => {
    const memory = new Uint8Array(content.length + 16 - (content.length % 8))
    memory.set(content)
    const view = new View(memory.buffer)
    return isWindow ? view.subarray(1) : view
  })

const dataViews = bytes.map((content) => new DataView(content.slice().buffer, Math.min(1, content.length)))

const regexps = fc
  .tuple(
    fc.string({ unit: 'grapheme' }),
    fc.subarray(['d', 'g', 'i', 'm', 's', 'y']),
    fc.constantFrom('', 'u', 'v'),
    fc.nat(9),
  )
  .map(([text, flags, unicode, lastIndex]) => {
    const source = text.replaceAll(/[\\^$.*+?()[\]{}|/&\-!#%,:;<=>@`~"']/g, '\\$&')
    return Object.assign(makeRegExp(source, flags.join('') + unicode) ?? /x/y, { lastIndex })
  })

/** In the stricter modes not every text is an expression. */
function makeRegExp(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

/** Objects that hold no other values, and what is no object. */
export const leaves: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, NaN, Infinity, -Infinity),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  bytes.map((content) => Buffer.from(content)),
  bytes.map((content) => content.slice().buffer),
  views,
  dataViews,
  fc.webUrl({ withQueryParameters: true, withFragments: true }).map((url) => new URL(url)),
  fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 }).map((pairs) => new URLSearchParams(pairs)),
  regexps,
  fc
    .tuple(fc.string(), fc.constantFrom('AbortError', 'TimeoutError', 'Own'))
    .map(([message, name]) => new DOMException(message, name)),
)

/** Keys among which some look like what the stored form has a meaning for. */
export const keys: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'toJSON', '$', '$date', '$ref', '$cairn', 'lc', 'lg_name', '0'),
)

const errorClasses = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError] as const

const errorPrototypes = new Set<unknown>([...errorClasses, AggregateError].map(({ prototype }) => prototype))

function errors(value: fc.Arbitrary<unknown>): fc.Arbitrary<Error> {
  const made = fc
    .tuple(fc.constantFrom(...errorClasses), fc.string(), fc.option(value))
    .map(([Class, message, cause]) => (cause === null ? new Class(message) : new Class(message, { cause })))
  const several = fc
    .tuple(fc.array(value, { maxLength: 2 }), fc.string())
    .map(([all, message]) => new AggregateError(all, message))
  const fields = fc.dictionary(fc.constantFrom('code', '$date', 'name', '__proto__', 'fields'), value, {
    maxKeys: 2,
  })
  return fc.tuple(fc.oneof(made, several), fields).map(([error, own]) => {
    // The stack becomes text when it is first looked at, which fails when the name is no text by then.
    void error.stack
    for (const key of Object.keys(own)) define(error, key, own[key])
    return error
  })
}

function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}

/** Trees of everything that a codec keeps, and of `more`. */
export function arbitraryTree(more: readonly fc.Arbitrary<unknown>[] = []): fc.Arbitrary<unknown> {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      leaves,
      ...more,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
      fc.array(tie('value'), { maxLength: 3 }).map((elements) => new Set(elements)),
      errors(tie('value')),
    ),
  }))
  return value
}

/** A value in which anything may be linked with anything. */
export class Graph {
  constructor(readonly value: unknown) {}

  /** For the report of a failure, which would take for ever if it had each object wherever it occurs. */
  [fc.toStringMethod](): string {
    return inspect(this.value, { depth: 5 })
  }
}

/** Such trees with links added between any of their containers, so that objects are shared and cycles arise. */
export function arbitraryGraph(more: readonly fc.Arbitrary<unknown>[] = []): fc.Arbitrary<Graph> {
  const links = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 })
  return fc.tuple(arbitraryTree(more), links).map(([tree, pairs]) => {
    const objects = [...objectsIn(tree, new Set())]
    const containers = objects.filter(isContainer)
    if (containers.length === 0) return new Graph([tree, tree])
    pairs.forEach(([from, to], index) =>
      link(containers[from % containers.length]!, objects[to % objects.length]!, index),
    )
    return new Graph(tree)
  })
}

/** All objects in the tree, but for what instances of classes hold. */
function objectsIn(value: unknown, found: Set<object>): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  if (!isContainer(value)) return found
  if (value instanceof Map) for (const [key, held] of value) objectsIn(held, objectsIn(key, found))
  else if (value instanceof Set) for (const element of value) objectsIn(element, found)
  else for (const key of Object.keys(value)) objectsIn(Reflect.get(value, key), found)
  return found
}

function isContainer(object: object): object is Container {
  const prototype: unknown = Object.getPrototypeOf(object)
  return (
    Array.isArray(object) ||
    object instanceof Map ||
    object instanceof Set ||
    errorPrototypes.has(prototype) ||
    prototype === Object.prototype ||
    prototype === null
  )
}

function link(from: Container, to: object, index: number): void {
  if (Array.isArray(from)) from.push(to)
  else if (from instanceof Map) from.set(index % 2 === 0 ? index : to, to)
  else if (from instanceof Set) from.add(to)
  else if (from instanceof Error && index % 2 === 0) {
    Object.defineProperty(from, 'cause', { value: to, writable: true, configurable: true })
  } else define(from, `$${index}`, to)
}
