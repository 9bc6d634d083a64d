import { TAG } from './format.ts'
import type { Keyed } from './keyed.ts'
import type { Kind } from './kind.ts'
import { asObject, asString, malformed } from './payload.ts'

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

const errorTypeNames: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ...[...errorConstructors].map(([name, constructor]): [object, string] => [constructor.prototype, name]),
  [AggregateError.prototype, 'AggregateError'],
  [DOMException.prototype, 'DOMException'],
])

/** Properties that an error has without them being listed among its keys. */
const hiddenErrorProperties = ['message', 'stack', 'cause', 'errors', 'name'] as const

/** What errors of any class are kept as. What the error does not have is absent. */
export interface ErrorProperties {
  readonly message?: unknown
  readonly stack?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
  readonly name?: unknown
  /** Its enumerable properties. */
  readonly fields?: unknown
}

export const error: Kind<Error> = {
  tag: TAG.error,
  prototypes: [...errorTypeNames.keys()] as object[],
  keepsProperties: true,
  payload(object) {
    const type = typeNameOf(object)!
    // These come first in the text, for a reader needs them to make the object.
    const first = type === 'DOMException' ? { message: object.message, name: object.name } : {}
    return { type, ...first, ...errorProperties(object) }
  },
  restore(payload, reader) {
    const { type, fields, ...hidden } = asObject(payload, TAG.error)
    if (Object.keys(hidden).some((key) => !hiddenErrorProperties.includes(key as never))) {
      throw malformed(TAG.error)
    }
    const restored = emptyError(asString(type, TAG.error), hidden)
    reader.announce(restored)
    for (const key of hiddenErrorProperties) {
      if (!Object.hasOwn(hidden, key)) continue
      const value = reader.read(hidden[key])
      if (type === 'DOMException' && (key === 'message' || key === 'name')) continue
      define(restored, key, value, false)
    }
    if (fields !== undefined) restoreFields(restored, asObject(reader.read(fields), TAG.error))
    return restored
  },
}

/**
 * Whether it is one of the errors that Node itself throws, such as those with a code `ERR_…`: their prototype is
 * neither that of their class nor that of a class of its own.
 */
export function isNodeError(object: object): boolean {
  return object instanceof Error && typeNameOf(object) !== undefined
}

function typeNameOf(object: Error): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(object)
  const known = errorTypeNames.get(prototype)
  if (known !== undefined) return known
  const isEmpty = Object.getOwnPropertyNames(prototype).every((key) => key === 'constructor')
  return isEmpty ? errorTypeNames.get(object.constructor.prototype) : undefined
}

export function errorProperties(object: Error): ErrorProperties {
  const properties: Keyed = {}
  for (const key of hiddenErrorProperties) {
    const property = Object.getOwnPropertyDescriptor(object, key)
    if (property !== undefined && property.enumerable !== true) properties[key] = Reflect.get(object, key)
  }
  if (Object.keys(object).length > 0) properties['fields'] = Object.fromEntries(Object.entries(object))
  return properties
}

/** An error of this class with these properties. Its constructor is not called. */
export function errorWith(Class: abstract new (...given: never[]) => Error, properties: Keyed): Error {
  const restored = withoutProperties(
    Class.prototype instanceof AggregateError
      ? (Reflect.construct(AggregateError, [[]], Class) as Error)
      : (Reflect.construct(Error, [], Class) as Error),
  )
  for (const key of hiddenErrorProperties) {
    if (Object.hasOwn(properties, key)) define(restored, key, properties[key], false)
  }
  if (properties['fields'] !== undefined) restoreFields(restored, asObject(properties['fields'], TAG.error))
  return restored
}

function restoreFields(restored: Error, fields: Keyed): void {
  for (const [key, value] of Object.entries(fields)) define(restored, key, value, true)
}

function define(restored: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(restored, key, { value, writable: true, configurable: true, enumerable })
}

/** An error without properties of its own, but for a `DOMException`, which gets message and name only here. */
function emptyError(type: string, hidden: Keyed): Error {
  if (type === 'DOMException') {
    return new DOMException(asString(hidden['message'], TAG.error), asString(hidden['name'], TAG.error))
  }
  return withoutProperties(type === 'AggregateError' ? new AggregateError([]) : makeError(type))
}

function withoutProperties(made: Error): Error {
  for (const key of Object.getOwnPropertyNames(made)) Reflect.deleteProperty(made, key)
  return made
}

function makeError(type: string): Error {
  const Constructor = errorConstructors.get(type)
  if (Constructor === undefined) throw malformed(TAG.error)
  return new Constructor()
}
