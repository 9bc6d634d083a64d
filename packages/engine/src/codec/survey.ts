// The first of two passes over a value that is not plain JSON: walks all of it once, in the order in which it will
// be written, and finds what the second pass has to know. All refusals come from here, with the path.
import type { CodecExtension } from './codec.ts'
import { UnserialisableValueError } from './errors.ts'
import { BYTES_PER_HOLE, isTooManyDigits, MAX_BIGINT_DIGITS, TAG } from './format.ts'
import { hasOnlyElements } from './is-plain-json.ts'
import { isKeyed, type Keyed } from './keyed.ts'
import { kindOf } from './kinds.ts'
import { formatPath, type PathSegment } from './path.ts'

/** What stands in the place of an object that JSON does not have. */
export interface Tagged {
  readonly tag: string
  /** JSON, an array of values, or an object of values. */
  readonly payload: unknown
}

export interface Survey {
  /** All objects, each with whether it occurs more than once. */
  readonly objects: ReadonlyMap<object, boolean>
  readonly tagged: ReadonlyMap<object, Tagged>
}

export interface CodecLimits {
  readonly maxDepth: number
  readonly maxBytes: number
}

/** @throws {UnserialisableValueError} for the first thing that cannot be kept. */
export function surveyValue(
  value: unknown,
  extensions: readonly CodecExtension[],
  limits: CodecLimits,
): Survey {
  const surveyor = new Surveyor(extensions, limits)
  surveyor.survey(value)
  return surveyor
}

class Surveyor implements Survey {
  readonly objects = new Map<object, boolean>()
  readonly tagged = new Map<object, Tagged>()
  /** Instances whose payload is being walked. They cannot be made before it, so it must not refer to them. */
  readonly #open = new Set<object>()
  readonly #path: PathSegment[] = []
  readonly #extensions: readonly CodecExtension[]
  readonly #limits: CodecLimits

  constructor(extensions: readonly CodecExtension[], limits: CodecLimits) {
    this.#extensions = extensions
    this.#limits = limits
  }

  survey(value: unknown): void {
    try {
      this.#visit(value)
    } catch (error) {
      if (error instanceof UnserialisableValueError) throw error
      // A getter or a proxy of the user's threw, or the stack is full.
      const reason = error instanceof Error ? error.message : String(error)
      throw this.#refuse('an object that cannot be read', `Reading it threw: ${reason}`, error)
    }
  }

