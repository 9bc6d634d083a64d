import { StateGraph as LangGraphStateGraph } from '@langchain/langgraph'
import { CompiledGraph } from './compiled-graph.ts'
import type { BuilderFields, CompiledFields } from './langgraph/compiled-fields.ts'
import { checkDefinition } from './lower/check-definition.ts'
import { lower } from './lower/lower.ts'
import type { StateGraphConstructor } from './state-graph-types.ts'

/**
 * When a join fires. `all`: every parent has arrived. `any`: the first one. `activated`: those that will arrive
 * have, because no other node is due.
 */
export type JoinRule = 'all' | 'any' | 'activated'

export interface AddedJoin {
  readonly parents: readonly string[]
  readonly node: string
  readonly when: JoinRule
}

type CompileOptions = NonNullable<Parameters<LangGraphStateGraph<unknown>['compile']>[0]> & {
  strict?: boolean
}

class CairnStateGraph extends LangGraphStateGraph<unknown> {
  readonly #joins: AddedJoin[] = []

  /** Adds `node` after several parents. `edge([a, b], c)` is `addJoin([a, b], c, { when: 'all' })`. */
  addJoin(parents: string[], node: string, { when = 'all' }: { when?: JoinRule } = {}): this {
    this.#joins.push({ parents: [...parents], node, when })
    return this
  }

  /** Parents reach a node that only a join leads to; LangGraph's validation has to see that. */
  override get allEdges(): Set<[string, string]> {
    const joined = this.#joins.flatMap(({ parents, node }) =>
      parents.map((parent): [string, string] => [parent, node]),
    )
    return new Set([...super.allEdges, ...joined])
  }

  override compile(options: CompileOptions = {}): never {
    const { strict: isStrict = false, ...rest } = options
    checkDefinition(this as unknown as BuilderFields, this.#joins)
    const compiled = super.compile(rest)
    const program = lower(compiled as unknown as CompiledFields, { isStrict, joins: this.#joins })
    return new CompiledGraph({ ...compiled, program } as never) as never
  }
}

/**
 * LangGraph's builder, whose `compile()` gives a graph that runs on Cairn's engine. State schemas, nodes, edges,
 * conditional edges, policies and types are LangGraph's; new are `addJoin` and `compile({ strict: true })`.
 */
export const StateGraph = CairnStateGraph as unknown as StateGraphConstructor
