import MiniSearch from 'minisearch'
import { type Passage, passagesOf } from './passages.ts'
import { wordsOf } from './words.ts'

/** Words to look for: of each group at least one has to occur. `[['railroad', 'railway'], ['rates']]` */
export type WordGroups = readonly (readonly string[])[]

/** A passage with how well it fits, by BM25; higher is better. */
export interface RankedPassage {
  readonly passage: Passage
  readonly score: number
}

const passagesPerTurn = 200
const indexes = new Map<string, Promise<MiniSearch<Passage>>>()

/**
 * All passages of an era in which the words occur, best first.
 * The era's index is built at its first search; in between the event loop turns, so that other work goes on.
 */
export async function searchEra(eraId: string, groups: WordGroups): Promise<RankedPassage[]> {
  const index = await indexOf(eraId)
  const passages = new Map(passagesOf(eraId).map((passage) => [passage.id, passage]))
  const results = index.search({
    combineWith: 'AND',
    queries: groups.map((group) => ({ combineWith: 'OR', queries: [...group] })),
  })
  return results.flatMap(({ id, score }) => {
    const passage = passages.get(String(id))
    return passage ? [{ passage, score }] : []
  })
}

function indexOf(eraId: string): Promise<MiniSearch<Passage>> {
  const known = indexes.get(eraId)
  if (known) return known
  const index = buildIndex(passagesOf(eraId))
  indexes.set(eraId, index)
  return index
}

async function buildIndex(passages: readonly Passage[]): Promise<MiniSearch<Passage>> {
  const index = new MiniSearch<Passage>({ fields: ['text'], tokenize: wordsOf })
  await index.addAllAsync(passages, { chunkSize: passagesPerTurn })
  return index
}
