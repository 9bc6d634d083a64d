import {
  Annotation,
  Command,
  END,
  MemorySaver,
  Overwrite,
  START,
  StateGraph as LangGraph,
  interrupt,
  type BaseCheckpointSaver,
} from '@langchain/langgraph'
import { setImmediate } from 'node:timers/promises'
import { afterEach, describe } from 'vitest'
import { differential, type Vocabulary } from './harness/differential.ts'
import { countdown, deltaLog } from './harness/delta-log.ts'
import { outcomeOf } from './harness/observe.ts'
import { sameThread, thread, type AnyGraph } from './harness/same-thread.ts'
import { storedRecords } from './harness/stored-records.ts'

const bound = 'LANGGRAPH_DELTA_MAX_SUPERSTEPS_SINCE_SNAPSHOT'
afterEach(() => {
  delete process.env[bound]
})

function loop(options: Parameters<typeof deltaLog>[0] = {}) {
  return ({ StateGraph }: Vocabulary) =>
    new StateGraph(deltaLog(options))
      .addNode('work', countdown)
      .addEdge(START, 'work')
      .addConditionalEdges('work', ({ n }) => (n > 0 ? 'work' : END))
}

/** Writes once, and is idle for the rest of the run. */
function idle({ StateGraph }: Vocabulary) {
  return new StateGraph(deltaLog())
    .addNode('once', () => ({ log: 'once' }))
    .addNode('idle', ({ n }) => ({ n: n - 1 }))
    .addEdge(START, 'once')
    .addEdge('once', 'idle')
    .addConditionalEdges('idle', ({ n }) => (n > 0 ? 'idle' : END))
}

function withQuestion({ StateGraph }: Vocabulary) {
  return new StateGraph(deltaLog())
    .addNode('a', () => ({ log: 'a' }))
    .addNode('b', () => ({ log: 'b' }))
    .addNode('ask', () => ({ log: `answered ${String(interrupt('?'))}` }))
    .addNode('d', ({ log }) => ({ log: `d after ${log.length}` }))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('a', 'ask')
    .addEdge(['b', 'ask'], 'd')
}

const inputs =
  (given: readonly unknown[], config: object) =>
  async (graph: AnyGraph): Promise<unknown> => {
    const seen: unknown[] = []
    for (const input of given) {
      seen.push(await outcomeOf(() => graph.invoke(input as never, config)))
      seen.push(await graph.getState(thread))
    }
    return seen
  }

for (const durability of ['sync', 'async', 'exit'] as const) {
  const config = { ...thread, durability }

  describe(`with durability ${durability}`, () => {
    sameThread(
      'a delta channel is absent from checkpoints, and counted',
      loop(),
      inputs([{ log: 'in', n: 3 }, { log: ['again', 'and again'], n: 2 }, { n: 2 }], config),
    )

    sameThread(
      'a delta channel snapshots after as many updates as its frequency says',
      loop({ snapshotFrequency: 3 }),
      inputs([{ log: 'in', n: 5 }, { n: 4 }, { log: 'again', n: 1 }], config),
    )

    sameThread('a delta channel that nobody writes has no snapshot', idle, (graph) => {
      process.env[bound] = '2'
      return inputs([{ n: 4 }], config)(graph)
    })

    for (const supersteps of ['1', '2', 'none']) {
      sameThread(`a bound of ${supersteps} supersteps between snapshots`, idle, (graph) => {
        process.env[bound] = supersteps
        return inputs([{ log: 'in', n: 4 }, { n: 3 }], config)(graph)
      })
    }

    sameThread(
      'a snapshot of an idle channel makes no breakpoint fire again',
      idle,
      async (graph) => {
        process.env[bound] = '2'
        const seen = await inputs([{ log: 'in', n: 4 }, null, null, null, null, null], config)(graph)
        return [
          seen,
          await outcomeOf(() => graph.updateState(thread, { n: 3 })),
          await graph.getState(thread),
        ]
      },
      { interruptBefore: ['idle'] },
    )

    sameThread(
      'static breakpoints between the snapshots of a delta channel',
      loop({ snapshotFrequency: 2 }),
      inputs([{ log: 'in', n: 3 }, null, null, null, null], config),
      { interruptAfter: ['work'] },
    )

    sameThread(
      'an Overwrite is followed by a snapshot',
      ({ StateGraph }) =>
        new StateGraph(deltaLog())
          .addNode('a', () => ({ log: 'a' }))
          .addNode('b', () => ({ log: new Overwrite(['b']) }))
          .addNode('c', () => ({ log: 'c' }))
          .addEdge(START, 'a')
          .addEdge('a', 'b')
          .addEdge('b', 'c'),
      inputs([{ log: 'in' }, { log: new Overwrite(['again']) }], config),
    )

    sameThread(
      'a question beside writes to a delta channel',
      withQuestion,
      inputs(
        [{ log: 'in' }, new Command({ resume: 1 }), { log: 'more' }, new Command({ resume: 2 })],
        config,
      ),
    )

    sameThread(
      'new input leaves behind what a task had written to a delta channel',
      withQuestion,
      inputs([{ log: 'in' }, { log: 'instead' }, new Command({ resume: 1 })], config),
    )

    sameThread(
      'a command as input writes to a delta channel',
      loop(),
      inputs(
        [{ log: 'in', n: 1 }, new Command({ update: { log: 'command', n: 2 }, goto: 'work' }), { n: 1 }],
        config,
      ),
    )

    sameThread(
      'a run that fails leaves what its delta channel held',
      ({ StateGraph }) => {
        let failures = 1
        return new StateGraph(deltaLog())
          .addNode('a', () => ({ log: 'a' }))
          .addNode('b', ({ log }) => {
            if (failures-- > 0) throw new Error('b')
            return { log: `b after ${log.length}` }
          })
          .addEdge(START, 'a')
          .addEdge('a', 'b')
      },
      inputs([{ log: 'in' }, null, { log: 'more' }], config),
    )
  })
}

