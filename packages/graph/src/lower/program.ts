import type { Plan } from '@cairn/engine'
import type { CachePolicy } from '../langgraph/node-cache.ts'

/** A compiled graph, lowered: the plan, and what its runs need to know besides. */
export interface Program {
  readonly plan: Plan
  /** Mistakes that are warned of by default are errors. */
  readonly isStrict: boolean
  readonly nodeNames: ReadonlySet<string>
  /** Where an input is written: whole to the one channel, or key by key to several. */
  readonly inputChannels: string | readonly string[]
  /** Inputs are parsed against a schema. */
  readonly hasInputSchema: boolean
  /** The context is parsed against a schema. */
  readonly hasContextSchema: boolean
  readonly nodes: ReadonlyMap<string, ProgramNode>
  /** Channels that make up the result; one name alone stands for its bare value. */
  readonly outputKeys: string | readonly string[]
  /** Channels of the whole state. */
  readonly streamKeys: string | readonly string[]
}

/** What a run's config for a node carries besides the run's own. */
export interface ProgramNode {
  readonly name: string
  readonly isHidden: boolean
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  /** Another compiled graph runs inside it. */
  readonly hasSubgraph: boolean
  /** Run name of the sequence that tracers see. */
  readonly timeout: boolean
  readonly cachePolicy: CachePolicy | undefined
}
