// Makes parts of values. What a value has in common with its version before keeps its part, and needs no text.
//   V1. Whether a part is kept is decided by what the live value holds now, never by whose object it is.
//   V2. A value whose parts share an object, or that holds itself, is one text: parts know nothing of each other.
import { crc32 } from 'node:zlib'
import type { Codec } from '@cairn/engine/codec'
import { collectObjects } from './collect-objects.ts'
import { Content, SeenObjects, type Transparency } from './content.ts'
import { groupParts } from './group-parts.ts'
import { Leaf, type Part, Sequence } from './part.ts'
import type { RecentLeaves } from './recent-leaves.ts'

/** Longer texts of lists and records are taken apart, in UTF-16 units. */
const wholeLimit = 400
/** The same for a record that is itself a part, such as a message. */
const wholeRecordLimit = 4096
/** Parts within parts. */
const deepest = 8
/** How far ahead the version before is searched for what stands at a place now. */
const lookAhead = 8

export class ValueParts {
  readonly codec: Codec
  readonly isTransparent: Transparency
  /** The text of a part that is in the file. */
  readonly #textOf: (row: number) => string | undefined

  constructor(codec: Codec, textOf: (row: number) => string | undefined) {
    this.codec = codec
    this.isTransparent = (object) => codec.isTransparent?.(object) === true
    this.#textOf = textOf
  }

  /**
   * @param before the version before, if there is one
   * @throws {UnserialisableValueError}
   */
  of(value: unknown, before: Part | undefined, fresh: FreshParts): Part {
    if (typeof value !== 'object' || value === null) return this.#leaf(value, before, fresh)
    let part = fresh.byObject.get(value)
    if (part === undefined) fresh.byObject.set(value, (part = this.#of(value, before, fresh)))
    return part
  }

  /** A fresh value of what a leaf holds. */
  valueOf(leaf: Leaf): unknown {
    if (leaf.kept !== undefined) return leaf.kept.revive()
    const text = leaf.text ?? this.#textOf(leaf.row!)
    if (text === undefined) throw new TypeError('a part of it is missing')
    const value = this.codec.decode(text)
    leaf.kept = Content.of(value, this.isTransparent, new SeenObjects())
    return value
  }

  /** Also of a leaf whose row is gone. */
  textOf(leaf: Leaf): string {
    const content = leaf.given ?? leaf.kept
    const text =
      leaf.text ?? (content === undefined ? this.#textOf(leaf.row!) : this.codec.encode(content.revive()))
    if (text === undefined) throw new TypeError('a part of a value is missing')
    return text
  }

  hasSameText(known: Part, leaf: Leaf): known is Leaf {
    return (
      known instanceof Leaf &&
      known.sum === leaf.sum &&
      known.length === leaf.length &&
      (known.text ?? this.#textOf(known.row!)) === leaf.text
    )
  }

  #of(value: object, before: Part | undefined, fresh: FreshParts): Part {
    if (before instanceof Leaf && isHeldBy(before, value, new SeenObjects())) return before
    if (!isSequence(value)) return this.#leaf(value, before, fresh)
    if (!(before instanceof Sequence)) {
      const text = this.codec.encode(value)
      if (text.length <= wholeLimit) return this.#textLeaf(text, before, fresh)
    }
    return new Splitting(this, fresh).sequence(value, before, 0) ?? this.#leaf(value, before, fresh)
  }

  #leaf(value: unknown, before: Part | undefined, fresh: FreshParts): Leaf {
    return this.#textLeaf(this.codec.encode(value), before, fresh)
  }

  #textLeaf(text: string, before: Part | undefined, fresh: FreshParts): Leaf {
    const leaf = leafOf(text)
    if (before === undefined) return fresh.byText.leaf(leaf)
    if (this.hasSameText(before, leaf)) return before
    if (hasStrings(before)) leaf.former = before
    return fresh.byText.leaf(leaf)
  }
}

/** Parts that were made of late, which the next value probably holds. */
export interface FreshParts {
  /** Of objects that nobody has had a chance to change since: those of one call. */
  readonly byObject: Map<object, Part>
  readonly byText: RecentLeaves
}

export function leafOf(text: string): Leaf {
  return new Leaf(text, crc32(text))
}

/** One value on its way into a sequence. */
class Splitting {
  readonly #values: ValueParts
  readonly #fresh: FreshParts
  readonly #seen = new SeenObjects()

