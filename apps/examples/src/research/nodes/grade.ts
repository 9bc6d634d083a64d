import { addressCount, addressOf, passageOf } from '../corpus/passages.ts'
import { eras } from '../corpus/eras.ts'
import { sentencesOf } from '../corpus/sentences.ts'
import type { EraGrade, Hit, Research, Source } from '../state.ts'
import { type Subject, groupsOf, mentionsIn, names } from '../corpus/subject.ts'
import { type TypicalWord, typicalWords } from '../corpus/vocabulary.ts'
import { wordsOf } from '../corpus/words.ts'

const enoughSources = 5
const enoughAddresses = 3
const sourcesPerEra = 8
const sourcesPerAddress = 2
const relatedWords = 30
const themesPerEra = 5
const themeLift = 6

/** Judges which hits are really about the subject, and whether each era has enough of them. */
export function grade({ hits, subject }: Research): Pick<Research, 'related' | 'sources' | 'grades'> {
  const related = relatedTo(subject, hits.map(textOf)).slice(0, relatedWords)
  const sources = eras.flatMap(({ id }) => strongest(judge(hitsOf(id, hits), subject, related)))
  return { related, sources, grades: eras.map(({ id }) => gradeEra(id, sources, subject)) }
}

/**
 * How strongly a passage is about the subject; 0 when it is not. It is when a sentence of it names the subject and
 * the passage stays with it: names it in a second sentence, or uses three of the words that typically stand beside it.
 */
export function strengthOf(text: string, subject: Subject, related: readonly string[]): number {
  const naming = sentencesOf(text).filter((sentence) => names(sentence, subject)).length
  const words = new Set(wordsOf(text))
  const beside = related.filter((word) => words.has(word)).length
  const isAbout = naming >= 2 || (naming === 1 && beside >= 3)
  return isAbout ? Math.min(mentionsIn(text, subject), 6) + beside / 2 : 0
}

/** Words that typically stand beside the subject in these texts, most typical first. */
function relatedTo(subject: Subject, texts: readonly string[], leastLift = 3): string[] {
  const forms = new Set(groupsOf(subject).flat())
  const isRelated = ({ word, texts: count, lift }: TypicalWord) =>
    count >= 3 && lift >= leastLift && !forms.has(word)
  return typicalWords(texts.filter((text) => names(text, subject)))
    .filter(isRelated)
    .map(({ word }) => word)
}

function judge(hits: readonly Hit[], subject: Subject, related: readonly string[]): Source[] {
  return hits.flatMap(({ passageId, era }) => {
    const { president, year, text } = passageOf(era, passageId)
    const strength = strengthOf(text, subject, related)
    return strength > 0 ? [{ passageId, era, president, year, text, strength }] : []
  })
}

/** The strongest sources, not too many from one address. */
function strongest(sources: readonly Source[]): Source[] {
  const taken: Source[] = []
  for (const source of sources.toSorted((left, right) => right.strength - left.strength)) {
    const fromSameAddress = taken.filter((other) => addressOfSource(other) === addressOfSource(source)).length
    if (fromSameAddress < sourcesPerAddress) taken.push(source)
  }
  return taken.slice(0, sourcesPerEra)
}

function gradeEra(era: string, allSources: readonly Source[], subject: Subject): EraGrade {
  const sources = allSources.filter((source) => source.era === era)
  const addresses = new Set(sources.map(addressOfSource)).size
  return {
    era,
    about: sources.length,
    addresses: addressCount(era),
    enough: sources.length >= enoughSources && addresses >= enoughAddresses,
    themes: relatedTo(
      subject,
      sources.map(({ text }) => text),
      themeLift,
    ).slice(0, themesPerEra),
  }
}

function addressOfSource({ passageId }: Source): string {
  return addressOf({ id: passageId })
}

function hitsOf(era: string, hits: readonly Hit[]): Hit[] {
  return hits.filter((hit) => hit.era === era)
}

function textOf({ era, passageId }: Hit): string {
  return passageOf(era, passageId).text
}
