import { addressOf } from '../corpus/passages.ts'
import { appendToLedger } from '../ledger.ts'
import { searchEra } from '../corpus/search-index.ts'
import type { Research, SearchQuery } from '../state.ts'

const hitsPerSearch = 12

/** The node that makes one search. It is sent its query, and leaves a line in the ledger once it has the result. */
export function search(ledgerPath: string) {
  return async (query: SearchQuery): Promise<Pick<Research, 'searches' | 'hits'>> => {
    const results = await searchEra(query.era, query.groups)
    appendToLedger(ledgerPath, { search: query.id, matched: results.length, process: process.pid })
    const addresses = [...new Set(results.map(({ passage }) => addressOf(passage)))]
    return {
      searches: [{ ...query, matched: results.length, addresses }],
      hits: results.slice(0, hitsPerSearch).map(({ passage, score }) => ({
        passageId: passage.id,
        era: query.era,
        score,
        foundBy: [query.id],
      })),
    }
  }
}
