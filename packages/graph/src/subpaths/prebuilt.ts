// LangGraph's prebuilt agents and tools; the agents run on Cairn's engine.
import * as langGraph from '@langchain/langgraph/prebuilt'
import { adopt } from '../adopt/adopt.ts'

export * from '@langchain/langgraph/prebuilt'

/** A model that calls tools in a loop until it has an answer. The options are LangGraph's. */
export const createReactAgent: typeof langGraph.createReactAgent = (options) =>
  adopt(langGraph.createReactAgent(options))

/** An older form of `createReactAgent`, for models that call functions. */
export const createFunctionCallingExecutor: typeof langGraph.createFunctionCallingExecutor = (options) =>
  adopt(langGraph.createFunctionCallingExecutor(options))

/** An older form of `createReactAgent`, for agents of LangChain's `AgentExecutor`. */
export const createAgentExecutor: typeof langGraph.createAgentExecutor = (options) =>
  adopt(langGraph.createAgentExecutor(options))
