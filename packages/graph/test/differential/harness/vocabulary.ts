// What differs between the engines; everything else a program uses is LangGraph's for both.
import * as langGraphMain from '@langchain/langgraph'
import { Pregel as LangGraphPregel } from '@langchain/langgraph/pregel'
import * as cairnMain from '../../../src/index.ts'
import { Pregel as CairnPregel } from '../../../src/subpaths/pregel.ts'

export interface Vocabulary {
  readonly StateGraph: typeof langGraphMain.StateGraph
  readonly entrypoint: typeof langGraphMain.entrypoint
  readonly Graph: typeof langGraphMain.Graph
  readonly MessageGraph: typeof langGraphMain.MessageGraph
  readonly Pregel: typeof LangGraphPregel
}

export const langGraph: Vocabulary = vocabularyOf(langGraphMain, LangGraphPregel)
export const cairn: Vocabulary = vocabularyOf(cairnMain, CairnPregel)

function vocabularyOf(main: Omit<Vocabulary, 'Pregel'>, Pregel: Vocabulary['Pregel']): Vocabulary {
  const { StateGraph, entrypoint, Graph, MessageGraph } = main
  return { StateGraph, entrypoint, Graph, MessageGraph, Pregel }
}
