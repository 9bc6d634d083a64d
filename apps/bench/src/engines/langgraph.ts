import { Annotation, END, MemorySaver, Send, START, StateGraph } from '@langchain/langgraph'
import { createReactAgent } from '@langchain/langgraph/prebuilt'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import type { Engine } from '../engine.ts'
import { openStateGraph, type Durability, type Vocabulary } from './state-graph.ts'

/** LangGraph.js with its own savers, at one of its durabilities. */
export function langGraphEngine(durability: Durability): Engine {
  const words: Vocabulary = {
    Annotation,
    END,
    START,
    Send,
    StateGraph,
    createReactAgent,
    durability,
    openMemory: () => new MemorySaver(),
    openSqlite(path) {
      const saver = SqliteSaver.fromConnString(path)
      return { saver, close: () => saver.db.close() }
    },
  }
  return {
    open(work, storage) {
      // Without a file the durabilities are one and the same.
      if (durability === 'sync' && storage.kind !== 'sqlite') return undefined
      return openStateGraph(words, work, storage)
    },
  }
}
