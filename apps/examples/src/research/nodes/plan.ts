import { Overwrite } from '@cairn/graph'
import type { Author } from '../authors/author.ts'
import type { Research, ResearchUpdate } from '../state.ts'

/** The node that plans the first searches. A thread that is asked again starts from nothing. */
export function plan(author: Author) {
  return async ({ question }: Research): Promise<ResearchUpdate> => {
    const { subject, queries, remarks = [] } = await author.plan(question)
    return {
      author: author.name,
      subject,
      queries,
      attempts: 0,
      problems: [],
      sentences: [],
      verdict: { decision: 'pending' },
      searches: new Overwrite([]),
      hits: new Overwrite([]),
      refused: new Overwrite([]),
      remarks: new Overwrite([...remarks]),
    }
  }
}
