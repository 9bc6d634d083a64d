// The shape of a program in the vocabulary that LangGraph and Cairn share.
import type * as LangGraph from '@langchain/langgraph'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { createReactAgent } from '@langchain/langgraph/prebuilt'
import type { Readings, Result } from '../workload.ts'

/** Whether LangGraph's next superstep waits until the last one's checkpoint is stored (`sync`) or not. */
export type Durability = 'async' | 'sync'

/** What an engine has to bring along. */
export interface Vocabulary extends Pick<
  typeof LangGraph,
  'Annotation' | 'END' | 'START' | 'Send' | 'StateGraph' | 'messagesStateReducer'
> {
  readonly createReactAgent: typeof createReactAgent
  openMemory(): BaseCheckpointSaver
  /** A saver on the file at this path, on a connection of its own. */
  openSqlite(path: string): ClosableSaver
  /** Goes into every run with SQLite. */
  readonly durability?: Durability
  /** With this, lists of messages are kept in a `DeltaChannel`. */
  readonly delta?: Pick<typeof LangGraph, 'DeltaChannel' | 'messagesDeltaReducer'>
}

export interface ClosableSaver {
  readonly saver: BaseCheckpointSaver
  close(): void
}

export type State = Record<string, unknown>

/** What the programs use of a compiled graph. */
export interface Graph {
  invoke(input: State, options: RunOptions): Promise<State>
  stream(input: State, options: StreamOptions): Promise<AsyncIterable<readonly [mode: string, chunk: State]>>
  streamEvents(
    input: State,
    options: RunOptions & { readonly version: 'v2' },
  ): AsyncIterable<{ readonly event: string; readonly name: string }>
  getState(options: RunOptions): Promise<{ readonly values: State }>
}

export interface RunOptions {
  readonly recursionLimit: number
  readonly durability?: Durability
  readonly configurable?: { readonly thread_id: string }
  readonly callbacks?: readonly object[]
}

export interface StreamOptions extends RunOptions {
  readonly streamMode: ('values' | 'updates')[]
}

/** A graph not yet compiled, what it is given, and what is read from its final state. */
export interface Design {
  compile(saver: BaseCheckpointSaver | undefined): Graph
  readonly input: State
  /** The input of each further run on the thread, where there are several. */
  inputAt?(turn: number): State
  readonly recursionLimit: number
  result(values: State): Result
  /** What the nodes measured since they were last asked. */
  readings?(): Readings
}

/** Compiles with the saver, and leaves the option out where there is none. */
export function compiled(
  builder: { compile(options: { checkpointer?: BaseCheckpointSaver }): unknown },
  saver: BaseCheckpointSaver | undefined,
): Graph {
  return builder.compile(saver === undefined ? {} : { checkpointer: saver }) as Graph
}

/** @throws {TypeError} when the state holds no number under that name. */
export function numberIn(values: Readonly<Record<string, unknown>>, name: string): number {
  const value = values[name]
  if (typeof value === 'number') return value
  throw new TypeError(`The state's "${name}" should be a number, and is ${typeof value}.`)
}
