import type { WordGroups } from './corpus/search-index.ts'
import type { SearchQuery } from './state.ts'

/** A query with an id that says what it looks for: `1861-1877 r2 railroads/railway + rates`. */
export function searchQuery(era: string, round: number, groups: WordGroups): SearchQuery {
  return { id: `${era} r${round} ${wordsText(groups)}`, era, round, groups }
}

/** Word groups as they are printed: `railroads/railway + rates`. */
export function wordsText(groups: WordGroups): string {
  return groups.map((group) => group.join('/')).join(' + ')
}
