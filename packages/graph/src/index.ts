// LangGraph's vocabulary as it is, with those parts replaced that decide how a graph runs.
export * from '@langchain/langgraph'
export { adopt } from './adopt/adopt.ts'
export { node } from './declared-node.ts'
export type { StateGraphOfNodes } from './declared-nodes.ts'
export { entrypoint } from './entrypoint.ts'
export {
  AmbiguousResumeError,
  CannotAdoptError,
  IncompatibleGraphError,
  HeadMovedError,
  LeaseLostError,
  RecursionLimitError,
  RunSupersededError,
  StaleResumeError,
  ThreadBusyError,
  UnknownKeyError,
  UnknownNodeError,
} from './errors.ts'
export { MemorySaver } from './memory-saver.ts'
export { Graph, MessageGraph } from './older-builders.ts'
export type { OnBusy } from './on-busy.ts'
export type { Migration } from '@cairn/engine'
export { planOf } from './plan-of.ts'
export { StateGraph, type JoinRule } from './state-graph.ts'
