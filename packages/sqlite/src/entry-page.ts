import { parseHead } from './checkpoint-head.ts'
import { type CompactId, expandId } from './compact-id.ts'
import type { CheckpointEntry, ListedEntry } from './entries.ts'
import { InlineTextReader } from './inline-texts.ts'

/** Entries of a line that were read together, so that what they have from their parents is at hand. */
export class EntryPage {
  readonly #entries = new Map<string, CheckpointEntry>()
  readonly #metadata = new Map<string, string>()
  readonly #readEntry: (id: CompactId) => CheckpointEntry | undefined

  /** @param readEntry for those that are not on the page */
  constructor(entries: readonly ListedEntry[], readEntry: (id: CompactId) => CheckpointEntry | undefined) {
    for (const { id, entry } of entries) this.#entries.set(expandId(id), entry)
    this.#readEntry = readEntry
  }

  /**
   * Text of the metadata that are not in the head.
   * @throws {TypeError|SyntaxError} when an entry is damaged.
   */
  metadataOf({ id, entry }: ListedEntry): string {
    const path = [expandId(id)]
    let text: string | undefined
    for (let at = entry; text === undefined;) {
      const [, , length] = parseHead(at.head)
      if (length >= 0) text = new InlineTextReader(at.data).take(length)
      else {
        const parent = at.depth > 0 && at.parent !== null ? expandId(at.parent) : undefined
        if (parent === undefined || path.includes(parent)) throw new TypeError('its metadata are missing')
        text = this.#metadata.get(parent)
        if (text === undefined) {
          const before = this.#entries.get(parent) ?? this.#readEntry(at.parent!)
          if (before === undefined) throw new TypeError('a checkpoint that it builds on is missing')
          path.push(parent)
          at = before
        }
      }
    }
    for (const each of path) this.#metadata.set(each, text)
    return text
  }
}
