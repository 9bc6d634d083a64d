import type { WordGroups } from './search-index.ts'
import { type TypicalWord, isKnownWord, knownWords, rarityOf } from './vocabulary.ts'
import { subjectWords, wordsOf } from './words.ts'

/** One word that a question is about, and what else counts as that word. */
export interface SubjectWord {
  readonly asked: string
  /** The word itself first, then other forms of it: `slavery`, `slaves`, `slave`. */
  readonly forms: readonly string[]
  /** Its share in the question, by how rare it is; the shares of a subject add up to 1. */
  readonly share: number
}

export type Subject = readonly SubjectWord[]

// Of "war on poverty", "poverty" alone names the subject and "war" does not; of "civil rights" neither does.
const shareThatNames = 0.55
const formLift = 4
const letterShareOfForms = 0.55

/** The subject of a question in exactly the words of the question. */
export function subjectOf(question: string): Subject {
  return weighted(subjectWords(question).map((word) => ({ asked: word, forms: [word] })))
}

/** Gives each word of a subject its share by how rare its commonest form is. A word that is alone has it all. */
export function weighted(words: readonly Pick<SubjectWord, 'asked' | 'forms'>[]): Subject {
  const rarities = words.length > 1 ? words.map(({ forms }) => Math.min(...forms.map(rarityOf))) : [1]
  const total = rarities.reduce((sum, rarity) => sum + rarity, 0)
  return words.map(({ asked, forms }, position) => ({
    asked,
    forms,
    share: (rarities[position] ?? 0) / total,
  }))
}

/** The words to search for: some form of every word of the subject. */
export function groupsOf(subject: Subject): WordGroups {
  return subject.map(({ forms }) => forms)
}

/** The groups of a search that are not the subject: what it is to stand together with. */
export function groupsBesides(groups: WordGroups, subject: Subject): WordGroups {
  const forms = new Set(groupsOf(subject).flat())
  return groups.filter((group) => !group.some((word) => forms.has(word)))
}

/** As few of the subject's words as still name it: the heaviest ones. */
export function heaviestWords(subject: Subject): Subject {
  const heaviestFirst = subject.toSorted((left, right) => right.share - left.share)
  let share = 0
  return heaviestFirst.filter((word) => {
    const isNeeded = share < shareThatNames
    share += word.share
    return isNeeded
  })
}

/** Whether a text names the subject: enough of its words, weighed by their shares. */
export function names(text: string, subject: Subject): boolean {
  const words = new Set(wordsOf(text))
  const share = subject.reduce(
    (sum, word) => sum + (word.forms.some((form) => words.has(form)) ? word.share : 0),
    0,
  )
  return share >= shareThatNames
}

/** How often a text uses words of the subject. */
export function mentionsIn(text: string, subject: Subject): number {
  const forms = new Set(groupsOf(subject).flat())
  return wordsOf(text).filter((word) => forms.has(word)).length
}

/**
 * The subject with the forms of its words that are typical of what was found: words that begin alike and are far
 * more frequent there than elsewhere, so that "railways" joins "railroads" and "railed" does not. A word that no
 * address uses gets the words that are spelled almost like it.
 */
export function withForms(subject: Subject, typical: readonly TypicalWord[]): Subject {
  return weighted(
    subject.map(({ asked, forms }) => {
      const more = isKnownWord(asked) ? typicalForms(asked, typical) : spelledLike(asked)
      return { asked, forms: [...new Set([...forms, ...more])] }
    }),
  )
}

function typicalForms(asked: string, typical: readonly TypicalWord[]): string[] {
  const beginning = asked.slice(0, Math.max(4, Math.floor(asked.length * letterShareOfForms)))
  const plural = `${asked}s`
  return typical
    .filter(
      ({ word, lift }) =>
        lift >= formLift && (asked.length > 4 ? word.startsWith(beginning) : word === plural),
    )
    .map(({ word }) => word)
}

function spelledLike(asked: string): string[] {
  const allowed = asked.length >= 8 ? 2 : 1
  if (asked.length < 5) return []
  return [...knownWords()].filter((word) => editDistance(word, asked, allowed) <= allowed)
}

/** Letters to insert, delete or replace to make one word of the other; more than `limit` is given as `limit + 1`. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1
  let row = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let at = 1; at <= left.length; at++) {
    const next = [at]
    for (let column = 1; column <= right.length; column++) {
      const replace = (row[column - 1] ?? 0) + (left[at - 1] === right[column - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    if (Math.min(...next) > limit) return limit + 1
    row = next
  }
  return row[right.length] ?? limit + 1
}
