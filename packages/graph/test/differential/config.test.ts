import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import { RunnableLambda } from '@langchain/core/runnables'
import {
  Command,
  InMemoryStore,
  MemorySaver,
  RunControl,
  START,
  Send,
  getConfig,
  getCurrentTaskInput,
  getStore,
  getWriter,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { z } from 'zod/v4'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'

const thread = { configurable: { thread_id: 't' } }

/** A config key by key, as a node sees it; keys that hold `undefined` count as absent. */
function shown(config: object | undefined): unknown {
  return Object.fromEntries(
    Object.entries(config ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, isPlain(value) ? shown(value as object) : value]),
  )
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** The internal keys that a node finds in `configurable`. */
function internalKeys(config: LangGraphRunnableConfig): string[] {
  return Object.entries(config.configurable ?? {})
    .filter(([key, value]) => key.startsWith('__') && value !== undefined)
    .map(([key]) => key)
    .toSorted()
}

/** The names of what is set, and of what is there but `undefined`. Of LangGraph's own keys, only those that are set. */
function namesIn(given: object | undefined): string[] {
  return Object.entries(given ?? {})
    .map(([name, value]) => (value === undefined ? `${name}?` : name))
    .filter((name) => !/^__pregel_.*\?$/.test(name))
    .toSorted()
}

/** A graph of one node, beside an edge and a send into it, that shows every config it was given. */
function showing({ StateGraph }: Vocabulary, seen: unknown[]) {
  return new StateGraph(Log)
    .addNode(
      'look',
      (_, config: LangGraphRunnableConfig) => {
        seen.push({
          given: shown(config),
          ambient: shown(getConfig()),
          internal: internalKeys(config),
          input: getCurrentTaskInput(),
          writer: typeof getWriter(),
          store: getStore() === config.store,
        })
        return { log: ['looked'] }
      },
      { metadata: { own: 'meta', langgraph_step: 'overridden' } },
    )
    .addNode('again', (_, config: LangGraphRunnableConfig) => {
      seen.push(shown(config))
      return {}
    })
    .addEdge(START, 'look')
    .addEdge('look', 'again')
    .addConditionalEdges(START, () => new Send('look', { sent: true }), ['look'])
}

differential('what a node sees in its config, at its plainest', async (vocabulary) => {
  const seen: unknown[] = []
  await showing(vocabulary, seen).compile().invoke({})
  return seen
})

differential('what a node sees of all that a caller may give', async (vocabulary) => {
  const seen: unknown[] = []
  const graph = showing(vocabulary, seen).compile({
    checkpointer: new MemorySaver(),
    store: new InMemoryStore(),
  })
  await graph.invoke({ log: ['in'] }, {
    configurable: {
      thread_id: 't',
      user: { id: 7 },
      run_id: 'run-1',
      assistant_id: 'assistant',
      graph_id: 'graph',
      task_id: 'task',
      api_key: 'secret',
      model: 'scripted',
    },
    metadata: { mine: true, thread_id: 'overridden' },
    tags: ['one', 'two'],
    runName: 'my run',
    runId: '11111111-1111-4111-8111-111111111111',
    maxConcurrency: 3,
    recursionLimit: 9,
    context: { locale: 'de' },
    durability: 'sync',
    signal: new AbortController().signal,
    control: new RunControl(),
    unknown: 'dropped',
  } as object)
  return seen
})

differential('what a node sees when its graph was bound to a config', async (vocabulary) => {
  const seen: unknown[] = []
  const graph = showing(vocabulary, seen)
    .compile({ name: 'named' })
    .withConfig({
      configurable: { a: 1, b: 1 },
      metadata: { a: 1, b: 1 },
      tags: ['bound'],
      recursionLimit: 7,
    })
    .withConfig({ configurable: { b: 2 }, tags: ['twice'] })
  await graph.invoke({}, { configurable: { c: 3 }, metadata: { b: 3 }, tags: ['call'] })
  return seen
})

differential('what a node sees on a thread, run by run', async (vocabulary) => {
  const seen: unknown[] = []
  const graph = showing(vocabulary, seen).compile({
    checkpointer: new MemorySaver(),
    interruptBefore: ['again'],
  })
  await graph.invoke({}, thread)
  await graph.invoke(null, thread)
  return seen
})

differential('a node sees its attempts', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      (_, config: LangGraphRunnableConfig) => {
        seen.push(shown((config as { executionInfo: object }).executionInfo), internalKeys(config))
        if (seen.length < 4) throw new Error('again')
        return {}
      },
      { retryPolicy: { initialInterval: 1, jitter: false, logWarning: false } },
    )
    .addEdge(START, 'flaky')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({}, thread)
  return seen
})

