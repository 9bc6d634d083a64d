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
    const taking = new Taking(isTransparent)
    const root = taking.take(value)
    if (root === opaque) return undefined
    for (const object of taking.objects) seen.addFresh(object)
    return new Content(root, taking.sharedCount, taking.isPlain)
  }

  /** Whether a value holds the same as the one that this was taken of. Then its objects are added to `seen`. */
  isHeldBy(value: unknown, seen: SeenObjects): boolean {
    if (!(this.#root instanceof ObjectNode)) return Object.is(value, this.#root)
    const count = seen.heldCount
    const known = this.#sharedCount === 0 ? none : []
    if (isSame(value, this.#root, known, seen)) return true
    seen.backTo(count)
    return false
  }

  /** A fresh value. */
  revive(): unknown {
    if (!(this.#root instanceof ObjectNode)) return this.#root
    const made = this.#sharedCount === 0 ? none : []
    return revive(this.#root, made)
  }
}

const none: (object | undefined)[] = []

/** The objects of several values, each once: tells whether two of them hold the same one. */
export class SeenObjects {
  /** Of values that hold what they held before. They did not share an object then. */
  readonly #held: object[] = []
  readonly #fresh = new Set<object>()
  #hasRepetition = false

  addHeld(object: object): void {
    this.#held.push(object)
  }

  addFresh(object: object): void {
    if (this.#fresh.has(object)) this.#hasRepetition = true
    else this.#fresh.add(object)
  }

  get heldCount(): number {
    return this.#held.length
  }

  /** Takes back what was added to the held ones since there were so many. */
  backTo(count: number): void {
    this.#held.length = count
  }

  get hasRepetition(): boolean {
    return this.#hasRepetition || (this.#fresh.size > 0 && this.#held.some((each) => this.#fresh.has(each)))
  }
}

class ObjectNode {
  readonly prototype: object
  /** `undefined` for an array. */
  readonly keys: readonly string[] | undefined
  readonly values: readonly Node[]
  /** A copy whose objects are still to be put in: an array or, for any other object, a plain one. */
  readonly template: object
  /** Places in `values` of objects. */
  readonly nested: readonly number[]
  /** Its number among the objects that occur more than once, or -1. */
  shared = -1

  constructor(
    prototype: object,
    keys: readonly string[] | undefined,
    values: readonly Node[],
    template: object,
  ) {
    this.prototype = prototype
    this.keys = keys
    this.values = values
    this.template = template
    this.nested = values.flatMap((value, at) => (value instanceof ObjectNode ? [at] : []))
  }
}

const opaque = Symbol('opaque')

/** Deeper values are left to the codec, which knows how deep is too deep. */
const deepest = 100

class Taking {
  sharedCount = 0
  isPlain = true
  readonly #isTransparent: Transparency
  readonly #nodes = new Map<object, ObjectNode | typeof opaque>()

  constructor(isTransparent: Transparency) {
    this.#isTransparent = isTransparent
  }

  get objects(): Iterable<object> {
    return this.#nodes.keys()
  }

  take(value: unknown, depth = 0): Node | typeof opaque {
    if (isPrimitive(value)) return value
    if (typeof value !== 'object' || depth === deepest) return opaque
    const known = this.#nodes.get(value)
    if (known !== undefined) {
      if (known !== opaque && known.shared === -1) known.shared = this.sharedCount++
      return known
    }
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
    if (isPlain && Object.getOwnPropertySymbols(object).length > 0) return opaque
    const keys = Object.keys(object)
    // What its class has under the same name may be a setter.
    if (!isPlain && keys.some((key) => key in prototype)) return opaque
    const values = this.#takeAll(
      keys.map((key) => (object as Record<string, unknown>)[key]),
      depth,
    )
    if (values === opaque) return opaque
    const template = { ...object } as Record<string, unknown>
    keys.forEach((key, at) => {
      if (values[at] instanceof ObjectNode) template[key] = undefined
    })
    return new ObjectNode(prototype, keys, values, template)
  }

  #takeArray(array: readonly unknown[], depth: number): ObjectNode | typeof opaque {
    if (Object.keys(array).length !== array.length) return opaque
    const values = this.#takeAll(array, depth)
    if (values === opaque) return opaque
    const template = values.map((value) => (value instanceof ObjectNode ? undefined : value))
    return new ObjectNode(Array.prototype, undefined, values, template)
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
  seen.addHeld(value)
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
  const { shared, keys, values, nested } = node
  if (shared !== -1) {
    const known = made[shared]
    if (known !== undefined) return known
  }
  const object = copyOf(node)
  if (shared !== -1) made[shared] = object
  for (const at of nested) {
    const value = revive(values[at] as ObjectNode, made)
    if (keys === undefined) (object as unknown[])[at] = value
    else (object as Record<string, unknown>)[keys[at]!] = value
  }
  return object
}

function copyOf({ prototype, keys, template }: ObjectNode): object {
  if (keys === undefined) return [...(template as readonly unknown[])]
  if (prototype === Object.prototype) return { ...template }
  return Object.assign(Object.create(prototype) as object, template)
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
