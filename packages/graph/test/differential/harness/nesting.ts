import type { Vocabulary } from './differential.ts'
import { cairn, langGraph } from './differential.ts'

/** Which engine runs the graph outside, and which the one inside. */
export interface Pair {
  readonly name: string
  readonly outer: Vocabulary
  readonly inner: Vocabulary
}

/** The three pairs that have to behave as LangGraph within LangGraph does. */
export const pairs: readonly Pair[] = [
  { name: "Cairn's graph in Cairn's", outer: cairn, inner: cairn },
  { name: "LangGraph's graph in Cairn's", outer: cairn, inner: langGraph },
  { name: "Cairn's graph in LangGraph's", outer: langGraph, inner: cairn },
]

export const oracle: Pair = { name: "LangGraph's graph in LangGraph's", outer: langGraph, inner: langGraph }
