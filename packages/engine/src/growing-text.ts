import { ENVELOPE_START } from './codec/format.ts'

/**
 * A text of which each version begins like the one before, as a list does to which elements are added. All
 * versions share the characters, so that a list that grew to n elements is kept once and not n times.
 */
export class GrowingText {
  /** The longest version, without its end. */
  #body: string
  readonly #end: string

  private constructor(body: string, end: string) {
    this.#body = body
    this.#end = end
  }

  static from(text: string): TextVersion {
    const end = endOf(text)
    const body = text.slice(0, text.length - end.length)
    return new TextVersion(new GrowingText(body, end), body.length)
  }

  read(length: number): string {
    return this.#body.slice(0, length) + this.#end
  }

  /** The text as the longest version, or `undefined` when it does not begin like the longest so far. */
  grow(text: string): TextVersion | undefined {
    const length = text.length - this.#end.length
    if (length < this.#body.length || !text.startsWith(this.#body) || !text.endsWith(this.#end))
      return undefined
    if (length > this.#body.length) this.#body = text.slice(0, length)
    return new TextVersion(this, length)
  }
}

/** One version of a growing text. */
export class TextVersion {
  readonly #text: GrowingText
  readonly #length: number

  constructor(text: GrowingText, length: number) {
    this.#text = text
    this.#length = length
  }

  read(): string {
    return this.#text.read(this.#length)
  }

  /** Whether the two share their characters. */
  isVersionOfSame(other: TextVersion): boolean {
    return this.#text === other.#text
  }

  /** The version that this text is, sharing what it can with this one. */
  next(text: string): TextVersion {
    return this.#text.grow(text) ?? GrowingText.from(text)
  }
}

/** What follows the last element of a list: a bracket, and in an envelope a brace. */
function endOf(text: string): string {
  return text.slice(text.startsWith(ENVELOPE_START) ? -2 : -1)
}
