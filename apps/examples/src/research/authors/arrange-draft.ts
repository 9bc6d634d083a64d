import { eras } from '../corpus/eras.ts'
import type { DraftSentence } from '../state.ts'

/** A sentence that has no place in the draft yet. */
export type Citation = Omit<DraftSentence, 'id'>

/** Puts sentences in the order of the report, by era and time, and numbers them within their era. */
export function arrangeDraft(sentences: readonly Citation[]): DraftSentence[] {
  return eras.flatMap(({ id: era }) =>
    sentences
      .filter((sentence) => sentence.era === era)
      .toSorted(byTime)
      .map((sentence, position) => Object.assign({ id: `${era}/${position + 1}` }, sentence)),
  )
}

function byTime(left: Citation, right: Citation): number {
  return left.year - right.year || left.passageId.localeCompare(right.passageId, 'en', { numeric: true })
}
