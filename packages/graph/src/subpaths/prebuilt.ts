// LangGraph's prebuilt agents and tools; the agents run on Cairn's engine.
import * as langGraph from '@langchain/langgraph/prebuilt'
import { adopt } from '../adopt/adopt.ts'

export * from '@langchain/langgraph/prebuilt'

/** A model that calls tools in a loop until it has an answer. The options are LangGraph's. */
export const createReactAgent = ((options: Parameters<typeof langGraph.createReactAgent>[0]) =>
  adopt(langGraph.createReactAgent(options))) as typeof langGraph.createReactAgent

/** An older form of `createReactAgent`, for models that call functions. */
export const createFunctionCallingExecutor = ((
  options: Parameters<typeof langGraph.createFunctionCallingExecutor>[0],
) =>
  adopt(langGraph.createFunctionCallingExecutor(options))) as typeof langGraph.createFunctionCallingExecutor

/** An older form of `createReactAgent`, for agents of LangChain's `AgentExecutor`. */
export const createAgentExecutor = ((options: Parameters<typeof langGraph.createAgentExecutor>[0]) =>
  adopt(langGraph.createAgentExecutor(options))) as typeof langGraph.createAgentExecutor