  #visit(value: unknown): void {
    switch (typeof value) {
      case 'object':
        if (isKeyed(value)) this.#visitObject(value)
        return
      case 'function': {
        const extension = this.#extensionFor(value)
        if (extension === undefined) throw this.#refuse(describeFunction(value), remedies.function)
        this.#visitFunction(value, extension)
        return
      }
      case 'symbol':
        throw this.#refuse(`the symbol ${String(value)}`, remedies.symbol)
      case 'bigint':
        if (isTooManyDigits(value)) {
          throw this.#refuse(`a bigint of more than ${MAX_BIGINT_DIGITS} digits`, remedies.bigint)
        }
        return
      default:
    }
  }

  #visitFunction(value: object, extension: CodecExtension): void {
    const isKnown = this.objects.has(value)
    this.objects.set(value, isKnown)
    if (!isKnown) this.#visitInstance(value, extension)
  }

  #visitObject(object: Keyed): void {
    if (this.objects.has(object)) {
      if (this.#open.has(object)) throw this.#refuse(`a cycle through ${describe(object)}`, remedies.cycle)
      this.objects.set(object, true)
      return
    }
    this.objects.set(object, false)
    const { maxDepth } = this.#limits
    if (this.#path.length >= maxDepth) {
      throw this.#refuse(`a value nested deeper than ${maxDepth} levels`, remedies.depth)
    }
    const prototype: unknown = Object.getPrototypeOf(object)
    if (prototype === Object.prototype) this.#visitProperties(object)
    else if (prototype === Array.prototype && Array.isArray(object)) this.#visitElements(object)
    else this.#visitTagged(object)
  }

  #visitTagged(object: Keyed): void {
    const kind = kindOf(object)
    if (kind === undefined) {
      const extension = this.#extensionFor(object)
      if (extension === undefined) throw this.#refuse(describe(object), remedyFor(object))
      this.#visitInstance(object, extension)
      return
    }
    this.#refuseSymbolKeys(object)
    if (!kind.keepsProperties) this.#refuseProperties(object)
    const payload = kind.payload(object)
    this.tagged.set(object, { tag: kind.tag, payload })
    if (object instanceof Map) this.#visitEntries(object, payload as readonly object[])
    else if (Array.isArray(payload)) this.#visitElements(payload)
    else if (isKeyed(payload)) this.#visitProperties(payload)
  }

  #visitInstance(object: object, extension: CodecExtension): void {
    const encoded = this.#encodeInstance(object, extension)
    this.tagged.set(object, { tag: TAG.instance, payload: [extension.name, encoded] })
    this.#open.add(object)
    this.#visit(encoded)
    this.#open.delete(object)
  }

  #encodeInstance(object: object, extension: CodecExtension): unknown {
    try {
      return extension.encode(object)
    } catch (error) {
      if (error instanceof UnserialisableValueError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      const found = `${describe(object)}, which the extension ${JSON.stringify(extension.name)} did not encode`
      throw this.#refuse(found, `It said: ${reason}`, error)
    }
  }

  #visitEntries(map: ReadonlyMap<unknown, unknown>, entries: readonly object[]): void {
    for (const entry of entries) this.objects.set(entry, false)
    let index = 0
    for (const [key, value] of map) {
      this.#visitAt({ text: `.keys()[${index}]` }, key)
      this.#visitAt(
        { text: typeof key === 'object' ? `.values()[${index}]` : `.get(${showKey(key)})` },
        value,
      )
      index++
    }
  }

  #visitElements(array: readonly unknown[]): void {
    if (!hasOnlyElements(array)) {
      this.#refuseArrayProperties(array)
      this.#refuseManyHoles(array)
    }
    this.#refuseSymbolKeys(array)
    for (let index = 0; index < array.length; index++) this.#visitAt(index, array[index])
  }

  #visitProperties(object: Keyed): void {
    this.#refuseSymbolKeys(object)
    for (const key of Object.keys(object)) this.#visitAt(key, object[key])
  }

  #visitAt(segment: PathSegment, value: unknown): void {
    // Most values are strings and numbers, which need no place on the path.
    if (typeof value === 'string' || typeof value === 'number') return
    this.#path.push(segment)
    this.#visit(value)
    this.#path.pop()
  }

  #extensionFor(value: unknown): CodecExtension | undefined {
    return this.#extensions.find((extension) => extension.match(value))
  }

  #refuseProperties(object: object): void {
    const [key] = Object.keys(object)
    if (key !== undefined) {
      throw this.#refuse(
        `${describe(object)} with the extra property ${JSON.stringify(key)}`,
        remedies.property,
      )
    }
  }

  /** Holes come back as undefined, properties would not come back. */
  #refuseArrayProperties(array: readonly unknown[]): void {
    const extra = Object.keys(array).find(
      (key) => String(Number(key) >>> 0) !== key || Number(key) >= array.length,
    )
    if (extra !== undefined) {
      throw this.#refuse(`an array with the extra property ${JSON.stringify(extra)}`, remedies.property)
    }
  }

  /** Looking at each of them would take for ever. */
  #refuseManyHoles(array: readonly unknown[]): void {
    const holes = array.length - Object.keys(array).length
    if (holes * BYTES_PER_HOLE <= this.#limits.maxBytes) return
    throw this.#refuse(`an array of ${array.length} elements, of which ${holes} are holes`, remedies.holes)
  }

  #refuseSymbolKeys(object: object): void {
    for (const symbol of Object.getOwnPropertySymbols(object)) {
      if (!Object.prototype.propertyIsEnumerable.call(object, symbol)) continue
      throw this.#refuse(`an object with the symbol key ${String(symbol)}`, remedies.symbolKey)
    }
  }

  #refuse(found: string, remedy: string, cause?: unknown): UnserialisableValueError {
    return new UnserialisableValueError(formatPath(this.#path), found, remedy, cause)
  }
}

const remedies = {
  function: 'Store data, such as a name under which the code finds the function again.',
  symbol: 'Store a string instead.',
  symbolKey: 'Use string keys for what is to be stored.',
  property: 'Put it and the object side by side into an ordinary object.',
  cycle:
    'An extension makes its object after its content, so let it encode an id in place of the back reference.',
  bigint: 'Store it as bytes.',
  holes: 'Store the elements that it has, with their indices.',
  depth: 'Store it in a flatter form, or raise maxDepth.',
  pending: 'Await it, and store its result.',
  weak: 'Its content cannot be listed. Store a Map, a Set or an array.',
  realm: 'It was made in another realm, such as a vm context. Copy its content into one made here.',
} as const

function remedyFor(object: object): string {
  if (object instanceof Promise) return remedies.pending
  if (object instanceof WeakMap || object instanceof WeakSet || object instanceof WeakRef)
    return remedies.weak
  if (isFromAnotherRealm(object)) return remedies.realm
  if (object instanceof Error) {
    const name = classNameOf(object)
    return `Give the codec the extension createErrorExtension(${name}), which keeps ${name}, or store what the error says.`
  }
  return `Store its data as a plain object, or give the codec an extension for ${classNameOf(object)}.`
}

function isFromAnotherRealm(object: object): boolean {
  const here: unknown = Reflect.get(globalThis, classNameOf(object))
  return typeof here === 'function' && here !== object.constructor
}

function describe(object: object): string {
  if (typeof object === 'function') return describeFunction(object)
  if (Array.isArray(object) && Object.getPrototypeOf(object) === Array.prototype) return 'an array'
  return `an instance of ${classNameOf(object)}`
}

function describeFunction(value: { readonly name?: unknown }): string {
  return typeof value.name === 'string' && value.name !== '' ? `the function "${value.name}"` : 'a function'
}

function classNameOf(object: object): string {
  const name: unknown = (object.constructor as { readonly name?: unknown } | undefined)?.name
  return typeof name === 'string' && name !== '' ? name : 'an unnamed class'
}

function showKey(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key) : String(key)
}
