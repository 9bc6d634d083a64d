// LangGraph's vocabulary of plain Pregels, run on Cairn's engine.
import { Pregel as LangGraphPregel } from '@langchain/langgraph/pregel'
import { standIn } from '../langgraph/stand-in.ts'
import { EnginePregel } from '../pregel.ts'

export {
  Channel,
  type PregelInputType,
  type PregelOptions,
  type PregelOutputType,
} from '@langchain/langgraph/pregel'

class OwnPregel extends EnginePregel {
  static override readonly name = 'Pregel'
}

/** Any compiled graph is an instance of it: state graphs and entrypoints, too. */
export const Pregel = standIn(OwnPregel, LangGraphPregel) as unknown as typeof LangGraphPregel
export type Pregel = InstanceType<typeof LangGraphPregel>
