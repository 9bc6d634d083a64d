// What LangGraph puts into `configurable` for a task, used directly as its helpers, tools and nested graphs use it.
import {
  Command,
  InMemoryStore,
  MemorySaver,
  START,
  entrypoint,
  getConfig,
  getCurrentTaskInput,
  getPreviousState,
  getStore,
  getWriter,
  interrupt,
  type BaseCheckpointSaver,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { differential } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

/** The keys that the tests below use, as LangGraph defines them. */
interface Keys {
  readonly thread_id: string
  readonly checkpoint_ns: string
  readonly checkpoint_id?: string
  readonly checkpoint_map: Record<string, string>
  readonly __pregel_task_id: string
  readonly __pregel_send: (writes: [string, unknown][]) => void
  readonly __pregel_read: (select: string | string[], isFresh?: boolean) => unknown
  readonly __pregel_call: (
    func: () => unknown,
    name: string,
    args: unknown[],
    options: object,
  ) => Promise<unknown>
  readonly __pregel_checkpointer?: BaseCheckpointSaver
  readonly __pregel_scratchpad: { readonly currentTaskInput: unknown; readonly resume: unknown[] }
  readonly __pregel_resuming?: boolean
  readonly __pregel_resume_map?: Record<string, unknown>
}

const keysOf = (config: LangGraphRunnableConfig) => config.configurable as unknown as Keys

differential('a task writes, reads and calls through its config', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const graph = new StateGraph(Counter)
    .addNode('a', async (_, config: LangGraphRunnableConfig) => {
      const { __pregel_send: send, __pregel_read: read, __pregel_call: call, ...keys } = keysOf(config)
      send([['log', ['sent']]])
      seen.push(read('log'), read('log', true), read(['n', 'log'], true))
      seen.push(await call((...args: unknown[]) => args.length, 'counting', [1, 2, 3], {}))
      seen.push(keys.__pregel_task_id, keys.checkpoint_ns, keys.checkpoint_map, keys.checkpoint_id)
      seen.push(keys.__pregel_scratchpad.currentTaskInput, keys.__pregel_scratchpad.resume)
      return { log: ['returned'] }
    })
    .addEdge(START, 'a')
    .compile({ checkpointer: new MemorySaver() })
  return [await graph.invoke({ n: 1, log: ['in'] }, thread), seen]
})

differential('a saver is lent to what runs within a task', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const seen: unknown[] = []
  const look = (_: unknown, config: LangGraphRunnableConfig) => {
    seen.push(keysOf(config).__pregel_checkpointer === saver)
    return {}
  }
  const child = new StateGraph(Log).addNode('inner', look).addEdge(START, 'inner').compile()
  const builder = new StateGraph(Log)
    .addNode('child', child)
    .addNode('look', look)
    .addEdge(START, 'child')
    .addEdge('child', 'look')
  await builder.compile({ checkpointer: saver }).invoke({}, thread)
  await builder.compile().invoke({}, thread)
  return seen
})

differential('a task knows whether its run goes on, and with which answers', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const look = (config: LangGraphRunnableConfig) => {
    const { __pregel_resuming: isResuming = false, __pregel_resume_map: answers } = keysOf(config)
    seen.push({ isResuming, answers })
  }
  const child = new StateGraph(Log)
    .addNode('ask', (_, config) => {
      look(config)
      return { log: [String(interrupt('?'))] }
    })
    .addEdge(START, 'ask')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('child', child)
    .addNode('after', (_, config) => {
      look(config)
      return {}
    })
    .addEdge(START, 'child')
    .addEdge('child', 'after')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({}, thread)
  const { tasks } = await graph.getState(thread)
  const { id } = tasks[0]!.interrupts[0]!
  await graph.invoke(new Command({ resume: { [id!]: 'yes' } }), thread)
  return seen
})

differential('a namespace that a caller gives a root graph is none of its own', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('look', (_, { metadata, configurable }: LangGraphRunnableConfig) => {
      seen.push(metadata?.['checkpoint_ns'], configurable?.['checkpoint_ns'])
      return {}
    })
    .addEdge(START, 'look')
    .compile({ checkpointer: saver })
  const outcome = await outcomeOf(() =>
    graph.invoke({}, { configurable: { thread_id: 't', checkpoint_ns: 'elsewhere' } }),
  )
  return [outcome, seen, storedRecords(saver)]
})

differential('a graph within a task streams values when it is not told what', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const child = new StateGraph(Log).addNode('inner', noting('inner')).addEdge(START, 'inner').compile()
  const graph = new StateGraph(Log)
    .addNode('streams', async () => {
      seen.push(await collect(child.stream({ log: ['in'] })))
      return {}
    })
    .addEdge(START, 'streams')
    .compile()
  await graph.invoke({})
  return [seen, await collect(child.stream({ log: ['in'] }))]
})

differential('helpers take the config that they are given', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const graph = new StateGraph(Log)
    .addNode('a', (_, config: LangGraphRunnableConfig) => {
      // Outside of the node's own context nothing is around.
      return new Promise((resolve) => {
        queueMicrotask(() => {
          seen.push(getCurrentTaskInput(config), getStore(config) === config.store)
          seen.push(getWriter(config) === config.writer, getConfig() !== undefined)
          resolve({})
        })
      })
    })
    .addEdge(START, 'a')
    .compile({ store: new InMemoryStore() })
  await graph.invoke({ log: ['in'] })
  const legacy = { configurable: { writer: () => 'of configurable' } }
  return [seen, typeof getWriter(legacy as never)]
})

differential(
  'callers may ask to be told of finished nodes, and say how durable a run is',
  async ({ StateGraph }) => {
    const finished: unknown[] = []
    const saver = new MemorySaver()
    const graph = new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .compile({ checkpointer: saver })
    const configurable = {
      thread_id: 't',
      __pregel_node_finished: (name: string) => void finished.push(name),
      __pregel_durability: 'exit',
    }
    await graph.invoke({}, { configurable })
    return [finished, storedRecords(saver)]
  },
)

differential('what was kept of the run before', async (vocabulary) => {
  const run = vocabulary.entrypoint(
    { name: 'counting', checkpointer: new MemorySaver() },
    async (n: number) => {
      const before = getPreviousState<number>() ?? 0
      return entrypoint.final({
        value: [before, (getConfig().configurable as Keys & Record<string, unknown>)['__pregel_previous']],
        save: before + n,
      })
    },
  )
  return [await run.invoke(2, thread), await run.invoke(3, thread), await run.invoke(4, thread)]
})

differential('callers may have answers refused that no open question asks for', async ({ StateGraph }) => {
  const strict = { configurable: { thread_id: 't', __pregel_strict_resume: true } }
  const graph = new StateGraph(Log)
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
    .addEdge(START, 'ask')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({}, strict)
  const { tasks } = await graph.getState(thread)
  const { id } = tasks[0]!.interrupts[0]!
  const unknown = '0123456789abcdef0123456789abcdef'
  return [
    await outcomeOf(() => graph.invoke(new Command({ resume: { [unknown]: 'no' } }), strict)),
    await outcomeOf(() => graph.invoke(new Command({ resume: { [id!]: 'yes', [unknown]: 'no' } }), strict)),
    await outcomeOf(() => graph.invoke(new Command({ resume: { [id!]: 'yes' } }), strict)),
  ]
})
