import { setImmediate } from 'node:timers/promises'
import {
  Command,
  MemorySaver,
  RunControl,
  START,
  Send,
  entrypoint,
  getPreviousState,
  interrupt,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { InMemoryCache } from '@langchain/langgraph-checkpoint'
import { differential, sameRuns } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

sameRuns(
  'a node calls tasks, one after the other and side by side',
  ({ StateGraph }) => {
    const double = task('double', (n: number) => n * 2)
    const slow = task('slow', async (text: string) => {
      await setImmediate()
      return `${text}!`
    })
    return new StateGraph(Counter)
      .addNode('calls', async ({ n }) => {
        const first = await double(n)
        const [second, third] = await Promise.all([double(first), slow('hey')])
        return { n: second, log: [third] }
      })
      .addEdge(START, 'calls')
  },
  [{ n: 1 }],
)

sameRuns(
  'a task is not run again when its node is',
  ({ StateGraph }) => {
    let runs = 0
    const costly = task('costly', () => ++runs)
    return new StateGraph(Log)
      .addNode('ask', async () => {
        const before = await costly()
        const answer = String(interrupt('?'))
        const after = await costly()
        return { log: [`${before} ${answer} ${after}`] }
      })
      .addEdge(START, 'ask')
  },
  [{}, new Command({ resume: 'yes' })],
)

sameRuns(
  'a task asks',
  ({ StateGraph }) => {
    const ask = task('ask', (question: string) => `answered ${String(interrupt(question))}`)
    return new StateGraph(Log)
      .addNode('calls', async () => ({ log: [await ask('one'), await ask('two')] }))
      .addEdge(START, 'calls')
  },
  [{}, new Command({ resume: 'a' }), new Command({ resume: 'b' })],
)

sameRuns(
  'a task is tried again by a policy of its own',
  ({ StateGraph }) => {
    let left = 2
    const flaky = task(
      { name: 'flaky', retry: { maxAttempts: 3, initialInterval: 1, jitter: false, logWarning: false } },
      async () => {
        if (left-- > 0) throw new Error('again')
        return 'done'
      },
    )
    return new StateGraph(Log)
      .addNode('calls', async () => ({ log: [await flaky()] }))
      .addEdge(START, 'calls')
  },
  [{}],
)

sameRuns(
  'tasks call tasks',
  ({ StateGraph }) => {
    const inner = task('inner', (n: number) => n + 1)
    const outer = task('outer', async (n: number) => (await inner(n)) * (await inner(n)))
    return new StateGraph(Counter)
      .addNode('calls', async ({ n }) => ({ n: await outer(n) }))
      .addEdge(START, 'calls')
  },
  [{ n: 2 }],
)

differential('a graph inside an entrypoint, and an entrypoint inside a node', async ({ StateGraph }) => {
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (text: string) => {
    const before = getPreviousState<string>() ?? 'nothing'
    const { log } = await graph.invoke({ log: [text, before] })
    return log.join()
  })
  const shout = entrypoint('shout', async (text: string) => `${text}!`)
  const outer = new StateGraph(Log)
    .addNode('calls', async () => ({ log: [await shout.invoke('hey')] }))
    .addEdge(START, 'calls')
    .compile({ checkpointer: new MemorySaver() })
  return [await flow.invoke('one', thread), await flow.invoke('two', thread), await outer.invoke({}, thread)]
})

differential('a run is drained before its next superstep', async ({ StateGraph }) => {
  const control = new RunControl()
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('drains', (_, config: LangGraphRunnableConfig & { control?: RunControl }) => {
      config.control!.requestDrain('deploy')
      return { log: ['drains'] }
    })
    .addNode('after', noting('after'))
    .addEdge(START, 'a')
    .addEdge('a', 'drains')
    .addEdge('drains', 'after')
    .compile({ checkpointer: saver })
  const drained = await outcomeOf(() => graph.invoke({}, { ...thread, control } as object))
  const state = await graph.getState(thread)
  return {
    drained,
    reason: (drained as { error: { reason?: string } }).error.reason,
    state,
    result: await graph.invoke(null, thread),
    records: storedRecords(saver),
  }
})

differential('a nested graph drains the run', async ({ StateGraph }) => {
  const child = new StateGraph(Log)
    .addNode('drains', (_, config: LangGraphRunnableConfig & { control?: RunControl }) => {
      config.control!.requestDrain()
      return { log: ['drains'] }
    })
    .addNode('inner', noting('inner'))
    .addEdge(START, 'drains')
    .addEdge('drains', 'inner')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('child', child)
    .addNode('after', noting('after'))
    .addEdge(START, 'child')
    .addEdge('child', 'after')
    .compile({ checkpointer: new MemorySaver() })
  return [
    await outcomeOf(() => graph.invoke({}, thread)),
    await graph.getState(thread, { subgraphs: true }),
    await graph.invoke(null, thread),
  ]
})

differential('a drain before the run began', async ({ StateGraph }) => {
  const control = new RunControl()
  control.requestDrain('early')
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  return [
    await outcomeOf(() => graph.invoke({}, { control } as object)),
    await collect(graph.stream({}, { control } as object)),
  ]
})

differential('a caller is told when nodes have finished', async ({ StateGraph }) => {
  const finished: string[] = []
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile()
  await graph.invoke({}, { configurable: { __pregel_node_finished: (name: string) => finished.push(name) } })
  return finished
})

differential('at most so many tasks run at once', async ({ StateGraph }) => {
  let running = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++running)
    await setImmediate()
    running--
    return {}
  }
  const graph = new StateGraph(Log)
    .addNode('a', work)
    .addNode('b', work)
    .addNode('c', work)
    .addNode('d', work)
    .addEdge(START, 'a')
    .addEdge(START, 'b')
    .addEdge(START, 'c')
    .addEdge(START, 'd')
    .compile()
  await graph.invoke({}, { maxConcurrency: 2 })
  return most
})

differential('a cached node is not run again', async ({ StateGraph }) => {
  let runs = 0
  const cache = new InMemoryCache()
  const graph = new StateGraph(Counter)
    .addNode('costly', ({ n }) => ({ log: [`n ${n} run ${++runs}`] }), { cachePolicy: true })
    .addNode('sent', ({ id }: { id: number }) => ({ log: [`sent ${id} run ${++runs}`] }), {
      cachePolicy: { keyFunc: ([input]: { id: number }[]) => String(input!.id % 2) } as never,
    })
    .addEdge(START, 'costly')
    .addConditionalEdges('costly', () => [new Send('sent', { id: 1 }), new Send('sent', { id: 2 })])
    .compile({ cache })
  const seen: unknown[] = []
  for (const n of [1, 2, 1])
    seen.push(await collect(graph.stream({ n }, { streamMode: ['updates', 'values'] })))
  await graph.clearCache()
  seen.push(await graph.invoke({ n: 1 }))
  return seen
})
