// What the chunks of each mode hold, for all that can become of a task.
import { setImmediate } from 'node:timers/promises'
import { RunnableLambda } from '@langchain/core/runnables'
import {
  Command,
  MemorySaver,
  START,
  Send,
  interrupt,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { allModes, differential, type Vocabulary } from './harness/differential.ts'
import { collect } from './harness/observe.ts'
import { Counter, Log } from './harness/states.ts'

const thread = { configurable: { thread_id: 't' } }
const everything = { ...thread, streamMode: [...allModes] }

const slow = (name: string) => async () => {
  await setImmediate()
  return { log: [name] }
}

const fail = async (): Promise<never> => {
  await setImmediate()
  await setImmediate()
  throw new TypeError('failed')
}

function twoNodes({ StateGraph }: Vocabulary, compile: object = {}) {
  return new StateGraph(Log)
    .addNode('a', slow('a'))
    .addNode('b', slow('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile(compile)
}

/** A graph whose first node is `child`, followed by a node. */
function around({ StateGraph }: Vocabulary, child: unknown, compile: object = {}) {
  return new StateGraph(Log)
    .addNode('child', child as () => Promise<{ log: string[] }>, { ends: ['after'] })
    .addNode('after', slow('after'))
    .addEdge(START, 'child')
    .addEdge('child', 'after')
    .compile({ checkpointer: new MemorySaver(), ...compile })
}

differential('without a saver there are no checkpoints to stream', (vocabulary) =>
  collect(twoNodes(vocabulary).stream({}, { streamMode: ['checkpoints', 'debug'] })),
)

differential('tasks carry the tags and metadata of the run and of their node', async ({ StateGraph }) => {
  const lambda = RunnableLambda.from(slow('b')).withConfig({ tags: ['own'], metadata: { own: 1 } })
  const graph = new StateGraph(Log)
    .addNode('a', slow('a'), { metadata: { of: 'a' } })
    .addNode('b', lambda)
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile()
  const bound = graph.withConfig({ tags: ['bound'], metadata: { bound: 1 } })
  return [
    await collect(graph.stream({}, { streamMode: 'tasks' })),
    await collect(graph.stream({}, { streamMode: 'tasks', tags: ['x', 'seq:step:1'], metadata: { y: 2 } })),
    await collect(bound.stream({}, { streamMode: ['tasks', 'debug'], metadata: { y: 2 } })),
  ]
})

differential(
  'of a task that fails, beside one that does not, and when the thread goes on',
  async ({ StateGraph }) => {
    const graph = new StateGraph(Log)
      .addNode('a', fail)
      .addNode('b', slow('b'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .compile({ checkpointer: new MemorySaver() })
    return [await collect(graph.stream({}, everything)), await collect(graph.stream({}, everything))]
  },
)

differential(
  'of a task that is tried again, and of one with a handler for its error',
  async ({ StateGraph }) => {
    let attempts = 0
    const graph = new StateGraph(Log)
      .addNode(
        'a',
        async (_, { writer }: LangGraphRunnableConfig) => {
          writer!(`attempt ${++attempts}`)
          await setImmediate()
          if (attempts < 3) throw new Error('again')
          return { log: ['a'] }
        },
        { retryPolicy: { maxAttempts: 3, initialInterval: 1, jitter: false, logWarning: false } },
      )
      .addNode('b', fail, { errorHandler: slow('handled') } as object)
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .compile({ checkpointer: new MemorySaver() })
    return collect(graph.stream({}, everything))
  },
)

differential('of a task that leaves for the graph around its own', async (vocabulary) => {
  const child = new vocabulary.StateGraph(Log)
    .addNode('leave', async () => {
      await setImmediate()
      return new Command({ graph: Command.PARENT, goto: 'after', update: { log: ['left'] } })
    })
    .addEdge(START, 'leave')
    .compile()
  return collect(around(vocabulary, child).stream({}, { ...everything, subgraphs: true }))
})

differential('of tasks that a node calls', async (vocabulary) => {
  const double = task('double', async (n: number) => {
    await setImmediate()
    return n * 2
  })
  const node = async () => ({ log: [String(await double(1)), String(await double(2))] })
  return [
    await collect(around(vocabulary, node).stream({}, everything)),
    await collect(around(vocabulary, node).stream({}, { ...everything, subgraphs: true })),
  ]
})

differential(
  'of a node that returns nothing, nothing known, or one key several times',
  async ({ StateGraph }) => {
    const graph = new StateGraph(Counter)
      .addNode('nothing', async () => null as never)
      .addNode('undefined', async () => ({ n: undefined }) as never)
      .addNode('empty', async () => new Command({}))
      .addNode(
        'twice',
        async () =>
          new Command({
            update: [
              ['log', ['x']],
              ['log', ['y']],
            ],
          }),
      )
      .addEdge(START, 'nothing')
      .addEdge('nothing', 'undefined')
      .addEdge('undefined', 'empty')
      .addEdge('empty', 'twice')
      .compile()
    return collect(graph.stream({ n: 1 }, { streamMode: ['updates', 'values', 'tasks'] }))
  },
)

differential('of a question, and of its answer, in a graph inside', async (vocabulary) => {
  const child = new vocabulary.StateGraph(Log)
    .addNode('one', async () => ({ log: [String(interrupt('one?'))] }))
    .addNode('two', async () => ({ log: [String(interrupt('two?'))] }))
    .addEdge(START, 'one')
    .addEdge('one', 'two')
    .compile()
  const graph = around(vocabulary, child)
  const seen: unknown[] = []
  for (const input of [{}, new Command({ resume: 'yes' }), new Command({ resume: 'no' })])
    seen.push(await collect(graph.stream(input, { ...everything, subgraphs: true })))
  return seen
})

differential('of a breakpoint, and of the run after it, also in a graph inside', async (vocabulary) => {
  const seen: unknown[] = []
  const points = [
    { interruptBefore: ['b'] },
    { interruptAfter: ['a'] },
    { interruptAfter: ['b'] },
    { interruptBefore: '*' },
    { interruptAfter: '*' },
  ]
  for (const point of points) {
    const graph = twoNodes(vocabulary, { checkpointer: new MemorySaver() })
    seen.push(await collect(graph.stream({}, { ...everything, ...point } as object)))
    seen.push(await collect(graph.stream(null, { ...everything, ...point } as object)))
    const outer = around(vocabulary, twoNodes(vocabulary, point))
    seen.push(await collect(outer.stream({}, { ...everything, subgraphs: true })))
    seen.push(await collect(outer.stream(null, { ...thread, streamMode: ['values', 'updates'] })))
  }
  return seen
})

differential('of a run that goes on from an edit, from the past, or from its end', async (vocabulary) => {
  const graph = twoNodes(vocabulary, { checkpointer: new MemorySaver(), interruptBefore: ['b'] })
  await graph.invoke({}, thread)
  await graph.updateState(thread, { log: ['edit'] })
  const seen = [await collect(graph.stream(null, everything)), await collect(graph.stream(null, everything))]
  const past: object[] = []
  for await (const { config } of graph.getStateHistory(thread)) past.push(config)
  for (const config of past.slice(1, 3))
    seen.push(await collect(graph.stream(null, { ...config, streamMode: [...allModes] })))
  seen.push(await collect(graph.stream(new Command({ goto: 'b', update: { log: ['go'] } }), everything)))
  return seen
})

differential(
  'of graphs inside that keep checkpoints of their own, or none, or are called twice',
  async (vocabulary) => {
    const seen: unknown[] = []
    for (const checkpointer of [undefined, true, false]) {
      const child = twoNodes(vocabulary, checkpointer === undefined ? {} : { checkpointer })
      const graph = around(vocabulary, child)
      seen.push(await collect(graph.stream({}, { ...everything, subgraphs: true })))
      seen.push(await collect(graph.stream({}, { ...everything, subgraphs: true })))
    }
    const child = twoNodes(vocabulary)
    const twice = async () => {
      await child.invoke({})
      return child.invoke({})
    }
    seen.push(await collect(around(vocabulary, twice).stream({}, { ...everything, subgraphs: true })))
    return seen
  },
)

differential(
  'of a graph that a node streams itself: its values, unless it asks for others',
  async (vocabulary) => {
    const child = twoNodes(vocabulary)
    const inner: unknown[] = []
    const node = async (_: unknown, config: LangGraphRunnableConfig) => {
      inner.push(await collect(child.stream({}, config)))
      inner.push(await collect(child.stream({}, { ...config, streamMode: ['updates', 'values'] })))
      inner.push(await collect(child.stream({}, { streamMode: 'updates', subgraphs: true })))
      return {}
    }
    return [
      await collect(
        around(vocabulary, node).stream(
          {},
          { ...thread, streamMode: ['values', 'updates'], subgraphs: true },
        ),
      ),
      inner,
    ]
  },
)

differential('of one output key, or of some', async ({ StateGraph }) => {
  const graph = new StateGraph(Counter)
    .addNode('a', async () => ({ n: 2, log: ['a'] }))
    .addNode('work', async () => ({ n: 3 }))
    .addEdge(START, 'a')
    .addConditionalEdges('a', () => [new Send('work', { n: 0, log: [] })])
    .compile({ checkpointer: new MemorySaver() })
  const seen: unknown[] = []
  for (const outputKeys of ['n', ['n'], ['log'], ['n', 'log']])
    seen.push(await collect(graph.stream({ n: 1 }, { ...everything, outputKeys } as object)))
  return seen
})

differential('of a run that stores at its end', async (vocabulary) => {
  const graph = twoNodes(vocabulary, { checkpointer: new MemorySaver() })
  return collect(graph.stream({}, { ...everything, durability: 'exit' }))
})
