import { MemorySaver, type BaseCheckpointSaver, type CompiledStateGraph } from '@langchain/langgraph'
import { differential, type Vocabulary } from './differential.ts'
import { listedRecords, ownSaver } from './listed-records.ts'
import { historyOf } from './observe.ts'
import { storedRecords } from './stored-records.ts'

export const thread = { configurable: { thread_id: 't' } }

export type AnyGraph = CompiledStateGraph<unknown, unknown>

interface Builder {
  compile(options: object): unknown
}

/** What happens on a thread; what it returns is compared. */
export type Play = (graph: AnyGraph, saver: BaseCheckpointSaver) => Promise<unknown>

/**
 * Registers two tests that play the same on both engines: with LangGraph's saver, and with the one that each engine
 * exports. What was seen, the thread's state and history, and all records have to agree.
 */
export function sameThread(
  name: string,
  build: (vocabulary: Vocabulary) => unknown,
  play: Play,
  compile: object = {},
): void {
  const played = async (vocabulary: Vocabulary, saver: BaseCheckpointSaver) => {
    const graph = (build(vocabulary) as Builder).compile({ ...compile, checkpointer: saver }) as AnyGraph
    return {
      seen: await play(graph, saver),
      state: await graph.getState(thread, { subgraphs: true }),
      history: await historyOf(graph, thread),
      records: await listedRecords(saver),
    }
  }
  differential(name, async (vocabulary) => {
    const saver = new MemorySaver()
    return { ...(await played(vocabulary, saver)), stored: storedRecords(saver) }
  })
  differential(`${name}, with the engine's own saver`, (vocabulary) =>
    played(vocabulary, ownSaver(vocabulary)),
  )
}
