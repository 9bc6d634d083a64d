// A compiled graph among LangChain's Runnables.
import { RunnableLambda, RunnablePassthrough } from '@langchain/core/runnables'
import { CompiledStateGraph, START } from '@langchain/langgraph'
import { z } from 'zod/v4'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'

const simple = ({ StateGraph }: Vocabulary, options: { name?: string; description?: string } = {}) =>
  new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile(options)

const failing = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('fail', (): never => {
      throw new Error('failed')
    })
    .addEdge(START, 'fail')
    .compile()

/** What a graph says of itself. */
function shown(graph: object): unknown {
  const { lc_namespace, lc_serializable, lc_id, lc_runnable, lg_is_pregel, config, ...fields } =
    graph as Record<string, unknown>
  const { inputChannels, outputChannels, streamChannels, streamMode, interruptBefore, interruptAfter } =
    fields
  const { name, description, debug, autoValidate, stepTimeout, triggerToNodes, nodes, channels } = fields
  const runnable = graph as { getName(suffix?: string): string; streamChannelsList: unknown }
  return {
    lc: {
      lc_namespace,
      lc_serializable,
      lc_id: lc_id ?? (graph as { lc_id: unknown }).lc_id,
      lc_runnable,
      lg_is_pregel,
    },
    names: [name, runnable.getName(), runnable.getName('Suffix'), description],
    json: JSON.stringify(graph),
    channels: [inputChannels, outputChannels, streamChannels, runnable.streamChannelsList],
    run: {
      config,
      streamMode,
      interruptBefore,
      interruptAfter,
      debug,
      autoValidate,
      stepTimeout,
      triggerToNodes,
    },
    parts: [Object.keys(nodes as object), Object.keys(channels as object)],
    drawn: ['attachNode', 'attachEdge', 'attachBranch'].map((method) => typeof fields[method]),
    isCompiled: graph instanceof CompiledStateGraph,
  }
}

differential('what a compiled graph says of itself, also once it is bound to a config', (vocabulary) => {
  const bound = { tags: ['bound'], runName: 'bound', recursionLimit: 4, metadata: { bound: 1 } }
  return [
    shown(simple(vocabulary)),
    shown(simple(vocabulary, { name: 'named', description: 'described' })),
    shown(simple(vocabulary).withConfig(bound)),
    shown(
      simple(vocabulary, { name: 'named' })
        .withConfig(bound)
        .withConfig({ tags: ['twice'] }),
    ),
  ]
})

differential('its methods are those of a Runnable', (vocabulary) => {
  const graph = simple(vocabulary) as unknown as Record<string, unknown>
  const methods = [
    'invoke',
    'stream',
    'batch',
    'pipe',
    'withConfig',
    'streamEvents',
    'streamLog',
    'asTool',
    'bind',
  ]
  const others = [
    'map',
    'pick',
    'assign',
    'transform',
    'withRetry',
    'withFallbacks',
    'withListeners',
    'toJSON',
  ]
  return [...methods, ...others].map((method) => [method, typeof graph[method]])
})

differential(
  'a batch gives the results in their order, and fails as one or one by one',
  async (vocabulary) => {
    const graph = simple(vocabulary)
    const inputs = [{ log: ['one'] }, { log: ['two'] }, { log: ['three'] }]
    return [
      await graph.batch(inputs),
      await graph.batch(inputs, { maxConcurrency: 1 }),
      await graph.batch(inputs.slice(1), [{ tags: ['a'] }, { tags: ['b'] }]),
      await graph.batch([]),
      await outcomeOf(() => failing(vocabulary).batch(inputs)),
      await outcomeOf(() => failing(vocabulary).batch(inputs, {}, { returnExceptions: true })),
    ]
  },
)

differential('a graph in a pipe, in a map, behind a fallback', async (vocabulary) => {
  const graph = simple(vocabulary)
  const length = RunnableLambda.from(({ log }: typeof Log.State) => log.length)
  const piped = RunnableLambda.from((text: string) => ({ log: [text] }))
    .pipe(graph as never)
    .pipe(length)
  return [
    await piped.invoke('in'),
    await collect(piped.stream('in')),
    await collect(graph.pipe((state: object) => JSON.stringify(state)).stream({ log: ['in'] })),
    await graph.pick('log').invoke({ log: ['in'] }),
    await graph.assign({ count: length }).invoke({ log: ['in'] }),
    await RunnablePassthrough.assign({ sub: graph as never }).invoke({ log: ['in'] }),
    await graph.withRetry({ stopAfterAttempt: 2 }).invoke({}),
    await failing(vocabulary)
      .withFallbacks([graph as never])
      .invoke({}),
  ]
})

differential('a graph as a tool', async (vocabulary) => {
  const schema = z.object({ log: z.array(z.string()) })
  const asked = simple(vocabulary).asTool({ name: 'graph', description: 'a graph', schema })
  const call = { type: 'tool_call' as const, id: 'call', name: 'graph', args: { log: ['called'] } }
  return [
    asked.name,
    asked.description,
    await asked.invoke({ log: ['in'] }),
    await asked.invoke(call as never),
  ]
})

differential('a stream of the log of runs', async (vocabulary) => {
  const operations: unknown[] = []
  for await (const { ops } of simple(vocabulary).streamLog({ log: ['in'] }, {})) {
    for (const operation of ops) {
      const { op, path, value } = operation as { op: string; path: string; value?: object }
      if (path.endsWith('_time')) operations.push({ op, path })
      else operations.push({ op, path, value: { ...value, start_time: undefined } })
    }
  }
  return operations
})

differential('a stream through a graph', async (vocabulary) => {
  const graph = simple(vocabulary) as unknown as {
    transform(input: AsyncGenerator, config: object): AsyncGenerator
  }
  async function* input() {
    yield { log: ['in'] }
  }
  return collect(graph.transform(input(), {}))
})
