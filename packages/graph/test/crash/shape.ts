import type { BaseCheckpointSaver, StateSnapshot } from '@langchain/langgraph'
import type { LedgerNotes } from './ledger-notes.ts'

/** A graph as far as the crash tests use it. */
export interface CrashGraph {
  invoke(input: unknown, config: object): Promise<unknown>
  getState(config: object): Promise<StateSnapshot>
  updateState(config: object, values: unknown, asNode?: string): Promise<unknown>
}

/** A kind of graph that is killed: what it looks like, and what it is given. */
export interface Shape {
  readonly name: string
  /** One task runs at a time, so every run makes its commits in the same order. */
  readonly isSequential?: boolean
  readonly input: unknown
  /** question → answer. */
  readonly answers?: Readonly<Record<string, unknown>>
  /** Whether each answer is given to a question by its id, as several that are open at a time must be. */
  readonly answersById?: boolean
  /** question → what comes with its answer. */
  readonly updates?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  compile(checkpointer: BaseCheckpointSaver, notes: LedgerNotes): CrashGraph
  /**
   * Its nested graph remembers. With a saver that lags behind, the caller may be saved before what the graph it
   * called remembers: no run without a crash can be told apart from that, so such a setting is not tried.
   */
  readonly hasNestedMemory?: boolean
}
