import { Annotation } from '@cairn/graph'
import type { WordGroups } from './corpus/search-index.ts'
import type { Subject } from './corpus/subject.ts'

/** One search to be made: words to look for in the addresses of one era. */
export interface SearchQuery {
  /** Era, round and words: `1861-1877 r1 railroads`. */
  readonly id: string
  readonly era: string
  /** Counted from 1. */
  readonly round: number
  readonly groups: WordGroups
}

/** A search that was made, and how much it found. */
export interface SearchRecord extends SearchQuery {
  /** Passages in which the words occur; the hits are the best of them. */
  readonly matched: number
  /** The addresses these passages are from, such as `1862-lincoln`. */
  readonly addresses: readonly string[]
}

/** A passage that a search brought up. */
export interface Hit {
  readonly passageId: string
  readonly era: string
  readonly score: number
  /** Ids of the searches that found it. */
  readonly foundBy: readonly string[]
}

/** A passage that was judged to be about the question. */
export interface Source {
  readonly passageId: string
  readonly era: string
  readonly president: string
  readonly year: number
  readonly text: string
  /** Mentions of the subject, and the words that typically stand beside it. */
  readonly strength: number
}

/** How well an era is covered. */
export interface EraGrade {
  readonly era: string
  /** Passages that are about the question. */
  readonly about: number
  readonly enough: boolean
  /** All addresses of the era, whether they name the subject or not. */
  readonly addresses: number
  /** Words that are typical of this era's sources and not of the addresses as a whole. */
  readonly themes: readonly string[]
}

/** A sentence of the draft: a quotation with its source and, when a model wrote it, the claim it is to support. */
export interface DraftSentence {
  readonly id: string
  readonly era: string
  readonly passageId: string
  readonly president: string
  readonly year: number
  /** Word for word from the passage; `…` stands where something was left out. */
  readonly quote: string
  readonly claim?: string
}

/** What the critic found wrong with a sentence. */
export interface Problem {
  readonly sentenceId: string
  readonly era: string
  readonly president: string
  readonly quote: string
  readonly code: ProblemCode
  readonly what: string
}

export type ProblemCode =
  | 'unknown-source'
  | 'wrong-citation'
  | 'not-in-source'
  | 'off-subject'
  | 'needs-context'
  | 'fragment'
  | 'figures'
  | 'repeats'
  | 'one-voice'
  | 'unsupported'

/** The human's answer to the draft; `pending` until there is one. */
export type Verdict =
  | { readonly decision: 'pending' }
  | { readonly decision: 'approve' }
  | { readonly decision: 'reject'; readonly note: string }
  | { readonly decision: 'edit'; readonly markdown: string }

export type Outcome = 'report written' | 'nothing found'

export const ResearchState = Annotation.Root({
  question: Annotation<string>,
  /** Who plans, writes and reviews: the built-in rules, or a model's name. */
  author: Annotation<string>,
  /** What the question is about. */
  subject: Annotation<Subject>,
  /** The searches of this round. */
  queries: Annotation<readonly SearchQuery[]>,
  /** The searches of all rounds. */
  searches: Annotation<readonly SearchRecord[]>({ reducer: append, default: () => [] }),
  hits: Annotation<readonly Hit[]>({ reducer: mergeHits, default: () => [] }),
  /** Words that typically stand beside the subject, most typical first. */
  related: Annotation<readonly string[]>,
  grades: Annotation<readonly EraGrade[]>,
  sources: Annotation<readonly Source[]>,
  /** The draft, in the order of the report. */
  sentences: Annotation<readonly DraftSentence[]>,
  /** How often the draft was written since the human last saw it. */
  attempts: Annotation<number>,
  /** What is wrong with the draft as it is. */
  problems: Annotation<readonly Problem[]>,
  /** All that was ever sent back. */
  refused: Annotation<readonly Problem[]>({ reducer: append, default: () => [] }),
  verdict: Annotation<Verdict>,
  /** Where a model did not do its part and what was done instead. */
  remarks: Annotation<readonly string[]>({ reducer: append, default: () => [] }),
  outcome: Annotation<Outcome>,
  reportPath: Annotation<string>,
})

export type Research = typeof ResearchState.State
export type ResearchUpdate = typeof ResearchState.Update

function append<T>(before: readonly T[], more: readonly T[]): readonly T[] {
  return [...before, ...more]
}

/** Each passage once, with its best score and all searches that found it; best first. */
export function mergeHits(before: readonly Hit[], more: readonly Hit[]): readonly Hit[] {
  const merged = new Map(before.map((hit) => [hit.passageId, hit]))
  for (const hit of more) {
    const known = merged.get(hit.passageId)
    merged.set(
      hit.passageId,
      known
        ? {
            ...known,
            score: Math.max(known.score, hit.score),
            foundBy: [...new Set([...known.foundBy, ...hit.foundBy])],
          }
        : hit,
    )
  }
  return [...merged.values()].toSorted(
    (left, right) => right.score - left.score || left.passageId.localeCompare(right.passageId),
  )
}
