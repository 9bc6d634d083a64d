import type { CodecExtension } from './codec.ts'
import { errorProperties, errorWith } from './error-kind.ts'
import { isKeyed } from './keyed.ts'

export type ErrorClass = abstract new (...given: never[]) => Error

/**
 * Keeps instances of a class of errors, with message, stack, cause and what they hold besides. The constructor is
 * not called when one is read, so what it puts into private fields (`#code`) is not there: such a class needs an
 * extension of its own.
 *
 * @param name what is stored; by default the name of the class. Give one where names are changed, as minifiers do.
 * @throws {TypeError} for what is not a class of errors, or has no name.
 */
export function createErrorExtension(Class: ErrorClass, name: string = Class.name): CodecExtension<Error> {
  const isClass = typeof Class === 'function' && (Class.prototype as unknown) instanceof Error
  if (!isClass || (Class.prototype as unknown) instanceof DOMException) {
    throw new TypeError(`createErrorExtension takes a class that extends Error, but got ${String(Class)}.`)
  }
  if (typeof name !== 'string' || name === '') {
    throw new TypeError('createErrorExtension needs a name for a class that has none.')
  }
  return {
    name,
    match: (value) => isKeyed(value) && Object.getPrototypeOf(value) === Class.prototype,
    encode: errorProperties,
    decode(encoded) {
      if (!isKeyed(encoded) || Array.isArray(encoded)) throw new Error('It is not a stored error.')
      return errorWith(Class, encoded)
    },
  }
}
