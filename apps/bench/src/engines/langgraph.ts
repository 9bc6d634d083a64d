import {
  Annotation,
  DeltaChannel,
  END,
  MemorySaver,
  messagesDeltaReducer,
  messagesStateReducer,
  Send,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { createReactAgent } from '@langchain/langgraph/prebuilt'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import type { Engine, EngineName } from '../engine.ts'
import type { Work } from '../workload.ts'
import type { Vocabulary } from './design.ts'
import { openProcesses } from './processes.ts'
import { openStateGraph } from './state-graph.ts'

type LangGraphName = Extract<EngineName, `langgraph${string}`>

/** LangGraph.js with its own savers, in one of the ways in which it can keep state. */
export function langGraphEngine(name: LangGraphName): Engine {
  const words: Vocabulary = {
    Annotation,
    END,
    START,
    Send,
    StateGraph,
    messagesStateReducer,
    createReactAgent,
    durability: name === 'langgraph-sync' ? 'sync' : 'async',
    ...(name === 'langgraph-delta' && { delta: { DeltaChannel, messagesDeltaReducer } }),
    openMemory: () => new MemorySaver(),
    openSqlite(path) {
      const saver = SqliteSaver.fromConnString(path)
      return { saver, close: () => saver.db.close() }
    },
  }
  return {
    open(work, storage) {
      // Without a file the durabilities are one and the same.
      if (name === 'langgraph-sync' && storage.kind !== 'sqlite') return undefined
      if (isLeftOut(name, work)) return undefined
      if (work.kind === 'processes') return openProcesses(name, work, storage)
      return openStateGraph(words, work, storage)
    },
  }
}

function isLeftOut(name: LangGraphName, work: Work): boolean {
  // A minute for a figure that is compared with nothing.
  if (work.kind === 'long-run') return true
  const hasMessages =
    work.kind === 'messages' ||
    work.kind === 'conversation' ||
    ((work.kind === 'history' || work.kind === 'listing') && work.window > 0)
  if (name === 'langgraph-delta') return !hasMessages
  // What `async` begins and `sync` awaits is the same work; these take from ten seconds to a minute.
  return name === 'langgraph-sync' && (hasMessages || work.kind === 'history' || work.kind === 'listing')
}
