/** JSON data: what a label may hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * JSON text that is the same for equal values, whatever the order of their keys.
 * @throws {TypeError} for anything that JSON does not keep.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value, []))
}

function sorted(value: unknown, around: readonly object[]): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      break
    case 'object':
      if (value === null) return null
      if (!around.includes(value)) return sortedObject(value, [...around, value])
  }
  throw new TypeError(`It must be JSON data: text, finite numbers, booleans, null, lists and plain objects.`)
}

function sortedObject(object: object, around: readonly object[]): Json {
  if (Array.isArray(object)) return Array.from(object, (element) => sorted(element, around))
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && prototype !== null) return sorted(undefined, around)
  const entries = Object.entries(object).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    entries
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, value]) => [key, sorted(value, around)]),
  )
}
