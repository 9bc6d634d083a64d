import { CompiledStateGraph } from '@langchain/langgraph'
import { onEngine } from './on-engine.ts'

/** A compiled state graph that runs on Cairn's engine. */
export const CompiledGraph = onEngine(CompiledStateGraph)
