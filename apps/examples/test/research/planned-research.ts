import { join } from 'node:path'
import { planByWords } from '../../src/research/authors/plan-by-words.ts'
import { grade } from '../../src/research/nodes/grade.ts'
import { search } from '../../src/research/nodes/search.ts'
import { type Research, mergeHits } from '../../src/research/state.ts'
import { scratchDirectory } from './scratch-directory.ts'

/** The state of a thread after its first plan. */
export function plannedResearch(question: string): Research {
  return {
    question,
    author: 'built-in rules',
    ...planByWords(question),
    searches: [],
    hits: [],
    related: [],
    grades: [],
    sources: [],
    sentences: [],
    attempts: 0,
    problems: [],
    refused: [],
    verdict: { decision: 'pending' },
    remarks: [],
    outcome: 'nothing found',
    reportPath: '',
  }
}

/** The state after its searches were made and graded. */
export async function searchedResearch(state: Research): Promise<Research> {
  const makeSearch = search(join(scratchDirectory(), 'searches.jsonl'))
  const found = await Promise.all(state.queries.map(makeSearch))
  const searched = {
    ...state,
    hits: mergeHits(
      state.hits,
      found.flatMap(({ hits }) => hits),
    ),
    searches: [...state.searches, ...found.flatMap(({ searches }) => searches)],
  }
  return { ...searched, ...grade(searched) }
}
