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
  /** Shapes what was read; nodes of state graphs have none that matters. */
  readonly mapper?: (values: unknown) => unknown
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
  readonly nodes: Record<
    string,
    { readonly ends?: string[]; readonly defer?: boolean; readonly isErrorHandler?: boolean }
  >
  readonly _nodeDefaults: { readonly errorHandler?: unknown }
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

/** What every compiled graph has: state graphs, entrypoints and plain Pregels. */
export interface PregelFields {
  readonly nodes: Record<string, CompiledNode>
  readonly channels: Record<string, ForeignChannel>
  readonly inputChannels: string | string[]
  readonly outputChannels: string | string[]
  /** The channels of the whole state, or all there are. */
  readonly streamChannelsAsIs: string | string[]
  getName(): string
}

/** A node of a plain Pregel: its work and what writes the result, each a Runnable. */
export interface PregelNodeFields extends CompiledNode {
  /** The whole sequence; `undefined` for a node that does nothing. */
  getNode(): Runnable | undefined
  getWriters(): Runnable[]
}

export interface CompiledFields extends PregelFields {
  readonly builder: BuilderFields
}

/** What a router or a command names: a node, or a send with an input of its own. */
export type Destination = string | Send
