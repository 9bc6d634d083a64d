// What a value held at one moment, in a form that nobody can change. It answers two questions without any text:
// whether a live value still holds the same, and what a fresh value that holds the same looks like.
import type { Codec } from '@cairn/engine/codec'

type Primitive = null | undefined | boolean | number | bigint | string
type Node = Primitive | ObjectNode

/** Says which objects are wholly told by their prototype and their own properties. */
export type Transparency = NonNullable<Codec['isTransparent']>

export class Content {
  /** It holds nothing but plain data. */
  readonly isPlain: boolean
  readonly #root: Node
  /** How many of its objects occur more than once in it. */
  readonly #sharedCount: number

  private constructor(root: Node, sharedCount: number, isPlain: boolean) {
    this.#root = root
    this.#sharedCount = sharedCount
    this.isPlain = isPlain
  }

  /**
   * The content of a value as it is now, or `undefined` for one that holds more than plain data and transparent
   * objects. Its objects are added to `seen`, each once.
   */
  static of(value: unknown, isTransparent: Transparency, seen: SeenObjects): Content | undefined {
    if (isPrimitive(value)) return new Content(value, 0, true)
    const count = seen.count
    const taking = new Taking(isTransparent, seen)
    const root = taking.take(value)
    if (root !== opaque) return new Content(root, taking.sharedCount, taking.isPlain)
    seen.backTo(count)
    return undefined
  }

