import { type CheckpointHead, parseHead } from './checkpoint-head.ts'
import { type CompactId, expandId } from './compact-id.ts'
import type { CheckpointEntry, ListedEntry } from './entries.ts'
import { InlineTextReader } from './inline-texts.ts'
import type { ListedPage } from './listed-checkpoints.ts'

/** A checkpoint's entry, with what a listing needs of it. */
export interface PageEntry extends ListedEntry {
  readonly checkpointId: string
  readonly head: CheckpointHead
}

/** Entries of a line that were read together, so that what they have from their parents is at hand. */
export class EntryPage {
  readonly entries: readonly PageEntry[]
  /** The checkpoints that are made of them. */
  readonly listed: ListedPage
  readonly #byId = new Map<string, PageEntry>()
  readonly #metadata = new Map<string, string>()
  readonly #readEntry: (id: CompactId) => CheckpointEntry | undefined

  /**
   * @param readEntry for those that are not on the page
   * @throws {SyntaxError} when an entry is damaged.
   */
  constructor(
    entries: readonly ListedEntry[],
    readEntry: (id: CompactId) => CheckpointEntry | undefined,
    listed: ListedPage,
  ) {
    this.listed = listed
    this.entries = entries.map(pageEntry)
    for (const entry of this.entries) this.#byId.set(entry.checkpointId, entry)
    this.#readEntry = readEntry
  }

  /**
   * Text of the metadata that are not in the head.
   * @throws {TypeError|SyntaxError} when an entry is damaged.
   */
  metadataOf(of: PageEntry): string {
    const known = this.#metadata.get(of.checkpointId)
    if (known !== undefined) return known
    const path = [of.checkpointId]
    let text: string | undefined
    for (let at = of; text === undefined; path.push(at.checkpointId)) {
      const [, , length] = at.head
      if (length >= 0) text = new InlineTextReader(at.entry.data).take(length)
      else {
        at = this.#parentOf(at)
        if (path.includes(at.checkpointId)) throw new TypeError('its parents lead in a circle')
        text = this.#metadata.get(at.checkpointId)
      }
    }
    for (const each of path) this.#metadata.set(each, text)
    return text
  }

  #parentOf({ entry: { depth, parent } }: PageEntry): PageEntry {
    if (depth === 0 || parent === null) throw new TypeError('its metadata are missing')
    const known = this.#byId.get(expandId(parent))
    if (known !== undefined) return known
    const entry = this.#readEntry(parent)
    if (entry === undefined) throw new TypeError('a checkpoint that it builds on is missing')
    return pageEntry({ id: parent, entry })
  }
}

function pageEntry({ id, entry }: ListedEntry): PageEntry {
  return { id, entry, checkpointId: expandId(id), head: parseHead(entry.head) }
}
