import { type PackedEntry, parseHead } from '../checkpoint-head.ts'
import { InlineTextReader } from '../inline-texts.ts'
import { eraseFromText } from './erase-from-text.ts'
import type { Secrets } from './secrets.ts'

/** The entry of a checkpoint without what is to be erased; `undefined` when it holds nothing of it. */
export function eraseFromCheckpoint({ head, data }: PackedEntry, secrets: Secrets): PackedEntry | undefined {
  const [source, step, metadata, versions, seen, values] = parseHead(head)
  const texts = new ErasedTexts(data, secrets)
  // In the order in which they stand in `data`.
  const nextMetadata = metadata < 0 ? metadata : texts.next(metadata)
  const nextValues = values.map((place, at) => (at % 2 === 1 && place > 0 ? texts.next(place) : place))
  return texts.entry(() => JSON.stringify([source, step, nextMetadata, versions, seen, nextValues]))
}

/** The entry of a task without what is to be erased; `undefined` when it holds nothing of it. */
export function eraseFromTask({ head, data }: PackedEntry, secrets: Secrets): PackedEntry | undefined {
  const texts = new ErasedTexts(data, secrets)
  const next = (JSON.parse(head) as number[]).map((place, at) =>
    at % 3 === 2 && place > 0 ? texts.next(place) : place,
  )
  return texts.entry(() => JSON.stringify(next))
}

class ErasedTexts {
  readonly #reader: InlineTextReader
  readonly #secrets: Secrets
  readonly #texts: string[] = []
  #hasChanged = false

  constructor(data: string, secrets: Secrets) {
    this.#reader = new InlineTextReader(data)
    this.#secrets = secrets
  }

  /** Takes the next text, of this length, and gives how long it is now. */
  next(length: number): number {
    const text = this.#reader.take(length)
    const erased = eraseFromText(text, this.#secrets)
    if (erased !== text) this.#hasChanged = true
    this.#texts.push(erased)
    return erased.length
  }

  entry(head: () => string): PackedEntry | undefined {
    return this.#hasChanged ? { head: head(), data: `[${this.#texts.join(',')}]` } : undefined
  }
}
