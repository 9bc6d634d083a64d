import type { Author } from '../authors/author.ts'
import type { Research, ResearchUpdate } from '../state.ts'

const mostDrafts = 4

/** The node that reviews the draft. After the last attempt it strikes what is still unsound. */
export function critic(author: Author) {
  return async (state: Research): Promise<ResearchUpdate> => {
    const { problems, remarks = [] } = await author.review(state)
    const review = { problems, refused: problems, remarks }
    if (problems.length === 0 || state.attempts < mostDrafts) return review
    const unsound = new Set(problems.map(({ sentenceId }) => sentenceId))
    return { ...review, problems: [], sentences: state.sentences.filter(({ id }) => !unsound.has(id)) }
  }
}