  /** Whether a value holds the same as the one that this was taken of. Then its objects are added to `seen`. */
  isHeldBy(value: unknown, seen: SeenObjects): boolean {
    if (!(this.#root instanceof ObjectNode)) return Object.is(value, this.#root)
    const count = seen.count
    const known = this.#sharedCount === 0 ? none : new Array<object | undefined>(this.#sharedCount)
    if (isSame(value, this.#root, known, seen)) return true
    seen.backTo(count)
    return false
  }

  /** A fresh value. */
  revive(): unknown {
    if (!(this.#root instanceof ObjectNode)) return this.#root
    const made = this.#sharedCount === 0 ? none : new Array<object | undefined>(this.#sharedCount)
    return revive(this.#root, made)
  }
}

const none: (object | undefined)[] = []

/** The objects of several values: tells whether two of them hold the same one. */
export class SeenObjects {
  readonly #objects: object[] = []

  add(object: object): void {
    this.#objects.push(object)
  }

  get count(): number {
    return this.#objects.length
  }

  /** Takes back what was added since it had so many. */
  backTo(count: number): void {
    this.#objects.length = count
  }

  get hasRepetition(): boolean {
    return new Set(this.#objects).size < this.#objects.length
  }
}

class ObjectNode {
  readonly prototype: object
  /** `undefined` for an array. */
  readonly keys: readonly string[] | undefined
  readonly values: readonly Node[]
  readonly symbols: readonly (readonly [symbol, PropertyDescriptor])[] | undefined
  /** Its number among the objects that occur more than once, or -1. */
  shared = -1

  constructor(
    prototype: object,
    keys: readonly string[] | undefined,
    values: readonly Node[],
    symbols: ObjectNode['symbols'],
  ) {
    this.prototype = prototype
    this.keys = keys
    this.values = values
    this.symbols = symbols
  }
}

const opaque = Symbol('opaque')

/** Deeper values are left to the codec, which knows how deep is too deep. */
const deepest = 100

class Taking {
  sharedCount = 0
  isPlain = true
  readonly #isTransparent: Transparency
  readonly #seen: SeenObjects
  readonly #nodes = new Map<object, ObjectNode | typeof opaque>()

  constructor(isTransparent: Transparency, seen: SeenObjects) {
    this.#isTransparent = isTransparent
    this.#seen = seen
  }

  take(value: unknown, depth = 0): Node | typeof opaque {
    if (isPrimitive(value)) return value
    if (typeof value !== 'object' || depth === deepest) return opaque
    const known = this.#nodes.get(value)
    if (known !== undefined) {
      if (known !== opaque && known.shared === -1) known.shared = this.sharedCount++
      return known
    }
    this.#seen.add(value)
    this.#nodes.set(value, opaque) // for as long as it is open: it must not hold itself
    const node = this.#takeObject(value, depth)
    this.#nodes.set(value, node)
    return node
  }

  #takeObject(object: object, depth: number): ObjectNode | typeof opaque {
    const prototype = Object.getPrototypeOf(object) as object | null
    if (prototype === Array.prototype && Array.isArray(object)) return this.#takeArray(object, depth)
    const isPlain = prototype === Object.prototype
    if (prototype === null || !(isPlain || this.#isTransparent(object))) return opaque
    if (!isPlain) this.isPlain = false
    const symbols = Object.getOwnPropertySymbols(object)
    if (isPlain && symbols.length > 0) return opaque
    const keys = Object.keys(object)
    const values = this.#takeAll(
      keys.map((key) => (object as Record<string, unknown>)[key]),
      depth,
    )
    if (values === opaque) return opaque
    const described = symbols.map(
      (symbol) => [symbol, Object.getOwnPropertyDescriptor(object, symbol)!] as const,
    )
    return new ObjectNode(prototype, keys, values, described.length === 0 ? undefined : described)
  }

  #takeArray(array: readonly unknown[], depth: number): ObjectNode | typeof opaque {
    if (Object.keys(array).length !== array.length) return opaque
    const values = this.#takeAll(array, depth)
    return values === opaque ? opaque : new ObjectNode(Array.prototype, undefined, values, undefined)
  }

  #takeAll(values: readonly unknown[], depth: number): Node[] | typeof opaque {
    const taken: Node[] = []
    for (const value of values) {
      const node = this.take(value, depth + 1)
      if (node === opaque) return opaque
      taken.push(node)
    }
    return taken
  }
}

function isSame(value: unknown, node: Node, known: (object | undefined)[], seen: SeenObjects): boolean {
  if (!(node instanceof ObjectNode)) return Object.is(value, node)
  if (typeof value !== 'object' || value === null) return false
  if (node.shared !== -1) {
    const other = known[node.shared]
    if (other !== undefined) return other === value
    known[node.shared] = value
  }
  if (Object.getPrototypeOf(value) !== node.prototype) return false
  seen.add(value)
  const { keys, values } = node
  if (keys === undefined) {
    const array = value as readonly unknown[]
    if (array.length !== values.length) return false
    for (let at = 0; at < values.length; at++) {
      if (!isSame(array[at], values[at], known, seen)) return false
    }
    return true
  }
  let at = 0
  // `in` walks a list of keys that the engine keeps for objects made alike, where `Object.keys` makes a new one.
  for (const key in value) {
    if (key !== keys[at] || !isSame((value as Record<string, unknown>)[key], values[at], known, seen))
      return false
    at++
  }
  return at === keys.length
}

function revive(node: ObjectNode, made: (object | undefined)[]): object {
  if (node.shared !== -1) {
    const known = made[node.shared]
    if (known !== undefined) return known
  }
  const { keys, values, symbols, prototype } = node
  if (keys === undefined) {
    const array: unknown[] = []
    if (node.shared !== -1) made[node.shared] = array
    for (const value of values) array.push(value instanceof ObjectNode ? revive(value, made) : value)
    return array
  }
  const object = (prototype === Object.prototype ? {} : Object.create(prototype)) as Record<string, unknown>
  if (node.shared !== -1) made[node.shared] = object
  for (let at = 0; at < keys.length; at++) {
    const value = values[at]
    setOwn(object, keys[at]!, value instanceof ObjectNode ? revive(value, made) : value)
  }
  if (symbols !== undefined) {
    for (const [symbol, descriptor] of symbols) Object.defineProperty(object, symbol, descriptor)
  }
  return object
}

/** Plain assignment, the fast way, would take `__proto__` for the prototype, and may meet a setter of the class. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key in object)
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else object[key] = value
}

function isPrimitive(value: unknown): value is Primitive {
  switch (typeof value) {
    case 'object':
      return value === null
    case 'function':
    case 'symbol':
      return false
    default:
      return true
  }
}
