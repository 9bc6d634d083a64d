import { setImmediate } from 'node:timers/promises'
import { Annotation, Command, MemorySaver, START, Send, interrupt, task } from '@langchain/langgraph'
import { differential, sameRuns } from './harness/differential.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

differential('tasks are planned: sends in their order, then nodes by name', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('zebra', noting('zebra'))
    .addNode('ant', noting('ant'))
    .addNode('sent', ({ id }: { id: number }) => ({ log: [`sent ${id}`] }))
    .addNode('Bee', noting('Bee'))
    .addEdge(START, 'zebra')
    .addEdge(START, 'Bee')
    .addEdge(START, 'ant')
    .addConditionalEdges(START, () => [3, 1, 2].map((id) => new Send('sent', { id })), ['sent'])
    .compile({ checkpointer: new MemorySaver() })
  const chunks = await collect(graph.stream({}, { ...thread, streamMode: ['checkpoints', 'tasks'] }))
  return chunks.map((chunk) => {
    const [mode, payload] = chunk as [string, { next?: string[]; name?: string; input?: unknown }]
    return [mode, payload.next ?? payload.name, payload.input]
  })
})

differential(
  'a thread that goes on plans nodes in the order in which they were declared',
  async ({ StateGraph }) => {
    const ask = () => ({ log: [String(interrupt('?'))] })
    const graph = new StateGraph(Log)
      .addNode('zebra', ask)
      .addNode('ant', ask)
      .addEdge(START, 'zebra')
      .addEdge(START, 'ant')
      .compile({ checkpointer: new MemorySaver(), interruptBefore: '*' })
    const nextOf = async (input: unknown) => {
      const chunks = await collect(graph.stream(input as never, { ...thread, streamMode: 'checkpoints' }))
      return chunks.map((chunk) => (chunk as { next: string[] }).next)
    }
    return [await nextOf({}), await nextOf(null), (await graph.getState(thread)).next]
  },
)

differential('what triggered a node is seen, and nothing else', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addNode('c', noting('c'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge(['a', 'b'], 'c')
    .compile({ checkpointer: saver })
  await graph.invoke({}, thread)
  return storedRecords(saver)
})

sameRuns(
  'a superstep is applied in the order of its tasks, however they settle',
  ({ StateGraph }) => {
    const later = (name: string, turns: number) => async () => {
      for (let turn = 0; turn < turns; turn++) await setImmediate()
      return { log: [name] }
    }
    const called = task('called by b', async () => 'called')
    return new StateGraph(Log)
      .addNode('c', later('c', 1))
      .addNode('a', later('a', 9))
      .addNode('b', async () => ({ log: [await called()] }))
      .addNode('sent', ({ id }: { id: number }) => later(`sent ${id}`, 6 - id)())
      .addEdge(START, 'c')
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addConditionalEdges(START, () => [0, 1, 2].map((id) => new Send('sent', { id })), ['sent'])
  },
  [{}],
)

differential('paths and ids of tasks', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const inner = task('inner', async (n: number) => n)
  const outer = task('outer', async (n: number) => (await inner(n)) + (await inner(n + 1)))
  const graph = new StateGraph(Log)
    .addNode('calls', async () => ({ log: [String(await outer(1))] }))
    .addNode('sent', async () => ({ log: [String(await inner(5))] }))
    .addNode(
      'fails',
      (): never => {
        throw new Error('fails')
      },
      { errorHandler: async () => ({ log: [String(await inner(7))] }) } as never,
    )
    .addEdge(START, 'calls')
    .addEdge(START, 'fails')
    .addConditionalEdges(START, () => new Send('sent', {}), ['sent'])
    .compile({ checkpointer: saver })
  await graph.invoke({}, thread)
  return { records: storedRecords(saver), history: await historyOf(graph) }
})

differential('a write that does not fit names its channel and the values', async ({ StateGraph }) => {
  const State = Annotation.Root({ one: Annotation<unknown> })
  const run = (first: unknown, second: unknown) => {
    const graph = new StateGraph(State)
      .addNode('a', () => ({ one: first }))
      .addNode('b', () => ({ one: second }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .compile()
    return outcomeOf(() => graph.invoke({}))
  }
  return [await run(1, 2), await run({ deep: ['x'] }, null), await run('a', undefined)]
})

differential('an edge is there for one superstep, and a deferred node comes last', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addNode('last', noting('last'), { defer: true })
    .addNode('c', noting('c'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('a', 'last')
    .addEdge('b', 'c')
    .compile({ checkpointer: saver })
  await graph.invoke({}, thread)
  return storedRecords(saver)
})

differential('a node that does not listen is dropped when its run is stopped', async ({ StateGraph }) => {
  const controller = new AbortController()
  let isOver = false
  const graph = new StateGraph(Log)
    .addNode('deaf', async () => {
      for (let turn = 0; turn < 60; turn++) await setImmediate()
      isOver = true
      return { log: ['late'] }
    })
    .addEdge(START, 'deaf')
    .compile()
  const stop = async () => {
    for (let turn = 0; turn < 20; turn++) await setImmediate()
    controller.abort()
  }
  void stop()
  const outcome = await outcomeOf(() => graph.invoke({}, { signal: controller.signal }))
  return [outcome, isOver]
})

differential(
  'what of a superstep that stopped with a question is seen, and what of one that failed',
  async ({ StateGraph }) => {
    const build = (sibling: () => unknown) =>
      new StateGraph(Log)
        .addNode('done', noting('done'))
        .addNode('stops', async () => {
          await setImmediate()
          return sibling() as never
        })
        .addEdge(START, 'done')
        .addEdge(START, 'stops')
        .compile({ checkpointer: new MemorySaver() })
    const asking = build(() => ({ log: [String(interrupt('?'))] }))
    const failing = build(() => {
      throw new Error('failed')
    })
    return [
      await asking.invoke({}, thread),
      await asking.getState(thread),
      await asking.invoke(new Command({ resume: 'yes' }), thread),
      await outcomeOf(() => failing.invoke({}, thread)),
      await failing.getState(thread),
    ]
  },
)

/** What query builders are: no promise, but something that can be awaited. */
const thenable = <T>(value: T): Promise<T> =>
  // oxlint-disable-next-line unicorn/no-thenable -- this is what it is about
  ({ then: (resolve: (value: T) => void) => void setTimeout(() => resolve(value), 1) }) as never

sameRuns(
  'what a node, a router and a task return may be anything that can be awaited',
  ({ StateGraph }) => {
    const called = task('called by a', () => thenable('called'))
    return new StateGraph(Log)
      .addNode('a', async () => ({ log: [await called()] }))
      .addNode('b', () => thenable({ log: ['b'] }))
      .addNode('c', noting('c'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addConditionalEdges('b', () => thenable('c'), ['c'])
  },
  [{}],
)
