import type { Research } from '../state.ts'
import type { Author } from './author.ts'
import { checkAgainstSources } from './check-against-sources.ts'
import { canHeed, draftByQuoting, noteOf } from './draft-by-quoting.ts'
import { planByWords } from './plan-by-words.ts'

/** Works by rules alone: searches for the question's words, quotes, and checks the quotations. No network, no model. */
export const ruleAuthor: Author = {
  name: 'built-in rules',
  plan: async (question) => planByWords(question),
  write: async (state) => ({ sentences: draftByQuoting(state), remarks: unheededNote(state) }),
  review: async ({ sentences, sources, subject }) => ({
    problems: checkAgainstSources(sentences, sources, subject),
  }),
}

function unheededNote(state: Research): string[] {
  const note = noteOf(state)
  if (note === '' || state.attempts > 0 || canHeed(note, state.sources)) return []
  return [`No source has a word of the note "${note}"; the draft is as it was.`]
}
