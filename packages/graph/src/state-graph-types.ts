import type { StateGraph as LangGraphStateGraph } from '@langchain/langgraph'

export type StateGraphConstructor = typeof LangGraphStateGraph