differential('the config of nested graphs, and what they hand on', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const look = (name: string) => (_: unknown, config: LangGraphRunnableConfig) => {
    seen.push({ name, given: shown(config), internal: internalKeys(config) })
    return { log: [name] }
  }
  const inner = new StateGraph(Log)
    .addNode('inner', look('inner'))
    .addEdge(START, 'inner')
    .compile({ name: 'innermost' })
  const child = new StateGraph(Log)
    .addNode('child', look('child'), { metadata: { level: 1 } })
    .addNode('inner', inner)
    .addEdge(START, 'child')
    .addEdge('child', 'inner')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('nested', child, { metadata: { level: 0 } })
    .addNode('calls', async (_, config: LangGraphRunnableConfig) => {
      await child.invoke(
        {},
        {
          ...config,
          tags: ['extra'],
          metadata: { extra: 1 },
          configurable: { ...config.configurable, more: 1 },
        },
      )
      await child.invoke({}, { tags: ['only'], configurable: { less: 1 } })
      return {}
    })
    .addEdge(START, 'nested')
    .addEdge('nested', 'calls')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({}, {
    ...thread,
    tags: ['root'],
    metadata: { root: 1 },
    context: { locale: 'fr' },
  } as object)
  return seen
})

differential(
  'a root run inside a node of another thread leaves that thread alone',
  async ({ StateGraph }) => {
    const seen: unknown[] = []
    const other = new StateGraph(Log)
      .addNode('look', (_, config: LangGraphRunnableConfig) => {
        seen.push({
          thread: config.configurable?.['thread_id'],
          namespace: config.configurable?.['checkpoint_ns'],
        })
        return { log: ['other'] }
      })
      .addEdge(START, 'look')
      .compile({ checkpointer: new MemorySaver() })
    const graph = new StateGraph(Log)
      .addNode('calls', async () => {
        const result = await other.invoke({}, { configurable: { thread_id: 'elsewhere' } })
        return { log: result.log }
      })
      .addEdge(START, 'calls')
      .compile({ checkpointer: new MemorySaver() })
    return { result: await graph.invoke({}, thread), seen }
  },
)

differential('a Runnable around a graph passes its config on', async (vocabulary) => {
  const seen: unknown[] = []
  const graph = showing(vocabulary, seen).compile()
  const around = RunnableLambda.from(async (input: object) => graph.invoke(input)).withConfig({
    runName: 'around',
  })
  await around.invoke({}, { tags: ['outer'], metadata: { outer: 1 }, configurable: { outer: 1 } })
  return seen
})

differential('a Runnable inside a node gets the config of its task', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const inside = RunnableLambda.from((_: unknown, config?: LangGraphRunnableConfig) => {
    seen.push(shown({ tags: config?.tags, metadata: config?.metadata, user: config?.configurable?.['user'] }))
    return 'inside'
  })
  const graph = new StateGraph(Log)
    .addNode('ambient', async () => ({ log: [await inside.invoke('x')] }))
    .addNode('given', async (_, config) => ({ log: [await inside.invoke('x', config)] }))
    .addEdge(START, 'ambient')
    .addEdge('ambient', 'given')
    .compile()
  await graph.invoke({}, { tags: ['t'], metadata: { m: 1 }, configurable: { user: 'u' } })
  return seen
})

differential('a context is checked against its schema, and given to nodes', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const graph = new StateGraph(
    Log,
    z.object({ locale: z.string().default('en'), depth: z.number().optional() }),
  )
    .addNode('look', (_, runtime) => {
      seen.push(runtime.context, runtime.configurable)
      return {}
    })
    .addEdge(START, 'look')
    .compile()
  return [
    await outcomeOf(() => graph.invoke({}, { context: { locale: 'de', depth: 1 } })),
    await outcomeOf(() => graph.invoke({}, { context: {} as never })),
    await outcomeOf(() => graph.invoke({}, { context: { locale: 5 } as never })),
    await outcomeOf(() => graph.invoke({}, { configurable: { locale: 'it' } } as object)),
    await outcomeOf(() => graph.invoke({})),
    seen,
  ]
})