  constructor(values: ValueParts, fresh: FreshParts) {
    this.#values = values
    this.#fresh = fresh
  }

  /** `undefined` when its parts are not independent of each other. */
  sequence(value: List | Keyed, before: Part | undefined, depth: number): Sequence | undefined {
    const sequence = this.#sequence(value, before, depth)
    return this.#seen.hasRepetition ? undefined : sequence
  }

  #sequence(value: List | Keyed, before: Part | undefined, depth: number): Sequence {
    this.#seen.addFresh(value)
    const keys = isList(value) ? undefined : Object.keys(value)
    const known =
      before instanceof Sequence && (before.keys === undefined) === (keys === undefined) ? before : nothing
    const length = keys?.length ?? (value as List).length
    const same = this.#countSame(value, keys, known)
    if (same === length && same === known.parts.length) return known
    const matching = new Matching(known, same, this.#values, this.#seen)
    const parts = known.parts.slice(0, same)
    const origins = parts.map((_, at) => at)
    for (let at = same; at < length; at++) {
      const element = keys === undefined ? (value as List)[at] : (value as Keyed)[keys[at]!]
      const found = matching.find(element, keys?.[at])
      parts.push(found?.part ?? this.#part(element, matching, depth + 1))
      origins.push(found?.index ?? matching.foundAt)
    }
    if (known !== nothing && isUnchanged(known, keys, parts)) return known
    return new Sequence(keys, parts, groupParts(parts, known.items, origins))
  }

  /** How many parts of the version before are at the beginning as they were. */
  #countSame(value: List | Keyed, keys: readonly string[] | undefined, known: Sequence): number {
    const { parts } = known
    const most = Math.min(parts.length, keys?.length ?? (value as List).length)
    let at = 0
    if (keys === undefined) while (at < most && holds(parts[at]!, (value as List)[at], this.#seen)) at++
    else
      while (
        at < most &&
        keys[at] === known.keys![at] &&
        holds(parts[at]!, (value as Keyed)[keys[at]!], this.#seen)
      )
        at++
    return at
  }

  /** A part for what the version before does not hold at that place. */
  #part(value: unknown, matching: Matching, depth: number): Part {
    const isObject = typeof value === 'object' && value !== null
    const given = isObject ? this.#fresh.byObject.get(value) : undefined
    if (given instanceof Leaf) {
      if (!isHeldBy(given, value, this.#seen)) collectObjects(value, this.#seen)
      return given
    }
    const mayBeSequence = isObject && depth < deepest && isSequence(value)
    if (mayBeSequence && matching.candidate instanceof Sequence) {
      return this.#sequence(value, matching.candidate, depth)
    }
    const leaf = leafOf(this.#values.codec.encode(value))
    const limit = Array.isArray(value) ? wholeLimit : wholeRecordLimit
    if (mayBeSequence && leaf.length > limit) return this.#sequence(value, undefined, depth)
    leaf.given = Content.of(value, this.#values.isTransparent, this.#seen)
    if (leaf.given?.isPlain === true) leaf.kept = leaf.given
    if (leaf.given === undefined) collectObjects(value, this.#seen)
    if (hasStrings(matching.candidate)) leaf.former = matching.candidate
    const part = matching.withText(leaf) ?? this.#fresh.byText.leaf(leaf)
    if (isObject) this.#fresh.byObject.set(value, part)
    return part
  }
}

const nothing = new Sequence(undefined, [], [])

function isUnchanged(known: Sequence, keys: readonly string[] | undefined, parts: readonly Part[]): boolean {
  return (
    known.parts.length === parts.length &&
    parts.every((part, at) => part === known.parts[at]) &&
    (keys === undefined || keys.every((key, at) => key === known.keys![at]))
  )
}

/** Finds the parts of the version before that the elements of the present one still hold, from first to last. */
class Matching {
  readonly #before: Sequence
  readonly #values: ValueParts
  readonly #seen: SeenObjects
  /** Where in the version before the next element is looked for first. */
  #next: number
  #indexes: ReadonlyMap<string, number> | undefined
  #bySum: ReadonlyMap<number, number> | undefined
  /** What stood in the place of the element that was looked for last. */
  candidate: Part | undefined
  /** Index of the part that `withText` found last, or -1. */
  foundAt = -1

  constructor(before: Sequence, next: number, values: ValueParts, seen: SeenObjects) {
    this.#before = before
    this.#next = next
    this.#values = values
    this.#seen = seen
  }

  find(element: unknown, key: string | undefined): { part: Part; index: number } | undefined {
    const { parts } = this.#before
    if (key !== undefined) this.#next = this.#indexOf(key)
    this.candidate = parts[this.#next]
    this.foundAt = -1
    const end = Math.min(parts.length, this.#next + (key === undefined ? lookAhead : 1))
    for (let index = this.#next; index < end; index++) {
      const part = parts[index]!
      if (!holds(part, element, this.#seen)) continue
      this.#next = index + 1
      return { part, index }
    }
    return undefined
  }

  /** The leaf of the version before with the same text. */
  withText(leaf: Leaf): Leaf | undefined {
    const { parts } = this.#before
    if (this.#next >= parts.length) return undefined // it was appended
    this.#bySum ??= new Map(parts.map((part, index) => [part instanceof Leaf ? part.sum : -1, index]))
    for (const index of [this.#next, this.#bySum.get(leaf.sum) ?? -1]) {
      const part = parts[index]
      if (part === undefined || !this.#values.hasSameText(part, leaf)) continue
      this.foundAt = index
      this.#next = index + 1
      part.given = leaf.given
      return part
    }
    return undefined
  }

  #indexOf(key: string): number {
    const { keys = [] } = this.#before
    if (keys[this.#next] === key) return this.#next
    this.#indexes ??= new Map(keys.map((each, index) => [each, index]))
    return this.#indexes.get(key) ?? keys.length
  }
}

function holds(part: Part, value: unknown, seen: SeenObjects): boolean {
  if (part instanceof Leaf) return isHeldBy(part, value, seen)
  if (typeof value !== 'object' || value === null || !isSequence(value)) return false
  const { keys, parts } = part
  const count = seen.heldCount
  seen.addHeld(value)
  const isSame = isList(value)
    ? keys === undefined &&
      value.length === parts.length &&
      parts.every((each, at) => holds(each, value[at], seen))
    : keys !== undefined &&
      haveSameKeys(value, keys) &&
      parts.every((each, at) => holds(each, value[keys[at]!], seen))
  if (!isSame) seen.backTo(count)
  return isSame
}

function haveSameKeys(value: Keyed, keys: readonly string[]): boolean {
  const own = Object.keys(value)
  return own.length === keys.length && own.every((key, at) => key === keys[at])
}

function isHeldBy({ kept, given }: Leaf, value: unknown, seen: SeenObjects): boolean {
  if (kept?.isHeldBy(value, seen) === true) return true
  return given !== undefined && given !== kept && given.isHeldBy(value, seen)
}

function hasStrings(part: Part | undefined): part is Leaf {
  return part instanceof Leaf && part.strings.length > 0
}

type List = readonly unknown[]
type Keyed = Readonly<Record<string, unknown>>

const isList = (value: List | Keyed): value is List => Array.isArray(value)

/** A list or a record that could be taken apart. */
function isSequence(value: object): value is List | Keyed {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype && Array.isArray(value)) {
    return value.length > 0 && Object.keys(value).length === value.length
  }
  if (prototype !== Object.prototype || Object.getOwnPropertySymbols(value).length > 0) return false
  const keys = Object.keys(value)
  return keys.length > 1 || (keys.length === 1 && !keys[0]!.startsWith('$'))
}
