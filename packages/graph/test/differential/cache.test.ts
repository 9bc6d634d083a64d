import { setImmediate } from 'node:timers/promises'
import {
  Command,
  MemorySaver,
  START,
  Send,
  interrupt,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { BaseCache, InMemoryCache } from '@langchain/langgraph-checkpoint'
import { afterEach, vi } from 'vitest'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }
const quick = { initialInterval: 1, jitter: false, logWarning: false }

afterEach(() => {
  vi.useRealTimers()
})

/** Notes what it is asked. */
class NotingCache extends InMemoryCache {
  readonly calls: unknown[] = []

  override async get(...args: Parameters<InMemoryCache['get']>): ReturnType<InMemoryCache['get']> {
    const found = await super.get(...args)
    this.calls.push(['get', ...args, found])
    return found
  }

  override async set(...args: Parameters<InMemoryCache['set']>): Promise<void> {
    this.calls.push(['set', ...args])
    return super.set(...args)
  }

  override async clear(...args: Parameters<InMemoryCache['clear']>): Promise<void> {
    this.calls.push(['clear', ...args])
    return super.clear(...args)
  }
}

const counting = (
  { StateGraph }: Vocabulary,
  cachePolicy: unknown,
  compile: object,
  body: (state: typeof Counter.State, run: number) => unknown = ({ n }, run) => ({
    log: [`n ${n} run ${run}`],
  }),
) => {
  let runs = 0
  return new StateGraph(Counter)
    .addNode(
      'costly',
      async (state) => {
        await setImmediate()
        return body(state as typeof Counter.State, ++runs) as never
      },
      { cachePolicy } as never,
    )
    .addNode('after', noting('after'))
    .addEdge(START, 'costly')
    .addEdge('costly', 'after')
    .compile(compile)
}

differential('what a cache is asked for, and what it is given', async (vocabulary) => {
  const cache = new NotingCache()
  const graph = counting(vocabulary, true, { cache })
  await graph.invoke({ n: 1 })
  await graph.invoke({ n: 2 })
  await graph.invoke({ n: 1 })
  await graph.clearCache()
  await graph.invoke({ n: 1 })
  return cache.calls
})

differential('a policy that is true, false, an object or a default', async (vocabulary) => {
  const twice = async (cachePolicy: unknown, defaults?: unknown) => {
    let runs = 0
    const builder = new vocabulary.StateGraph(Log)
      .addNode(
        'costly',
        () => ({ log: [`run ${++runs}`] }),
        (cachePolicy === undefined ? {} : { cachePolicy }) as never,
      )
      .addEdge(START, 'costly')
    if (defaults !== undefined) builder.setNodeDefaults({ cachePolicy: defaults } as never)
    const graph = builder.compile({ cache: new InMemoryCache() })
    await graph.invoke({})
    return graph.invoke({})
  }
  return [
    await twice(undefined),
    await twice(true),
    await twice(false),
    await twice({}),
    await twice(undefined, true),
    await twice(undefined, false),
    await twice(false, true),
    await twice(undefined, { ttl: 5 }),
    await twice(false, { ttl: 5 }),
    await twice({ keyFunc: () => 'same' }, false),
  ]
})

differential('without a cache a policy does nothing', async (vocabulary) => {
  const graph = counting(vocabulary, true, {})
  await graph.invoke({ n: 1 })
  return [await graph.invoke({ n: 1 }), await outcomeOf(() => graph.clearCache())]
})

differential('an entry counts until its time is over', async (vocabulary) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
  const graph = counting(vocabulary, { ttl: 10 }, { cache: new InMemoryCache() })
  const seen: unknown[] = []
  for (const seconds of [0, 9.999, 0.001, 0, 10]) {
    vi.setSystemTime(Date.now() + seconds * 1000)
    seen.push(await graph.invoke({ n: 1 }))
  }
  return seen
})

differential('keys are made of what the node is given', async (vocabulary) => {
  const seen: unknown[] = []
  const keyFunc = (args: unknown[]) => {
    seen.push(args)
    return String((args[0] as { n: number }).n % 2)
  }
  const cache = new NotingCache()
  const graph = counting(vocabulary, { keyFunc }, { cache })
  const results = [await graph.invoke({ n: 1 }), await graph.invoke({ n: 2 }), await graph.invoke({ n: 3 })]
  return { seen, results, calls: cache.calls }
})

differential('a key that cannot be made fails the run', async (vocabulary) => {
  const graph = counting(
    vocabulary,
    {
      keyFunc: () => {
        throw new Error('no key')
      },
    },
    { cache: new InMemoryCache() },
  )
  return outcomeOf(() => graph.invoke({ n: 1 }))
})

differential('what a stream shows of a node that is in the cache', async (vocabulary) => {
  const graph = counting(vocabulary, true, { cache: new InMemoryCache(), checkpointer: new MemorySaver() })
  const streamMode = ['values', 'updates', 'custom', 'tasks', 'checkpoints', 'debug'] as const
  const run = (id: string) =>
    collect(graph.stream({ n: 1 }, { configurable: { thread_id: id }, streamMode: [...streamMode] }))
  return [await run('one'), await run('two')]
})