differential('nodes and tools share the store', async ({ StateGraph }) => {
  const store = new InMemoryStore()
  const graph = new StateGraph(Log)
    .addNode('put', async (_, config: LangGraphRunnableConfig) => {
      await config.store!.put(['users', 'ada'], 'food', { likes: 'tea' })
      await config.store!.put(['users', 'ada'], 'place', { likes: 'sea' })
      return {}
    })
    .addNode('get', async () => {
      const shared = getStore()!
      const [one, two, found] = await Promise.all([
        shared.get(['users', 'ada'], 'food'),
        shared.get(['users', 'ada'], 'none'),
        shared.search(['users'], { limit: 5 }),
      ])
      return { log: [JSON.stringify([one?.value, two, found.map(({ key, value }) => [key, value])])] }
    })
    .addEdge(START, 'put')
    .addEdge('put', 'get')
    .compile({ store })
  return [await graph.invoke({}), (await store.get(['users', 'ada'], 'food'))?.value]
})

differential(
  'a store of the call instead of that of the graph, handed to nested graphs',
  async ({ StateGraph }) => {
    const own = new InMemoryStore()
    const given = new InMemoryStore()
    const child = new StateGraph(Log)
      .addNode('put', async (_, config: LangGraphRunnableConfig) => {
        await config.store!.put(['a'], 'b', { c: 1 })
        return {}
      })
      .addEdge(START, 'put')
      .compile()
    const graph = new StateGraph(Log).addNode('child', child).addEdge(START, 'child').compile({ store: own })
    await graph.invoke({}, { store: given } as object)
    await graph.invoke({})
    return [(await own.get(['a'], 'b'))?.value, (await given.get(['a'], 'b'))?.value]
  },
)

differential('without a store there is none', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('look', (_, config: LangGraphRunnableConfig) => ({
      log: [String(config.store), String(getStore())],
    }))
    .addEdge(START, 'look')
    .compile()
  return graph.invoke({})
})

differential('each of two runs at once has its own ambient config', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', async (_, config) => {
      await new Promise((resolve) => setImmediate(resolve))
      return { log: [`${getConfig().configurable?.['user']} ${config.configurable?.['user']}`] }
    })
    .addNode('b', async () => ({ log: [`${getConfig().metadata?.['langgraph_node']}`] }))
    .addEdge(START, 'a')
    .addEdge(START, 'b')
    .compile()
  return Promise.all([1, 2, 3].map((user) => graph.invoke({}, { configurable: { user } })))
})

differential('after a run, no config is left around', async ({ StateGraph }) => {
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  await graph.invoke({})
  return [
    AsyncLocalStorageProviderSingleton.getRunnableConfig() === undefined,
    await graph.invoke(new Command({ goto: 'a' })),
  ]
})

differential('which keys a config has, in each kind of task', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const look = (where: string) => (_: unknown, config: LangGraphRunnableConfig) => {
    const around = getConfig()
    seen.push({
      where,
      given: [namesIn(config), namesIn(config.configurable)],
      around: [namesIn(around), namesIn(around.configurable)],
    })
    return {}
  }
  const retryPolicy = { initialInterval: 1, jitter: false, logWarning: false }
  const child = new StateGraph(Log).addNode('inner', look('inner')).addEdge(START, 'inner').compile()
  const builder = new StateGraph(Log)
    .addNode('plain', look('plain'))
    .addNode('child', child)
    .addNode('calls', async () => {
      await task('called', () => look('called')({}, getConfig()))()
      return {}
    })
    .addNode('timed', look('timed'), { timeout: 10_000 })
    .addNode('runnable', RunnableLambda.from(look('runnable')) as never)
    .addNode(
      'flaky',
      (_, config: LangGraphRunnableConfig) => {
        look('flaky')(_, config)
        if (config.executionInfo?.nodeAttempt === 1) throw new Error('again')
        return {}
      },
      { retryPolicy },
    )
    .addNode(
      'fails',
      () => {
        throw new Error('for the handler')
      },
      { errorHandler: () => look('handler')({}, getConfig()) },
    )
    .addNode('sent', look('sent'))
    .addEdge(START, 'plain')
    .addEdge('plain', 'child')
    .addEdge('child', 'calls')
    .addEdge('calls', 'timed')
    .addEdge('timed', 'runnable')
    .addEdge('runnable', 'flaky')
    .addEdge('flaky', 'fails')
    .addConditionalEdges(
      'fails',
      (_, config) => {
        look('route')(_, config)
        return [new Send('sent', {})]
      },
      ['sent'],
    )
  const kept = builder.compile({ checkpointer: new MemorySaver(), store: new InMemoryStore() })
  const bare = builder.compile()
  await bare.invoke({})
  await bare.invoke({}, { callbacks: [{ handleChainStart: () => undefined }] })
  await bare.invoke({}, { signal: new AbortController().signal, timeout: 60_000 })
  await kept.invoke({}, {
    ...thread,
    tags: ['tag'],
    metadata: { meta: 1 },
    maxConcurrency: 2,
    context: { locale: 'de' },
    runName: 'named',
    durability: 'sync',
    control: new RunControl(),
    streamMode: 'values',
    outputKeys: ['log'],
    interruptBefore: [],
    interruptAfter: [],
  } as object)
  await collect(kept.stream({}, { ...thread, streamMode: ['custom', 'values'], subgraphs: true }))
  return seen
})

