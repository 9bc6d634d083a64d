// LangGraph's vocabulary as it is, with those parts replaced that decide how a graph runs.
export * from '@langchain/langgraph'
export {
  AmbiguousResumeError,
  RecursionLimitError,
  StaleResumeError,
  UnknownKeyError,
  UnknownNodeError,
} from './errors.ts'
export { MemorySaver } from './memory-saver.ts'
export { StateGraph, type JoinRule } from './state-graph.ts'
