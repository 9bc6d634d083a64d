import { passagesOf } from './passages.ts'
import { eras } from './eras.ts'
import { isContentWord, wordsOf } from './words.ts'

/** A word with how typical it is of some texts, measured against all addresses. */
export interface TypicalWord {
  readonly word: string
  /** In how many of the texts it occurs. */
  readonly texts: number
  /** How many times more frequent it is there than in all addresses. */
  readonly lift: number
}

interface WordCounts {
  readonly total: number
  readonly uses: ReadonlyMap<string, number>
  readonly texts: ReadonlyMap<string, number>
}

let everywhere: WordCounts | undefined

/** The content words of the texts, those first that many of the texts use and the other addresses do not. */
export function typicalWords(texts: readonly string[]): TypicalWord[] {
  const all = allAddresses()
  const here = countWords(texts)
  const share = here.total / all.total
  return [...here.uses]
    .filter(([word]) => isContentWord(word))
    .map(([word, uses]) => ({
      word,
      texts: here.texts.get(word) ?? 0,
      lift: uses / ((all.uses.get(word) ?? uses) * share),
    }))
    .toSorted((left, right) => weight(right) - weight(left) || left.word.localeCompare(right.word))
}

/** Whether any address uses the word. */
export function isKnownWord(word: string): boolean {
  return allAddresses().uses.has(word)
}

/** Every word that the addresses use. */
export function knownWords(): Iterable<string> {
  return allAddresses().uses.keys()
}

/** Bits of surprise at meeting the word in an address; a word that no address uses counts as used once. */
export function rarityOf(word: string): number {
  const { uses, total } = allAddresses()
  return Math.log2(total / (uses.get(word) ?? 1))
}

function weight({ texts, lift }: TypicalWord): number {
  return texts * Math.log(lift)
}

function allAddresses(): WordCounts {
  everywhere ??= countWords(eras.flatMap(({ id }) => passagesOf(id)).map(({ text }) => text))
  return everywhere
}

function countWords(texts: readonly string[]): WordCounts {
  const uses = new Map<string, number>()
  const textsWith = new Map<string, number>()
  let total = 0
  for (const text of texts) {
    const words = wordsOf(text)
    total += words.length
    for (const word of words) uses.set(word, (uses.get(word) ?? 0) + 1)
    for (const word of new Set(words)) textsWith.set(word, (textsWith.get(word) ?? 0) + 1)
  }
  return { total, uses, texts: textsWith }
}