differential('what a task, a handler and a graph within a node know of their run', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const look = (where: string, config: LangGraphRunnableConfig) => {
    seen.push({ where, run: config.executionInfo, server: config.serverInfo, metadata: config.metadata })
    return {}
  }
  const child = new StateGraph(Log)
    .addNode('inner', (_, config) => look('inner', config), { metadata: { of: 'inner' } })
    .addEdge(START, 'inner')
    .compile()
  const graph = new StateGraph(Log)
    .addNode(
      'calls',
      async (_, config) => {
        const inner = task('inner task', () => look('inner task', getConfig()))
        await task('called', async () => {
          look('called', getConfig())
          await inner()
          await child.invoke({})
        })()
        return look('calls', config)
      },
      { metadata: { of: 'calls', langgraph_step: 'overridden' } },
    )
    .addNode(
      'fails',
      () => {
        throw new Error('for the handler')
      },
      { metadata: { of: 'fails' }, errorHandler: () => look('handler', getConfig()) },
    )
    .addEdge(START, 'calls')
    .addConditionalEdges('calls', (_, config) => (look('route', config), 'fails'), ['fails'])
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke(
    {},
    {
      runId: '11111111-1111-4111-8111-111111111111',
      configurable: {
        thread_id: 't',
        assistant_id: 'assistant',
        graph_id: 'graph',
        langgraph_auth_user: { identity: 'ada', role: 'engineer' },
      },
    },
  )
  return seen
})

differential('what a store does for nodes, tasks and nested graphs', async ({ StateGraph }) => {
  const store = new InMemoryStore()
  const seen: unknown[] = []
  const values = (items: { key: string; value: unknown }[]) => items.map(({ key, value }) => [key, value])
  const child = new StateGraph(Log)
    .addNode('inner', async (_, config: LangGraphRunnableConfig) => {
      await config.store!.put(['notes'], 'of the child', { n: 3 })
      return {}
    })
    .addEdge(START, 'inner')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('a', async (_, { store: given }: LangGraphRunnableConfig) => {
      await Promise.all([
        given!.put(['notes'], 'one', { n: 1 }),
        given!.put(['notes', 'deep'], 'two', { n: 2 }),
      ])
      seen.push(given!.constructor.name, (await given!.get(['notes'], 'one'))?.value)
      seen.push(values(await given!.search(['notes'], { filter: { n: 2 } })))
      seen.push(await outcomeOf(() => given!.listNamespaces({ prefix: ['notes'] })))
      await given!.delete(['notes'], 'one')
      seen.push(await given!.get(['notes'], 'one'))
      seen.push(await outcomeOf(() => given!.put([], 'key', {})))
      await child.invoke({})
      await task('called', () => getStore()!.put(['notes'], 'of the task', { n: 4 }))()
      return {}
    })
    .addNode('child', child)
    .addEdge(START, 'a')
    .addEdge('a', 'child')
    .compile({ store, checkpointer: new MemorySaver() })
  await graph.invoke({}, thread)
  return [seen, values(await store.search([]))]
})
