import { mentionsIn } from '../corpus/subject.ts'
import { isContentWord, wordsOf } from '../corpus/words.ts'
import { searchQuery } from '../search-query.ts'
import type { Research, SearchQuery } from '../state.ts'
import type { Snapshot } from './history-rows.ts'

/** The checkpoint after the first plan, before any search; `history` is newest first. */
export function afterFirstPlan(history: readonly Snapshot[]): Snapshot | undefined {
  return history.findLast(({ next }) => next.includes('search'))
}

/** The same searches, each for passages that also have this word. */
export function togetherWith(queries: readonly SearchQuery[], word: string): SearchQuery[] {
  return queries.map(({ era, round, groups }) => searchQuery(era, round, [...groups, [word]]))
}

/** The word most typical beside the subject in at least half of the eras that have sources. */
export function wordBeside({ related, sources, subject }: Research): string {
  const texts = sources.map(({ era, text }) => ({ era, words: new Set(wordsOf(text)) }))
  const eras = new Set(texts.map(({ era }) => era)).size
  const erasWith = (word: string) =>
    new Set(texts.filter(({ words }) => words.has(word)).map(({ era }) => era)).size
  const isBeside = (word: string) => isContentWord(word) && mentionsIn(word, subject) === 0
  const anyWord = [...(texts[0]?.words ?? [])].find(isBeside) ?? ''
  return related.find((word) => erasWith(word) * 2 >= eras) ?? related[0] ?? anyWord
}
