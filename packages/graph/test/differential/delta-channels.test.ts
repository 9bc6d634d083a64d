import {
  Annotation,
  Command,
  END,
  MemorySaver,
  MessagesDeltaValue,
  Overwrite,
  REMOVE_ALL_MESSAGES,
  START,
  Send,
  StateSchema,
  DeltaValue,
  interrupt,
  messagesDeltaReducer,
} from '@langchain/langgraph'
import { DeltaChannel } from '@langchain/langgraph/channels'
import { AIMessage, HumanMessage, RemoveMessage } from '@langchain/core/messages'
import { z } from 'zod/v4'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { storedRecords } from './harness/stored-records.ts'

type Lines = (string | string[])[]

/** One call with all writes of a superstep: how they were batched does not show. */
const concat = (lines: string[], writes: Lines) => [...lines, ...writes.flat()]

function delta(options: { snapshotFrequency?: number; initialValueFactory?: () => string[] } = {}) {
  return () => new DeltaChannel<string[], string | string[]>(concat, options)
}

function logState(options: Parameters<typeof delta>[0] = {}) {
  return { log: delta(options), n: Annotation<number> } as unknown as {
    log: ReturnType<typeof Annotation<string[]>>
    n: ReturnType<typeof Annotation<number>>
  }
}

type Log = { log: string[]; n: number }

/** Counts up to `n` by one node that writes to the log each time. */
function loop(options: Parameters<typeof logState>[0] = {}) {
  return ({ StateGraph }: Vocabulary) =>
    new StateGraph(logState(options))
      .addNode('work', ({ log, n }: Log) => ({ log: [`${n} after ${log.length}`], n: n - 1 }))
      .addEdge(START, 'work')
      .addConditionalEdges('work', ({ n }: Log) => (n > 0 ? 'work' : END))
}

sameRuns('a delta channel is kept as writes', loop(), [
  { log: ['in'], n: 3 },
  { log: 'again', n: 2 },
])

sameRuns('a delta channel snapshots after so many updates', loop({ snapshotFrequency: 2 }), [
  { log: ['in'], n: 5 },
  { n: 3 },
])

sameRuns('a delta channel with a snapshot at each update', loop({ snapshotFrequency: 1 }), [
  { log: ['in'], n: 2 },
  { log: ['again'], n: 2 },
])

sameRuns(
  'a delta channel begins with what its factory gives',
  loop({ initialValueFactory: () => ['first'] }),
  [{ n: 2 }, { log: 'more', n: 1 }],
)
