import { eras } from '../corpus/eras.ts'
import { gap, quoteOf, wordCount } from '../corpus/quote.ts'
import { sentencesOf } from '../corpus/sentences.ts'
import { groupsBesides, mentionsIn, names } from '../corpus/subject.ts'
import { isContentWord, wordsOf } from '../corpus/words.ts'
import { type Citation, arrangeDraft } from './arrange-draft.ts'
import type { DraftSentence, Problem, Research, Source } from '../state.ts'

interface Candidate {
  readonly citation: Citation
  readonly score: number
}

const quotesPerEra = 3
const standWords = new Set(
  `advantage advocate alarm allow approve ask belief believe benefit best better burden call confidence convinced danger
  dangerous deem deserve duty earnestly encourage essential evil fail fair favor fear good grateful great greatest hope
  importance important injustice invite just justice must necessary need never ought peril pleased pledge progress
  prosperity proud protect recommend regret renew right satisfaction should sincerely trust unjust urge urgent value
  vital warn welcome wise wrong`.split(/\s+/),
)

/**
 * Draws up the draft by quoting: of each era the sentences that say most about the subject, in order of time. What
 * the critic found sound stays, what it refused is replaced. After a human's note it starts afresh: words of the note
 * are looked for in the sentences, words after "no", "not" or "without" are avoided.
 */
export function draftByQuoting(state: Research): DraftSentence[] {
  const kept = soundSentences(state)
  const candidates = rankedCandidates(state)
  return arrangeDraft(
    eras.flatMap(({ id: era }) => {
      const chosen: Citation[] = kept.filter((sentence) => sentence.era === era)
      for (const { citation } of candidates) {
        if (chosen.length >= quotesPerEra) break
        if (citation.era === era && fits(citation, chosen, state.refused)) chosen.push(citation)
      }
      return chosen
    }),
  )
}

/** Whether the note of a rejection has a word that occurs in one of the sources or in who spoke it. */
export function canHeed(note: string, sources: readonly Source[]): boolean {
  const { prefer, avoid } = wishesOf(note)
  return sources.some((source) => {
    const words = wordsToWishFor(source.text, source)
    return [...prefer, ...avoid].some((word) => words.has(word))
  })
}

/** The note with which the human rejected the last draft; empty when there is none. */
export function noteOf({ verdict }: Pick<Research, 'verdict'>): string {
  return verdict.decision === 'reject' ? verdict.note : ''
}

/** The sentences that stay; none when the draft is begun. A voice heard too often is to be chosen from again. */
function soundSentences({ attempts, problems, sentences }: Research): readonly DraftSentence[] {
  const unsound = new Set(problems.map(({ sentenceId }) => sentenceId))
  return attempts === 0
    ? []
    : sentences.filter((sentence) => !unsound.has(sentence.id) && !isOverheard(sentence, problems))
}

/** One quotation of a passage is enough, and of a president too once the critic has asked for others. */
function fits(candidate: Citation, chosen: readonly Citation[], refused: readonly Problem[]): boolean {
  const isAlone = isOverheard(candidate, refused)
  return !chosen.some(
    ({ passageId, president }) =>
      passageId === candidate.passageId || (isAlone && president === candidate.president),
  )
}

function isOverheard({ era, president }: Citation, problems: readonly Problem[]): boolean {
  return problems.some(
    (problem) => problem.code === 'one-voice' && problem.era === era && problem.president === president,
  )
}

function rankedCandidates(state: Research): Candidate[] {
  const refused = new Set(state.refused.filter(({ code }) => code !== 'one-voice').map(({ quote }) => quote))
  const scoreOf = scoring(state)
  return state.sources
    .flatMap((source) =>
      sentencesOf(source.text)
        .filter((sentence) => names(sentence, state.subject))
        .map((sentence) => quoteOf(sentence, state.subject))
        .filter((quote) => !refused.has(quote))
        .map((quote) => ({ citation: citing(source, quote), score: scoreOf(quote, source) })),
    )
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score)
}

/** How much a quotation has to say: on the subject, on what stands beside it, by the speaker's taking a stand. */
function scoring(state: Research): (quote: string, source: Source) => number {
  const related = new Set(state.related)
  const focus = new Set(state.searches.flatMap(({ groups }) => groupsBesides(groups, state.subject).flat()))
  const wishes = wishesOf(noteOf(state))
  return (quote, source) => {
    const words = new Set(wordsOf(quote))
    const count = (wanted: ReadonlySet<string>, most: number) =>
      Math.min([...wanted].filter((word) => words.has(word)).length, most)
    const named = wordsToWishFor(quote, source)
    if (wishes.avoid.some((word) => named.has(word))) return 0
    const length = wordCount(quote)
    return (
      Math.min(mentionsIn(quote, state.subject), 2) +
      count(related, 3) * 0.3 +
      count(standWords, 3) * 0.8 +
      count(focus, 2) * 1.5 +
      (length >= 10 && length <= 40 ? 1 : 0) -
      (quote.startsWith(gap) ? 1.5 : 0) -
      Math.max(0, quote.split(',').length - 5) * 0.2 +
      source.strength / 5 +
      wishes.prefer.filter((word) => named.has(word)).length * 3
    )
  }
}

function wordsToWishFor(text: string, { president, year }: Source): ReadonlySet<string> {
  return new Set([...wordsOf(text), ...wordsOf(president), String(year)])
}

/** `more on the Pacific, without Polk` → prefer "pacific", avoid "polk". Years count as words. */
export function wishesOf(note: string): {
  readonly prefer: readonly string[]
  readonly avoid: readonly string[]
} {
  const [wanted = '', ...unwanted] = note.toLowerCase().split(/\b(?:no|not|without|drop|remove|except)\b/)
  return { prefer: wordsAndYears(wanted), avoid: unwanted.flatMap(wordsAndYears) }
}

function wordsAndYears(text: string): string[] {
  return text.match(/[a-z]{3,}|\d{4}/g)?.filter(isWish) ?? []
}

function isWish(word: string): boolean {
  return /^\d/.test(word) || (isContentWord(word) && !['please', 'quote', 'quotes', 'about'].includes(word))
}

function citing({ era, passageId, president, year }: Source, quote: string): Citation {
  return { era, passageId, president, year, quote }
}