/** The same graph before its annotation changed. */
const Reduced = Annotation.Root({
  log: Annotation<string[], string | string[]>({
    reducer: (log, more) => log.concat(more),
    default: () => [],
  }),
  n: Annotation<number>,
})

async function begin(state: typeof Reduced, saver: BaseCheckpointSaver): Promise<void> {
  const graph = new LangGraph(state).addNode('work', () => ({ log: 'old' })).addEdge(START, 'work')
  await graph.compile({ checkpointer: saver }).invoke({ log: 'in' }, thread)
}

sameThread(
  'a channel with a reducer becomes a delta channel',
  ({ StateGraph }) =>
    new StateGraph(deltaLog()).addNode('work', () => ({ log: 'new' })).addEdge(START, 'work'),
  async (graph, saver) => {
    await begin(Reduced, saver)
    return inputs([{ n: 1 }, { log: 'more' }], thread)(graph)
  },
)

sameThread(
  'a delta channel becomes one with a reducer',
  ({ StateGraph }) => new StateGraph(Reduced).addNode('work', () => ({ n: 2 })).addEdge(START, 'work'),
  async (graph, saver) => {
    await begin(deltaLog() as never, saver)
    return inputs([{ n: 1 }, { log: 'more' }], thread)(graph)
  },
)

differential('the saver is asked for the history of delta channels once per load', async (vocabulary) => {
  const asked: unknown[] = []
  class Asked extends MemorySaver {
    override getDeltaChannelHistory(options: Parameters<MemorySaver['getDeltaChannelHistory']>[0]) {
      asked.push([options.channels, options.config.configurable])
      return super.getDeltaChannelHistory(options)
    }
  }
  const graph = loop()(vocabulary).compile({ checkpointer: new Asked() })
  await graph.invoke({ log: 'in', n: 1 }, thread)
  const first = asked.length
  await graph.invoke({ n: 1 }, thread)
  const [channels, { thread_id, checkpoint_ns, checkpoint_id }] = asked.at(-1) as [
    string[],
    Record<string, string>,
  ]
  return { first, all: asked.length, channels, thread_id, checkpoint_ns, checkpoint_id }
})

differential(
  'no checkpoint is put past a write to a delta channel that could not be stored',
  async (vocabulary) => {
    class Failing extends MemorySaver {
      override putWrites(...args: Parameters<MemorySaver['putWrites']>) {
        const isAfterFirst = args[1].some(([channel, value]) => channel === 'log' && value === '2 after 2')
        return isAfterFirst ? Promise.reject(new Error('disk full')) : super.putWrites(...args)
      }
    }
    const saver = new Failing()
    const graph = loop()(vocabulary).compile({ checkpointer: saver })
    const run = await outcomeOf(() => graph.invoke({ log: 'in', n: 3 }, thread))
    return { run, records: storedRecords(saver) }
  },
)

differential('a delta channel through a saver that takes its time', async (vocabulary) => {
  class Slow extends MemorySaver {
    override async put(...args: Parameters<MemorySaver['put']>) {
      await setImmediate()
      return super.put(...args)
    }

    override async putWrites(...args: Parameters<MemorySaver['putWrites']>) {
      for (let turn = 0; turn < 5; turn++) await setImmediate()
      return super.putWrites(...args)
    }
  }
  const saver = new Slow()
  const graph = loop({ snapshotFrequency: 3 })(vocabulary).compile({ checkpointer: saver })
  const seen = await inputs([{ log: 'in', n: 4 }, { n: 3 }], { ...thread, durability: 'async' })(
    graph as never,
  )
  return { seen, records: storedRecords(saver) }
})
