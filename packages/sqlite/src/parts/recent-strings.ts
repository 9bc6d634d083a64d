/** Strings that are remembered, and their length in all, in UTF-16 units. */
const most = 32
const mostText = 256 * 1024

/** Rows of the long strings that were stored last, which the next version of a value probably has again. */
export class RecentStrings {
  readonly #rows = new Map<string, number>()
  #size = 0

  /** The row of a string. */
  rowOf(text: string): number | undefined {
    return this.#rows.get(text)
  }

  add(text: string, row: number): void {
    if (text.length > mostText) return
    if (!this.#rows.delete(text)) this.#size += text.length
    this.#rows.set(text, row)
    for (const oldest of this.#rows.keys()) {
      if (this.#rows.size <= most && this.#size <= mostText) return
      this.#rows.delete(oldest)
      this.#size -= oldest.length
    }
  }
}
