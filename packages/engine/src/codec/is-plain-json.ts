// Decides whether `JSON.stringify` alone keeps a value exactly. Runs on every encode, so it is written for speed:
// it gives up at the first thing that is not plain and does not say what or where; `survey` finds that out.
import { isKeyed, type Keyed } from './keyed.ts'

/**
 * Whether the value is JSON data and nothing else: no object occurs twice, and no array or object has anything
 * `JSON.stringify` would leave out.
 */
export function isPlainJson(value: unknown, maxDepth: number): boolean {
  return isKeyed(value) ? isPlainContainer(value, maxDepth, new SeenObjects()) : isPlainPrimitive(value)
}

function isPlainPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
    default:
      return value === null
  }
}

/** An array with neither holes nor properties of its own, as far as counting keys can tell. */
export function hasOnlyElements(array: readonly unknown[]): boolean {
  return Object.keys(array).length === array.length
}

function isPlainContainer(container: Keyed, depthLeft: number, seen: SeenObjects): boolean {
  if (depthLeft === 0 || !seen.add(container)) return false
  const prototype: unknown = Object.getPrototypeOf(container)
  if (prototype === Object.prototype) return isPlainObject(container, depthLeft, seen)
  return prototype === Array.prototype && Array.isArray(container) && isPlainArray(container, depthLeft, seen)
}

function isPlainObject(object: Keyed, depthLeft: number, seen: SeenObjects): boolean {
  if (Object.getOwnPropertySymbols(object).length > 0) return false
  // `in` walks a cached list of keys; an enumerable key on Object.prototype only costs the fast way.
  for (const key in object) {
    const value = object[key]
    if (isKeyed(value)) {
      if (!isPlainContainer(value, depthLeft - 1, seen)) return false
    } else if (!isPlainPrimitive(value)) return false
  }
  return true
}

function isPlainArray(array: readonly unknown[], depthLeft: number, seen: SeenObjects): boolean {
  if (!hasOnlyElements(array)) return false
  for (let index = 0; index < array.length; index++) {
    const value = array[index]
    if (isKeyed(value)) {
      if (!isPlainContainer(value, depthLeft - 1, seen)) return false
    } else if (!isPlainPrimitive(value)) return false
  }
  return true
}

/** How many objects are found faster by looking at each than by hashing. */
const FEW = 8

class SeenObjects {
  readonly #few: object[] = []
  #many: Set<object> | undefined

  /** False when it was there already. */
  add(object: object): boolean {
    if (this.#many === undefined) {
      if (this.#few.includes(object)) return false
      if (this.#few.length < FEW) {
        this.#few.push(object)
        return true
      }
      this.#many = new Set(this.#few)
    }
    const before = this.#many.size
    return this.#many.add(object).size > before
  }
}
