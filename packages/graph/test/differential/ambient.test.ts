// What functions find around them without being given it: in nodes, and in all that nodes call.
import { setImmediate } from 'node:timers/promises'
import { getContextVariable, setContextVariable } from '@langchain/core/context'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { RunnableLambda } from '@langchain/core/runnables'
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import { tool } from '@langchain/core/tools'
import {
  InMemoryStore,
  MemorySaver,
  MessagesAnnotation,
  START,
  getConfig,
  getCurrentTaskInput,
  getPreviousState,
  getStore,
  getWriter,
  interrupt,
  task,
  writer,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { z } from 'zod/v4'
import { differential } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'

differential('nodes, Runnables, tools and tasks find the task that they are in', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const note = (where: string) =>
    seen.push({
      where,
      input: getCurrentTaskInput(),
      node: getConfig().metadata?.['langgraph_node'],
      store: getStore() !== undefined,
      writer: typeof getWriter(),
    })
  const lambda = RunnableLambda.from(() => note('lambda'))
  const ask = tool(
    (_, config) => {
      note('tool')
      seen.push(getCurrentTaskInput(config as LangGraphRunnableConfig))
      return 'asked'
    },
    { name: 'ask', description: 'asks', schema: z.object({}) },
  )
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', async (state, config) => {
      await lambda.invoke('ambient')
      await lambda.invoke('given', config)
      seen.push(getCurrentTaskInput() === state)
      const calls = [{ id: 'call', name: 'ask', args: {} }]
      return { messages: [new AIMessage({ id: 'ai', content: '', tool_calls: calls })] }
    })
    .addNode('tools', new ToolNode([ask]))
    .addNode('calls', async () => {
      await task('called', (n: number) => note(`task ${n}`))(5)
      return {}
    })
    .addEdge(START, 'model')
    .addEdge('model', 'tools')
    .addEdge('tools', 'calls')
    .compile({ store: new InMemoryStore() })
  await graph.invoke({ messages: [new HumanMessage({ id: 'human', content: 'hello' })] })
  return seen
})

differential('outside of a run there is nothing around', async ({ StateGraph }) => {
  await new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile().invoke({})
  return [
    await outcomeOf(() => getStore()),
    await outcomeOf(() => getWriter()),
    await outcomeOf(() => getConfig()),
    await outcomeOf(() => getCurrentTaskInput()),
    await outcomeOf(() => getPreviousState()),
    await outcomeOf(() => interrupt('?')),
    await outcomeOf(() => writer('chunk')),
    await outcomeOf(() => task('called', () => 1)()),
  ]
})

differential('everything within a node writes to its stream', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', async (_, config: LangGraphRunnableConfig) => {
      writer('writer()')
      getWriter()!('getWriter()')
      config.writer!('config.writer')
      await setImmediate()
      writer({ after: 'a turn' })
      await task('called', () => writer('task'))()
      await RunnableLambda.from(() => writer('lambda')).invoke('x')
      return {}
    })
    .addEdge(START, 'a')
    .compile()
  return [
    await collect(graph.stream({}, { streamMode: 'custom' })),
    await collect(graph.stream({}, { streamMode: ['custom', 'updates'], subgraphs: true })),
    await graph.invoke({}),
  ]
})

differential(
  'runs side by side, with graphs within them, keep their configs apart',
  async ({ StateGraph }) => {
    const inner = new StateGraph(Log)
      .addNode('look', async (_, config: LangGraphRunnableConfig) => {
        await setImmediate()
        const given = config.configurable?.['tenant'] as number
        const around = getConfig().configurable?.['tenant'] as number
        return { log: [`${given} ${around} ${String(config.metadata?.['thread_id'])}`] }
      })
      .addEdge(START, 'look')
      .compile()
    const graph = new StateGraph(Log)
      .addNode('calls', async () => {
        await setImmediate()
        return { log: (await inner.invoke({})).log }
      })
      .addEdge(START, 'calls')
      .compile({ checkpointer: new MemorySaver() })
    const tenants = [1, 2, 3, 4]
    return Promise.all(
      tenants.map((tenant) => graph.invoke({}, { configurable: { thread_id: `of ${tenant}`, tenant } })),
    )
  },
)

differential('one graph on several threads at once, from within a node', async ({ StateGraph }) => {
  const shared = new StateGraph(Log)
    .addNode('look', async ({ log }, { configurable }: LangGraphRunnableConfig) => {
      await setImmediate()
      return { log: [`${configurable?.['thread_id']} ${configurable?.['user']} ${log.length}`] }
    })
    .addEdge(START, 'look')
    .compile({ checkpointer: new MemorySaver() })
  const graph = new StateGraph(Log)
    .addNode('calls', async () => {
      const threads = ['one', 'two'].map((thread_id) => shared.invoke({}, { configurable: { thread_id } }))
      return { log: (await Promise.all(threads)).flatMap(({ log }) => log) }
    })
    .addEdge(START, 'calls')
    .compile({ checkpointer: new MemorySaver() })
  const config = { configurable: { thread_id: 'outer', user: 'ada' } }
  return [await outcomeOf(() => graph.invoke({}, config)), await graph.getState(config)]
})

differential('a config that somebody put around a run', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const graph = new StateGraph(Log)
    .addNode('look', (_, { tags, metadata, configurable, recursionLimit }: LangGraphRunnableConfig) => {
      seen.push({ tags, metadata, user: configurable?.['user'], recursionLimit })
      return {}
    })
    .addEdge(START, 'look')
    .compile()
  const around = {
    tags: ['around'],
    metadata: { around: 1 },
    configurable: { user: 'around', thread_id: 'around' },
    recursionLimit: 50,
  }
  await AsyncLocalStorageProviderSingleton.runWithConfig(around, async () => {
    await graph.invoke({})
    await graph.invoke({}, { configurable: { user: 'call' } })
    await graph.invoke({}, { configurable: { thread_id: 'own' }, tags: ['call'] })
    const bound = { tags: ['bound'], configurable: { user: 'bound' }, recursionLimit: 3 }
    await graph.withConfig(bound).invoke({})
    await graph.withConfig({ configurable: { thread_id: 'bound' } }).invoke({}, { metadata: { call: 2 } })
  })
  return seen
})

differential('context variables reach nodes, and end with them', async ({ StateGraph }) => {
  const read = () => String(getContextVariable('colour'))
  const graph = new StateGraph(Log)
    .addNode('sets', async () => {
      setContextVariable('colour', 'of the node')
      return { log: [read()] }
    })
    .addNode('reads', async () => ({ log: [read()] }))
    .addNode('runnable', RunnableLambda.from(async () => ({ log: [read()] })) as never)
    .addEdge(START, 'sets')
    .addEdge('sets', 'reads')
    .addEdge('reads', 'runnable')
    .compile()
  const around = RunnableLambda.from(async (input: object) => {
    setContextVariable('colour', 'around')
    return graph.invoke(input)
  })
  return [await graph.invoke({}), await around.invoke({}), getContextVariable('colour')]
})