differential('what is kept of a node that is in the cache', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = counting(vocabulary, true, { cache: new InMemoryCache(), checkpointer: saver })
  await graph.invoke({ n: 1 }, thread)
  await graph.invoke({ n: 1 }, { configurable: { thread_id: 'u' } })
  return {
    records: storedRecords(saver),
    history: await historyOf(graph, { configurable: { thread_id: 'u' } }),
  }
})

differential('where a node went is in the cache as well', async ({ StateGraph }) => {
  let runs = 0
  const graph = new StateGraph(Log)
    .addNode('goes', () => new Command({ update: { log: [`run ${++runs}`] }, goto: 'left' }), {
      cachePolicy: true,
      ends: ['left', 'right'],
    })
    .addNode('sends', () => ({ log: ['sends'] }), { cachePolicy: true })
    .addNode('left', noting('left'))
    .addNode('right', noting('right'))
    .addNode('work', ({ id }: { id: number }) => ({ log: [`work ${id}`] }))
    .addEdge(START, 'goes')
    .addEdge('left', 'sends')
    .addConditionalEdges(
      'sends',
      () => [new Send('work', { id: runs }), new Send('work', { id: runs + 1 })],
      ['work'],
    )
    .addConditionalEdges('right', () => 'work', ['work'])
    .compile({ cache: new InMemoryCache() })
  return [
    await graph.invoke({}),
    await graph.invoke({}),
    await collect(graph.stream({}, { streamMode: 'updates' })),
  ]
})

differential('several sent tasks, of which some are in the cache', async ({ StateGraph }) => {
  const ran: number[] = []
  const cache = new NotingCache()
  const graph = new StateGraph(Log)
    .addNode(
      'work',
      async ({ id }: { id: number }) => {
        await setImmediate()
        ran.push(id)
        return { log: [`work ${id}`] }
      },
      { cachePolicy: true },
    )
    .addConditionalEdges(START, ({ log }) => log.map((id) => new Send('work', { id: Number(id) })), ['work'])
    .compile({ cache })
  return [
    await graph.invoke({ log: ['1', '2'] }),
    await graph.invoke({ log: ['2', '3', '5'] }),
    await collect(graph.stream({ log: ['3', '4', '1'] }, { streamMode: ['updates', 'tasks'] })),
    ran,
  ]
})

differential('failures and questions are not cached', async ({ StateGraph }) => {
  const cache = new NotingCache()
  let left = 1
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      async () => {
        await setImmediate()
        if (left-- > 0) throw new Error('flaky')
        return { log: ['flaky'] }
      },
      { cachePolicy: true },
    )
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }), { cachePolicy: true })
    .addEdge(START, 'flaky')
    .addEdge('flaky', 'ask')
    .compile({ cache, checkpointer: new MemorySaver() })
  return [
    await outcomeOf(() => graph.invoke({}, thread)),
    await outcomeOf(() => graph.invoke(null, thread)),
    await outcomeOf(() => graph.invoke(new Command({ resume: 'yes' }), thread)),
    await outcomeOf(() => graph.invoke({}, { configurable: { thread_id: 'u' } })),
    cache.calls.map((call) => (call as unknown[])[0]),
  ]
})

differential('a node that is tried again is cached once', async (vocabulary) => {
  const cache = new NotingCache()
  let left = 1
  const graph = new vocabulary.StateGraph(Log)
    .addNode(
      'flaky',
      () => {
        if (left-- > 0) throw new Error('again')
        return { log: [`left ${left}`] }
      },
      { cachePolicy: true, retryPolicy: quick },
    )
    .addEdge(START, 'flaky')
    .compile({ cache })
  return [await graph.invoke({}), await graph.invoke({}), cache.calls]
})

differential('a cached node with a timeout and a handler', async ({ StateGraph }) => {
  const cache = new NotingCache()
  let runs = 0
  const graph = new StateGraph(Log)
    .addNode(
      'slow',
      async (_, config: LangGraphRunnableConfig) => {
        runs++
        if (runs === 1)
          await new Promise<void>((resolve) => config.signal?.addEventListener('abort', () => resolve()))
        return { log: [`run ${runs}`] }
      },
      { cachePolicy: true, timeout: 500, errorHandler: () => ({ log: ['handled'] }) } as never,
    )
    .addEdge(START, 'slow')
    .compile({ cache })
  return [
    await graph.invoke({}),
    await graph.invoke({}),
    await graph.invoke({}),
    cache.calls.map((call) => (call as unknown[])[0]),
  ]
})

