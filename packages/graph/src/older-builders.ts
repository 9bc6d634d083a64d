// Builders from before there was a typed state, as LangGraph still has them.
import {
  Graph as LangGraphGraph,
  MessageGraph as LangGraphMessageGraph,
  messagesStateReducer,
} from '@langchain/langgraph'
import type { BaseMessage } from '@langchain/core/messages'
import { adopt } from './adopt/adopt.ts'
import { standIn } from './langgraph/stand-in.ts'
import { StateGraph } from './state-graph.ts'

class PlainGraph extends LangGraphGraph {
  override compile(options: never): never {
    return adopt(super.compile(options)) as never
  }
}

/** Nodes that hand on what they return, without a state. */
export const Graph = standIn(PlainGraph, LangGraphGraph) as unknown as typeof LangGraphGraph
export type Graph = InstanceType<typeof LangGraphGraph>

class MessagesGraph extends StateGraph<BaseMessage[]> {
  static override readonly name = 'MessageGraph'

  constructor() {
    super({ channels: { __root__: { reducer: messagesStateReducer, default: () => [] } } } as never)
  }
}

/** A state graph whose state is a list of messages. */
export const MessageGraph = standIn(
  MessagesGraph,
  LangGraphMessageGraph,
) as unknown as typeof LangGraphMessageGraph
export type MessageGraph = InstanceType<typeof LangGraphMessageGraph>
