import type { Subject } from '../corpus/subject.ts'
import type { DraftSentence, Problem, Research, SearchQuery } from '../state.ts'

/** What is to be searched for. Without a subject there is nothing to search for, and no query. */
export interface Plan {
  readonly subject: Subject
  readonly queries: readonly SearchQuery[]
}

/** What an author gives, and where it could not do its part and what was done instead. */
export type Work<T> = T & { readonly remarks?: readonly string[] }

/** Who plans the searches, writes the draft and reviews it. */
export interface Author {
  /** As it is printed: `built-in rules`, `gpt-5-mini`. */
  readonly name: string
  plan(question: string): Promise<Work<Plan>>
  /** A new draft from the state's sources, heeding its problems and the note of a rejection. */
  write(state: Research): Promise<Work<{ readonly sentences: readonly DraftSentence[] }>>
  /** What is wrong with the state's draft. */
  review(state: Research): Promise<Work<{ readonly problems: readonly Problem[] }>>
}
