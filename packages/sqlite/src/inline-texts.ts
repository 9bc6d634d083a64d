// An entry holds its short values itself: `data` is a JSON array of them, `head` knows the length of each, so that
// one is read without the others.

/** Longer texts get a row in `value`, in UTF-16 units. */
export const inlineLimit = 400
/** SQLite moves what exceeds about 1000 bytes of an entry to pages of its own, which would be mostly empty. */
const roomOfEntry = 800

export class InlineTextWriter {
  readonly #texts: string[] = []
  #room = roomOfEntry

  hasRoomFor(text: string): boolean {
    return text.length <= this.#room
  }

  /** Its length, for the head. */
  add(text: string): number {
    this.#texts.push(text)
    this.#room -= text.length
    return text.length
  }

  data(): string {
    return `[${this.#texts.join(',')}]`
  }
}

export class InlineTextReader {
  readonly #data: string
  #next = 1

  constructor(data: string) {
    this.#data = data
  }

  /** The next text, of this length. Read them in the order in which they were added. */
  take(length: number): string {
    const start = this.#next
    this.#next = start + length + 1
    return this.#data.slice(start, start + length)
  }
}
