// LangGraph's vocabulary of plain Pregels, run on Cairn's engine.
import type { Pregel as LangGraphPregel } from '@langchain/langgraph/pregel'
import { EnginePregel } from '../pregel.ts'

export {
  Channel,
  type PregelInputType,
  type PregelOptions,
  type PregelOutputType,
} from '@langchain/langgraph/pregel'

export const Pregel = EnginePregel as unknown as typeof LangGraphPregel
export type Pregel = InstanceType<typeof LangGraphPregel>