differential('tasks with a cache', async ({ StateGraph }) => {
  const cache = new NotingCache()
  const ran: unknown[] = []
  const double = task({ name: 'double', cachePolicy: { ttl: 60 } }, async (n: number) => {
    ran.push(n)
    return n * 2
  })
  const keyed = task({ name: 'keyed', cachePolicy: { keyFunc: () => 'same' } }, async (n: number) => {
    ran.push(`keyed ${n}`)
    return n
  })
  const graph = new StateGraph(Counter)
    .addNode('calls', async ({ n }) => ({ n: (await double(n)) + (await double(n)) + (await keyed(n)) }))
    .addEdge(START, 'calls')
    .compile({ cache })
  const results = [await graph.invoke({ n: 1 }), await graph.invoke({ n: 1 }), await graph.invoke({ n: 2 })]
  const chunks = await collect(graph.stream({ n: 2 }, { streamMode: ['updates', 'tasks', 'values'] }))
  return { results, ran, chunks, calls: cache.calls }
})

differential('which callbacks a cached node has', async (vocabulary) => {
  const graph = counting(vocabulary, true, { cache: new InMemoryCache() })
  const run = async () => {
    const events: unknown[] = []
    const finished: string[] = []
    await graph.invoke(
      { n: 1 },
      {
        configurable: { __pregel_node_finished: (name: string) => finished.push(name) },
        callbacks: [{ handleChainStart: (...args: unknown[]) => void events.push(args.at(-1)) }],
      },
    )
    return { events, finished }
  }
  return [await run(), await run()]
})

differential('one cache for two graphs, and for a nested one', async ({ StateGraph }) => {
  const cache = new NotingCache()
  let runs = 0
  const build = (name: string) =>
    new StateGraph(Log)
      .addNode('same', () => ({ log: [`${name} run ${++runs}`] }), { cachePolicy: true })
      .addEdge(START, 'same')
  const child = build('child').compile({ cache })
  const bare = build('bare').compile()
  const outer = new StateGraph(Log)
    .addNode('child', child)
    .addNode('bare', bare)
    .addEdge(START, 'child')
    .addEdge('child', 'bare')
    .compile({ cache })
  return [
    await build('one').compile({ cache }).invoke({}),
    await build('two').compile({ cache }).invoke({}),
    await outer.invoke({}),
    await outer.invoke({}),
    cache.calls.map((call) => (call as unknown[])[0]),
  ]
})

differential('a nested graph as a cached node', async ({ StateGraph }) => {
  let runs = 0
  const child = new StateGraph(Log)
    .addNode('inner', () => ({ log: [`run ${++runs}`] }))
    .addEdge(START, 'inner')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('child', child, { cachePolicy: true })
    .addEdge(START, 'child')
    .compile({ cache: new InMemoryCache(), checkpointer: new MemorySaver() })
  const run = (id: string) =>
    collect(
      graph.stream(
        {},
        { configurable: { thread_id: id }, streamMode: ['updates', 'values'], subgraphs: true },
      ),
    )
  return [await run('a'), await run('b')]
})

differential('a breakpoint before a cached node', async (vocabulary) => {
  const graph = counting(vocabulary, true, {
    cache: new InMemoryCache(),
    checkpointer: new MemorySaver(),
    interruptBefore: ['costly'],
  })
  const seen: unknown[] = []
  for (const id of ['a', 'b']) {
    const config = { configurable: { thread_id: id } }
    seen.push(await graph.invoke({ n: 1 }, config), await graph.invoke(null, config))
  }
  return seen
})

/** Fails in one of its methods. */
class BrokenCache extends BaseCache {
  readonly #inner = new InMemoryCache()
  readonly #broken: string

  constructor(broken: string) {
    super()
    this.#broken = broken
  }

  async get(...args: Parameters<BaseCache['get']>): ReturnType<BaseCache['get']> {
    if (this.#broken === 'get') throw new Error('get failed')
    return this.#inner.get(...args)
  }

  async set(...args: Parameters<BaseCache['set']>): Promise<void> {
    return this.#inner.set(...args)
  }

  async clear(...args: Parameters<BaseCache['clear']>): Promise<void> {
    if (this.#broken === 'clear') throw new Error('clear failed')
    return this.#inner.clear(...args)
  }
}

differential('a cache that fails', async (vocabulary) => {
  const run = async (broken: string) => {
    const graph = counting(vocabulary, true, { cache: new BrokenCache(broken) })
    return [
      await outcomeOf(() => graph.invoke({ n: 1 })),
      await outcomeOf(() => graph.invoke({ n: 1 })),
      await outcomeOf(() => graph.clearCache()),
    ]
  }
  return [await run('get'), await run('clear'), await run('nothing')]
})

differential('a cached node that wrote nothing', async (vocabulary) => {
  const cache = new NotingCache()
  let runs = 0
  const graph = counting(vocabulary, true, { cache }, () => {
    runs++
    return undefined
  })
  await graph.invoke({ n: 1 })
  return [await collect(graph.stream({ n: 1 }, { streamMode: ['updates', 'tasks'] })), runs, cache.calls]
})
