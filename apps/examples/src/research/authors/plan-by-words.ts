import { eras } from '../corpus/eras.ts'
import { groupsOf, subjectOf } from '../corpus/subject.ts'
import { searchQuery } from '../search-query.ts'
import type { Plan } from './author.ts'

/** The first plan takes the question at its word: all of its words, exactly as they are, in each era. */
export function planByWords(question: string): Plan {
  const subject = subjectOf(question)
  if (subject.length === 0) return { subject, queries: [] }
  return { subject, queries: eras.map(({ id }) => searchQuery(id, 1, groupsOf(subject))) }
}
