import { Annotation, END, MemorySaver, messagesStateReducer, Send, START, StateGraph } from '@cairn/graph'
import { createReactAgent } from '@cairn/graph/prebuilt'
import { SqliteSaver } from '@cairn/sqlite'
import type { Engine } from '../engine.ts'
import type { Vocabulary } from './design.ts'
import { openProcesses } from './processes.ts'
import { openStateGraph } from './state-graph.ts'

const words: Vocabulary = {
  Annotation,
  END,
  START,
  Send,
  StateGraph,
  messagesStateReducer,
  createReactAgent,
  openMemory: () => new MemorySaver(),
  openSqlite(path) {
    const saver = SqliteSaver.open(path)
    return { saver, close: () => saver.close() }
  },
}

/** Cairn with its own store. */
export const cairnEngine: Engine = {
  open: (work, storage) =>
    work.kind === 'processes' ? openProcesses('cairn', work, storage) : openStateGraph(words, work, storage),
}
