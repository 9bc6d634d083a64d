import { gap, occursIn, wordCount } from '../corpus/quote.ts'
import { type Subject, names } from '../corpus/subject.ts'
import { isContentWord, wordsOf } from '../corpus/words.ts'
import type { DraftSentence, Problem, ProblemCode, Source } from '../state.ts'

type Fault = readonly [code: ProblemCode, what: string]

const fewestWords = 8
const sameWords = 0.6
const pointsElsewhere =
  /^(?:and |but |or |yet |nor )?(?:it|its|they|their|this|these|those|such|he|his|him|she|her|both|so|that|in other words|(?:first|second|third|fourth|fifth|finally)(?=,)|the (?:former|latter|same|remainder|rest|others?|above)|which|who|whose|whom)\b|\b(?:this|said|such) (?:act|bill|law|measure|report|subject|treaty|provision|amount|sum)s?\b/i

/** Checks every sentence of a draft against the passage it cites, and against the sentences before it. */
export function checkAgainstSources(
  sentences: readonly DraftSentence[],
  sources: readonly Source[],
  subject: Subject,
): Problem[] {
  const sourceById = new Map(sources.map((source) => [source.passageId, source]))
  return sentences.flatMap((sentence, position) => {
    const fault =
      citationFault(sentence, sourceById.get(sentence.passageId)) ??
      wordingFault(sentence, subject) ??
      repetitionFault(sentence, sentences.slice(0, position)) ??
      oneVoiceFault(sentence, sentences.slice(0, position), sources)
    if (!fault) return []
    const [code, what] = fault
    const { id: sentenceId, era, president, quote } = sentence
    return [{ sentenceId, era, president, quote, code, what }]
  })
}

function citationFault(sentence: DraftSentence, source: Source | undefined): Fault | undefined {
  const { passageId, president, year, quote } = sentence
  if (!source) return ['unknown-source', `There is no passage ${passageId} among the sources.`]
  if (source.president !== president || source.year !== year)
    return [
      'wrong-citation',
      `Passage ${passageId} is by ${source.president} in ${source.year}, not ${president} in ${year}.`,
    ]
  if (!occursIn(quote, source.text))
    return ['not-in-source', `These words do not stand in passage ${passageId}.`]
  return undefined
}

function wordingFault({ quote }: DraftSentence, subject: Subject): Fault | undefined {
  const opening = pointsElsewhere.exec(quote.replace(/^[…"“'‘\s]+/, ''))
  if (opening) return ['needs-context', `"${opening[0]}" points to something that is not quoted.`]
  if (wordCount(quote) < fewestWords)
    return ['fragment', `${wordCount(quote)} words do not say enough alone.`]
  if (!/[.!?…]["”'’)\]]*$/.test(quote)) return ['fragment', 'The sentence breaks off.']
  if ((quote.match(/\d[\d,.]{3,}/g) ?? []).length >= 2)
    return ['figures', 'It gives figures and says nothing about them.']
  if (!names(quote, subject)) return ['off-subject', 'It does not name what was asked about.']
  return undefined
}

function repetitionFault({ quote }: DraftSentence, before: readonly DraftSentence[]): Fault | undefined {
  const words = contentOf(quote)
  const twin = before.find((other) => overlap(words, contentOf(other.quote)) > sameWords)
  return twin && ['repeats', `It says nearly the same as ${twin.id} (${twin.president}, ${twin.year}).`]
}

function oneVoiceFault(
  { era, president }: DraftSentence,
  before: readonly DraftSentence[],
  sources: readonly Source[],
): Fault | undefined {
  const isHeard = before.some((other) => other.era === era && other.president === president)
  const unheard = sources.find(
    (source) =>
      source.era === era &&
      source.president !== president &&
      !before.some((other) => other.president === source.president),
  )
  if (!isHeard || !unheard) return undefined
  return [
    'one-voice',
    `${president} is quoted already, and ${unheard.president}, who also spoke of it, is not.`,
  ]
}

/** The share of common words in the shorter of two texts. */
function overlap(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const common = [...left].filter((word) => right.has(word)).length
  return common / Math.max(1, Math.min(left.size, right.size))
}

function contentOf(quote: string): ReadonlySet<string> {
  return new Set(wordsOf(quote.replaceAll(gap, ' ')).filter(isContentWord))
}
