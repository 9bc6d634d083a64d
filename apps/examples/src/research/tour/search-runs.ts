import type { LedgerEntry } from '../ledger.ts'
import type { SearchQuery, SearchRecord } from '../state.ts'

/** One planned search: what was known of it when the process was killed, and how often it ran in all. */
export interface SearchRun {
  readonly id: string
  readonly whenKilled: 'recorded' | 'made, not recorded' | 'not made'
  readonly runs: number
}

/** Puts what the database and the ledger held when the process was killed beside what the ledger holds now. */
export function searchRuns(
  planned: readonly SearchQuery[],
  recorded: readonly SearchRecord[],
  ledgerThen: readonly LedgerEntry[],
  ledgerNow: readonly LedgerEntry[],
): SearchRun[] {
  return planned.map(({ id }) => {
    const isRecorded = recorded.some((search) => search.id === id)
    const isMade = ledgerThen.some(({ search }) => search === id)
    return {
      id,
      whenKilled: isRecorded ? 'recorded' : isMade ? 'made, not recorded' : 'not made',
      runs: ledgerNow.filter(({ search }) => search === id).length,
    }
  })
}
