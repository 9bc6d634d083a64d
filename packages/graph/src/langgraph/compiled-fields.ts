// What a compiled LangGraph graph and its builder hold, as far as lowering reads it. Plain enumerable fields, but
// marked internal in LangGraph's types: this is the one place that says what they look like.
import type { Runnable } from '@langchain/core/runnables'
import type { RetryPolicy, Send } from '@langchain/langgraph'
import type { InteropZodObject } from '@langchain/core/utils/types'
import type { CachePolicy } from './node-cache.ts'

/** A channel prototype: `fromCheckpoint` gives a fresh channel. */
export interface ForeignChannel {
  readonly lc_graph_name: string
  fromCheckpoint(saved?: unknown): ForeignChannel
  update(values: unknown[]): boolean
  get(): unknown
  checkpoint(): unknown
  consume(): boolean
  finish(): boolean
  isAvailable(): boolean
}

export interface TimeoutFields {
  readonly runTimeout?: number
  readonly idleTimeout?: number
  readonly refreshOn?: 'auto' | 'heartbeat'
}

/** One node of a compiled graph, with the graph's defaults already worked in. */
export interface CompiledNode {
  readonly channels: string[] | Record<string, string>
  readonly triggers: string[]
  readonly bound: Runnable
  readonly metadata?: Record<string, unknown>
  readonly tags?: string[]
  readonly retryPolicy?: RetryPolicy
  readonly timeout?: TimeoutFields | number
  readonly cachePolicy?: CachePolicy
  readonly subgraphs?: Runnable[]
  readonly errorHandlerNode?: string
  readonly isErrorHandler?: boolean
}

/** A conditional edge: `ends` maps what `path` returns to nodes. */
export interface BranchFields {
  readonly path: Runnable
  readonly ends?: Record<string, string>
}

export interface BuilderFields {
  readonly nodes: Record<string, { readonly ends?: string[]; readonly defer?: boolean }>
  readonly edges: Set<[string, string]>
  readonly waitingEdges: Set<[string[], string]>
  readonly branches: Record<string, Record<string, BranchFields>>
  readonly channels: Record<string, ForeignChannel>
  readonly _schemaDefinitions: Map<unknown, Record<string, unknown>>
  readonly _inputDefinition: unknown
  readonly _schemaRuntimeDefinition: unknown
  readonly _inputRuntimeDefinition: unknown
  readonly _configRuntimeSchema: unknown
  readonly _metaRegistry: {
    getExtendedChannelSchemas(
      schema: InteropZodObject,
      effects: { withReducerSchema: boolean },
    ): InteropZodObject
  }
}

export interface CompiledFields {
  readonly builder: BuilderFields
  readonly nodes: Record<string, CompiledNode>
  readonly channels: Record<string, ForeignChannel>
  readonly outputChannels: string | string[]
  readonly streamChannels: string | string[]
  getName(): string
}

/** What a router or a command names: a node, or a send with an input of its own. */
export type Destination = string | Send
