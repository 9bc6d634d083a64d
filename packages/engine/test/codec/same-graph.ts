import { isDeepStrictEqual } from 'node:util'

/**
 * Whether two values are equal and have the same shape as graphs: where one holds an object twice, so does the
 * other at the same places. Holes in arrays count as `undefined`.
 */
export function isSameGraph(left: unknown, right: unknown, pairs = new Map<object, object>()): boolean {
  if (!isObject(left) || !isObject(right)) return Object.is(left, right)
  const partner = pairs.get(left)
  if (partner !== undefined) return partner === right
  if ([...pairs.values()].includes(right)) return false
  pairs.set(left, right)
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false
  const parts = [partsOf(left), partsOf(right)] as const
  if (isOfOwnClass(left)) return isSameInstance(left, right)
  return (
    isSameLeaf(left, right) &&
    parts[0].length === parts[1].length &&
    parts[0].every((part, index) => isSameGraph(part, parts[1][index], pairs))
  )
}

/** What the constructor of a class shares between the parts of an instance is its own affair. */
function isOfOwnClass(object: object): boolean {
  const { constructor } = object
  return typeof constructor === 'function' && !(object instanceof Error) && !(constructor.name in globalThis)
}

function isSameInstance(left: object, right: object): boolean {
  const keys = Object.keys(left)
  return (
    isDeepStrictEqual(keys.toSorted(), Object.keys(right).toSorted()) &&
    keys.every((key) => isSameGraph(Reflect.get(left, key), Reflect.get(right, key)))
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** What an object holds, in order, names included. */
function partsOf(object: object): unknown[] {
  if (Array.isArray(object)) return Array.from(object)
  if (object instanceof Map) return [...object].flat(1)
  if (object instanceof Set) return [...object]
  if (object instanceof Date || object instanceof RegExp || ArrayBuffer.isView(object)) return []
  const names = object instanceof Error ? Object.getOwnPropertyNames(object).toSorted() : Object.keys(object)
  return names.flatMap((name): unknown[] => [name, Reflect.get(object, name)])
}

function isSameLeaf(left: object, right: object): boolean {
  if (left instanceof Date && right instanceof Date) return Object.is(left.getTime(), right.getTime())
  if (left instanceof RegExp && right instanceof RegExp) {
    return String(left) === String(right) && left.lastIndex === right.lastIndex
  }
  if (ArrayBuffer.isView(left) || left instanceof ArrayBuffer) return isDeepStrictEqual(left, right)
  if (left instanceof URL && right instanceof URL) return left.href === right.href
  if (left instanceof URLSearchParams) return String(left) === String(right)
  return true
}
