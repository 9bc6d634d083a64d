import type { LangGraphRunnableConfig } from '@langchain/langgraph'

/** What LangGraph puts into `configurable` beside the user's own keys. */
export type Configurable = Record<string, unknown>

/** A config as runs and nodes pass it on, with the keys LangGraph's types leave out. */
export interface RunConfig extends Omit<
  LangGraphRunnableConfig,
  'configurable' | 'durability' | 'executionInfo' | 'serverInfo' | 'control' | 'heartbeat'
> {
  configurable?: Configurable
  durability?: 'sync' | 'async' | 'exit'
  checkpointDuring?: boolean
  streamMode?: unknown
  outputKeys?: string | string[]
  interruptBefore?: string[] | '*'
  interruptAfter?: string[] | '*'
  subgraphs?: boolean
  encoding?: string | undefined
  version?: string
  heartbeat?: () => void
  executionInfo?: unknown
  serverInfo?: unknown
  control?: unknown
  debug?: boolean
  cache?: unknown
}
