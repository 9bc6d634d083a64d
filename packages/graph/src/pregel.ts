import { CompiledStateGraph } from '@langchain/langgraph'
import { Pregel as LangGraphPregel } from '@langchain/langgraph/pregel'
import { lowerPregel } from './lower/lower-pregel.ts'
import { onEngine } from './on-engine.ts'

/** Nodes that name the channels they read and write themselves: what an entrypoint compiles to. */
export const EnginePregel = onEngine(LangGraphPregel, lowerPregel)

/** What the builder `Graph` compiles to: nodes without a state, which hand on what they return. */
export const CompiledPlainGraph = onEngine(
  Object.getPrototypeOf(CompiledStateGraph) as typeof LangGraphPregel,
  lowerPregel,
)
