// Parts in the file: reads them from rows of `value`, and puts those there that have none yet.
import { crc32 } from 'node:zlib'
import { inlineLimit } from '../inline-texts.ts'
import type { KnownThread, KnownThreads } from '../known-threads.ts'
import type { ValueTable } from '../values.ts'
import { cutOut, isPiecesText, joinPieces, type Pieces, piecesText } from './long-strings.ts'
import { isSequenceText, nodeText, parseNode, type NodeRows, type ParsedChunk } from './node-text.ts'
import { Chunk, Leaf, Sequence, type Item, type Part, type Place } from './part.ts'
import { assertPlausible, assertPlausibleSequence } from './plausible.ts'
import { leafOf } from './value-parts.ts'

/** Elements of a sequence up to this length stand in its nodes, in UTF-16 units. */
const longestInNode = 32

/** Within a transaction. */
export class PartRows {
  readonly #values: ValueTable
  readonly #threads: KnownThreads

  constructor(values: ValueTable, threads: KnownThreads) {
    this.#values = values
    this.#threads = threads
  }

  /** @throws {TypeError|SyntaxError} when it is missing or damaged. */
  at(place: Place, thread: KnownThread): Part {
    try {
      if (typeof place === 'number') return this.#part(place, thread)
      return isSequenceText(place) ? this.#sequence(place, place, thread) : leafOf(place)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      // Rows that lead in a circle, or stand for more than a string or the stack can hold.
      throw new TypeError(`its parts are nested without end, or too large (${error.message})`, {
        cause: error,
      })
    }
  }

  /** Puts what has no row yet into the file; `number` is that of the thread there. */
  place(part: Part, thread: KnownThread, number: number): Place {
    if (part instanceof Leaf) {
      if (part.row !== undefined) return part.row
      return part.length <= inlineLimit ? part.text! : this.#insertLeaf(part, thread, number)
    }
    return (part.place ??= this.#placeSequence(part, thread, number))
  }

  /** The text of a value in a row; `undefined` when it is missing or damaged. */
  textOf(row: number): string | undefined {
    try {
      const text = this.#values.read(row, crc32)?.text
      return text !== undefined && isPiecesText(text)
        ? joinPieces(text, (each) => this.#read(each).text)
        : text
    } catch (error) {
      if (error instanceof TypeError) return undefined
      throw error
    }
  }

  insert(text: string, number: number): number {
    return this.#values.insert(number, { text, sum: crc32(text) })
  }

  #placeSequence(sequence: Sequence, thread: KnownThread, number: number): Place {
    const text = this.#nodeText(sequence.items, sequence.keys, thread, number)
    return text.length <= inlineLimit ? text : this.#insertNode(text, sequence, thread, number)
  }

  #nodeText(
    items: readonly Item[],
    keys: readonly string[] | undefined,
    thread: KnownThread,
    number: number,
  ): string {
    let at = 0
    for (const item of items) {
      const end = at + (item instanceof Chunk ? item.partCount : 1)
      if (item instanceof Chunk) this.#insertChunk(item, keys?.slice(at, end), thread, number)
      else if (item instanceof Sequence) this.#insertSequence(item, thread, number)
      else if (item.row === undefined && item.length > longestInNode) this.#insertLeaf(item, thread, number)
      at = end
    }
    return nodeText(items, keys)
  }

  #insertChunk(chunk: Chunk, keys: readonly string[] | undefined, thread: KnownThread, number: number): void {
    if (chunk.row !== undefined) return
    const text = this.#nodeText(chunk.items, keys, thread, number)
    chunk.row = this.insert(text, number)
    this.#threads.note(thread, text.length)
  }

  /** A sequence within a sequence always has a row. */
  #insertSequence(sequence: Sequence, thread: KnownThread, number: number): void {
    const place = this.place(sequence, thread, number)
    if (typeof place === 'string') this.#insertNode(place, sequence, thread, number)
  }

  #insertNode(text: string, sequence: Sequence, thread: KnownThread, number: number): number {
    const row = this.insert(text, number)
    sequence.place = row
    this.#remember(row, sequence, text.length, thread)
    return row
  }

  #insertLeaf(leaf: Leaf, thread: KnownThread, number: number): number {
    const pieces = cutOut(leaf.text!)
    const row =
      pieces === undefined
        ? this.#values.insert(number, { text: leaf.text!, sum: leaf.sum })
        : this.insert(this.#piecesText(leaf, pieces, thread, number), number)
    leaf.row = row
    leaf.former = undefined
    this.#remember(row, leaf, leaf.length, thread)
    if (leaf.kept !== undefined || leaf.given !== undefined) leaf.text = undefined
    return row
  }

  #piecesText(leaf: Leaf, pieces: Pieces, thread: KnownThread, number: number): string {
    const strings: number[] = []
    const text = piecesText(pieces, (string) => {
      const row =
        thread.strings.rowOf(string) ??
        leaf.former?.strings.find((each) => this.textOf(each) === string) ??
        this.insert(string, number)
      strings.push(row)
      return row
    })
    for (const [at, row] of strings.entries()) thread.strings.add(pieces[2 * at + 1]!, row)
    leaf.strings = strings
    return text
  }

  #remember(row: number, part: Part, length: number, thread: KnownThread): void {
    thread.parts.set(row, part)
    this.#threads.note(thread, length)
  }

  #part(row: number, thread: KnownThread): Part {
    const known = thread.parts.get(row)
    if (known !== undefined) return known
    const { text, sum } = this.#read(row)
    const part = isSequenceText(text) ? this.#sequence(text, row, thread) : this.#leaf(text, sum, row)
    this.#remember(row, part, part instanceof Leaf ? part.length : text.length, thread)
    return part
  }

  #leaf(text: string, sum: number, row: number): Leaf {
    const strings: number[] = []
    const leaf = isPiecesText(text)
      ? leafOf(
          joinPieces(text, (each) => {
            strings.push(each)
            return this.#read(each).text
          }),
        )
      : new Leaf(text, sum)
    leaf.row = row
    leaf.strings = strings
    return leaf
  }

  #chunk(row: number, thread: KnownThread): ParsedChunk {
    const known = thread.chunks.get(row)
    if (known !== undefined) return known
    const { text } = this.#read(row)
    const { items, keys, parts } = parseNode(text, this.#rowsOf(thread), inlineLeaf)
    assertPlausible(parts)
    const chunk = new Chunk(items)
    chunk.row = row
    const parsed = { chunk, keys, parts }
    thread.chunks.set(row, parsed)
    this.#threads.note(thread, text.length)
    return parsed
  }

  #sequence(text: string, place: Place, thread: KnownThread): Sequence {
    const { isRecord, items, keys, parts } = parseNode(text, this.#rowsOf(thread), inlineLeaf)
    assertPlausible(parts)
    const sequence = new Sequence(isRecord ? keys : undefined, parts, items)
    assertPlausibleSequence(sequence)
    sequence.place = place
    return sequence
  }

  #rowsOf(thread: KnownThread): NodeRows {
    return { part: (row) => this.#part(row, thread), chunk: (row) => this.#chunk(row, thread) }
  }

  #read(row: number): { text: string; sum: number } {
    const found = this.#values.read(row, crc32)
    if (found === undefined) throw new TypeError(`row ${row} of value, a part of it, is missing`)
    return found
  }
}

/** A part that stands in a node is the text of a value as JSON has it anyway. */
function inlineLeaf(value: unknown): Leaf {
  return leafOf(JSON.stringify(value))
}
