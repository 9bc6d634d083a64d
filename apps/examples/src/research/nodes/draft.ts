import type { Author } from '../authors/author.ts'
import type { Research } from '../state.ts'

/** The node that writes the draft: afresh, or once more where the critic found something wrong. */
export function draft(author: Author) {
  return async (state: Research): Promise<Pick<Research, 'sentences' | 'remarks' | 'attempts'>> => {
    const { sentences, remarks = [] } = await author.write(state)
    return { sentences, remarks, attempts: state.attempts + 1 }
  }
}
