// A stored value as the store knows it: a text, or a sequence of parts that are stored one by one. Parts never
// change, so values that have one in common share it, in memory and in the file.
import type { Content } from './content.ts'

export type Part = Leaf | Sequence

/** A value that is stored as one text. */
export class Leaf {
  /** CRC-32 of the text. */
  readonly sum: number
  readonly length: number
  /** Let go of once it is in the file, if there is a content. */
  text: string | undefined
  /** What the value held that it was made of. */
  given: Content | undefined
  /** What the value holds that the text gives. */
  kept: Content | undefined
  /** Its row in `value`, once it has one. */
  row: number | undefined
  /** Rows of its long strings, if they have any of their own. */
  strings: readonly number[] = []
  /** What stood in its place before, until it has a row: it may have the same strings. */
  former: Leaf | undefined

  constructor(text: string, sum: number) {
    this.text = text
    this.length = text.length
    this.sum = sum
  }
}

/** A long list, or a record: an ordinary object with several keys. */
export class Sequence {
  /** The keys of a record, in their order. */
  readonly keys: readonly string[] | undefined
  /** Its elements, or the values of its keys. */
  readonly parts: readonly Part[]
  /** How its parts are grouped. */
  readonly items: readonly Item[]
  /** Its row in `value`, or the text of its node if that is short. */
  place: Place | undefined

  constructor(keys: readonly string[] | undefined, parts: readonly Part[], items: readonly Item[]) {
    this.keys = keys
    this.parts = parts
    this.items = items
  }
}

/** Where a value is: a row of `value`, or the text itself. */
export type Place = number | string

/** What a node of a sequence refers to. */
export type Item = Part | Chunk

/** Parts of a sequence that follow each other, in a row of their own. */
export class Chunk {
  readonly items: readonly Item[]
  /** With those of its own chunks. */
  readonly partCount: number
  /** Of the tree under it: 1 when it holds no chunk. */
  readonly height: number
  row: number | undefined

  constructor(items: readonly Item[]) {
    this.items = items
    this.partCount = items.reduce((sum, item) => sum + countOf(item), 0)
    this.height = 1 + items.reduce((height, item) => Math.max(height, heightOf(item)), 0)
  }
}

export function countOf(item: Item): number {
  return item instanceof Chunk ? item.partCount : 1
}

export function heightOf(item: Item): number {
  return item instanceof Chunk ? item.height : 0
}
