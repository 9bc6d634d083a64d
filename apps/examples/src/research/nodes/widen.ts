import { passageOf } from '../corpus/passages.ts'
import { searchQuery, wordsText } from '../search-query.ts'
import type { WordGroups } from '../corpus/search-index.ts'
import type { Research, SearchRecord } from '../state.ts'
import { type Subject, groupsBesides, groupsOf, heaviestWords, names, withForms } from '../corpus/subject.ts'
import { typicalWords } from '../corpus/vocabulary.ts'

/**
 * Plans another round for the eras that have too little: first with the other forms of the words that stand in what
 * was found, then with the rarest word of the subject alone. An era for which that says nothing new is left as it is.
 */
export function widen({ grades, hits, searches, subject }: Research): Pick<Research, 'subject' | 'queries'> {
  const texts = hits.map(({ era, passageId }) => passageOf(era, passageId).text)
  const withMoreForms = withForms(subject, typicalWords(texts.filter((text) => names(text, subject))))
  const round = Math.max(0, ...searches.map((search) => search.round)) + 1
  const queries = grades
    .filter(({ enough }) => !enough)
    .flatMap(({ era }) => {
      const groups = widerGroups(
        searches.filter((search) => search.era === era),
        subject,
        withMoreForms,
      )
      return groups ? [searchQuery(era, round, groups)] : []
    })
  return { subject: withMoreForms, queries }
}

/** The next wider words for an era that was searched before; nothing when all were tried, or it was never asked for. */
function widerGroups(
  before: readonly SearchRecord[],
  subject: Subject,
  withMoreForms: Subject,
): WordGroups | undefined {
  const last = before.at(-1)
  if (!last) return undefined
  const besides = groupsBesides(last.groups, subject)
  const tried = new Set(before.map(({ groups }) => wordsText(groups)))
  return [withMoreForms, heaviestWords(withMoreForms)]
    .map((words) => groupsOf(words).concat(besides))
    .find((groups) => !tried.has(wordsText(groups)))
}
