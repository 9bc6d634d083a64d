import { setImmediate } from 'node:timers/promises'
import {
  Command,
  InMemoryStore,
  MemorySaver,
  entrypoint as langGraphEntrypoint,
  getConfig,
  getCurrentTaskInput,
  getPreviousState,
  getStore,
  getWriter,
  interrupt,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { InMemoryCache } from '@langchain/langgraph-checkpoint'
import { afterEach, vi } from 'vitest'
import { differential } from './harness/differential.ts'
import { sameFlows } from './harness/flows.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { storedRecords } from './harness/stored-records.ts'

const { final } = langGraphEntrypoint
const thread = { configurable: { thread_id: 't' } }

afterEach(() => {
  vi.useRealTimers()
})

sameFlows(
  'an entrypoint gives what its function returns, and remembers it',
  ({ entrypoint }, options) =>
    entrypoint({ name: 'adds', ...options }, async (n: number) => n + (getPreviousState<number>() ?? 0)),
  [1, 2, 3],
)

sameFlows(
  'an entrypoint with a function that returns at once',
  ({ entrypoint }, options) => entrypoint({ name: 'doubles', ...options }, ((n: number) => n * 2) as never),
  [1, 2],
)

for (const value of [undefined, null, 0, '', false, NaN, [], {}, [undefined], { a: undefined }]) {
  sameFlows(
    `an entrypoint returns ${value === undefined ? 'undefined' : JSON.stringify(value)} for ${String(value)}`,
    ({ entrypoint }, options) =>
      entrypoint({ name: 'constant', ...options }, async () => {
        const before: unknown = getPreviousState()
        getWriter()?.({ before })
        return value
      }),
    ['in', 'again'],
  )

  sameFlows(
    `an entrypoint is given ${value === undefined ? 'undefined' : JSON.stringify(value)} for ${String(value)}`,
    ({ entrypoint }, options) =>
      entrypoint({ name: 'echo', ...options }, async (input: unknown) => ({ input })),
    [value, 'again', value],
  )

  sameFlows(
    `a task takes and returns ${value === undefined ? 'undefined' : JSON.stringify(value)} for ${String(value)}`,
    ({ entrypoint }, options) => {
      const echo = task('echo', (given: unknown) => given)
      return entrypoint({ name: 'calls', ...options }, async () => {
        const first = await echo(value)
        const answer: unknown = interrupt(value)
        return [first, await echo(first), answer]
      })
    },
    ['in', new Command({ resume: 'yes' }), 'again'],
  )

  sameFlows(
    `an answer of ${value === undefined ? 'undefined' : JSON.stringify(value)} for ${String(value)}`,
    ({ entrypoint }, options) =>
      entrypoint({ name: 'asks', ...options }, async () => ({ answer: interrupt<string, unknown>('?') })),
    ['in', new Command({ resume: value })],
  )
}

sameFlows(
  'an entrypoint gives one value and keeps another',
  ({ entrypoint }, options) =>
    entrypoint({ name: 'keeps', ...options }, async (n: number) => {
      const previous = getPreviousState<number>()
      return final({ value: previous ?? 0, save: 2 * n })
    }),
  [3, 1, 5],
)

sameFlows(
  'what an entrypoint keeps may be nothing, or falsy',
  ({ entrypoint }, options) => {
    const saves: unknown[] = [null, undefined, 0, '', false]
    return entrypoint({ name: 'keeps', ...options }, async (index: number) =>
      final({ value: { before: getPreviousState<unknown>() }, save: saves[index] }),
    )
  },
  [0, 1, 2, 3, 4, 0],
)

differential('an entrypoint reads the state it kept in the records of a run', async ({ entrypoint }) => {
  const checkpointer = new MemorySaver()
  const flow = entrypoint({ name: 'keeps', checkpointer }, async (n: number) =>
    final({ value: `value ${n}`, save: `saved ${n}` }),
  )
  await flow.invoke(1, thread)
  return {
    state: await flow.getState(thread),
    history: await historyOf(flow, thread),
    records: storedRecords(checkpointer),
    updated: await outcomeOf(() => flow.updateState(thread, 5, 'keeps')),
    after: await flow.getState(thread),
  }
})

differential('generators are refused, as entrypoints and as tasks', async ({ entrypoint }) => {
  const generators = [function* () {}, async function* () {}] as unknown as (() => Promise<unknown>)[]
  const refused: unknown[] = []
  for (const generator of generators) {
    refused.push(await outcomeOf(() => entrypoint('flow', generator)))
    refused.push(await outcomeOf(() => task('task', generator)))
  }
  return refused
})

differential('an entrypoint that returns a generator', async ({ entrypoint }) => {
  const flow = entrypoint('flow', async () => {
    async function* words() {
      yield 'a'
      yield 'b'
    }
    return words()
  })
  const result = await flow.invoke(0)
  return collect(result)
})

differential('an entrypoint shows what it is', async ({ entrypoint }) => {
  const flow = entrypoint({ name: 'flow', timeout: 1000 }, async (n: number) => n)
  const named = entrypoint('named', async (n: number) => n)
  return [flow, named].map((each) => ({
    name: each.name,
    shown: each.getName(),
    id: each.lc_id,
    class: each.constructor.name,
    nodes: Object.keys(each.nodes),
    channels: Object.keys(each.channels),
    input: each.inputChannels,
    output: each.outputChannels,
    streamed: each.streamChannels,
    modes: each.streamMode,
    json: JSON.parse(JSON.stringify(each)) as unknown,
    isPregel: each.lg_is_pregel,
  }))
})

differential('an entrypoint is drawn', async ({ entrypoint }) => {
  const flow = entrypoint('flow', async (n: number) => n)
  const drawn = async (draw: () => unknown) => outcomeOf(draw)
  return [
    await drawn(async () => (await flow.getGraphAsync({})).toJSON()),
    await drawn(async () => (await flow.getGraphAsync({})).drawMermaid()),
    await drawn(() => flow.getGraph().toJSON()),
    await drawn(async () => (await flow.getGraphAsync({ xray: true } as never)).toJSON()),
    [...flow.getSubgraphs()],
  ]
})

differential('an entrypoint sees the config of its call', async ({ entrypoint }) => {
  const seen: unknown[] = []
  const look = (config: LangGraphRunnableConfig | undefined) => {
    const { configurable, metadata, tags, runName, recursionLimit, maxConcurrency, context } = config ?? {}
    const { executionInfo } = config as { executionInfo?: unknown }
    seen.push({
      configurable,
      metadata,
      tags,
      runName,
      recursionLimit,
      maxConcurrency,
      context,
      executionInfo,
    })
  }
  const inside = task('inside', () => look(getConfig()))
  const build = (checkpointer?: MemorySaver) =>
    entrypoint(
      { name: 'looks', ...(checkpointer !== undefined && { checkpointer }) },
      async (input: unknown, config: LangGraphRunnableConfig) => {
        look(config)
        look(getConfig())
        seen.push(getCurrentTaskInput())
        await inside()
        return input
      },
    )
  await build().invoke('bare')
  await build(new MemorySaver()).invoke('kept', {
    configurable: { thread_id: 't', user: 'me', secret_key: 1 },
    metadata: { meta: 1 },
    tags: ['tag'],
    runName: 'named',
    recursionLimit: 7,
    maxConcurrency: 3,
    context: { user: 'you' },
  })
  return seen
})

differential('an entrypoint with a bound config', async ({ entrypoint }) => {
  const seen: unknown[] = []
  const flow = entrypoint({ name: 'looks', checkpointer: new MemorySaver() }, async (n: number, config) => {
    const { configurable, metadata, tags } = config
    seen.push({ configurable, metadata, tags })
    return n + (getPreviousState<number>() ?? 0)
  }).withConfig({ tags: ['bound'], metadata: { bound: 1 }, configurable: { thread_id: 'bound' } })
  return [
    await flow.invoke(1),
    await flow.invoke(2, { tags: ['given'], metadata: { given: 2 } }),
    await flow.invoke(3, thread),
    await flow.getState({ configurable: { thread_id: 'bound' } }),
    flow.name,
    seen,
  ]
})

differential('an entrypoint with a store', async ({ entrypoint }) => {
  const store = new InMemoryStore()
  const inside = task('inside', async (key: string) => (await getStore()!.get(['notes'], key))?.value)
  const flow = entrypoint({ name: 'keeps', store }, async (key: string, config) => {
    await config.store!.put(['notes'], key, { of: key })
    return inside(key)
  })
  return [
    await flow.invoke('a'),
    await flow.invoke('b'),
    (await store.search(['notes'])).map(({ key, value }) => [key, value]),
  ]
})

differential('a store that the call gives', async ({ entrypoint }) => {
  const store = new InMemoryStore()
  const flow = entrypoint('keeps', async (key: string) => {
    await getStore()!.put(['notes'], key, { of: key })
    return key
  })
  await flow.invoke('a', { store })
  return (await store.search(['notes'])).map(({ key, value }) => [key, value])
})

differential('an entrypoint without a thread, with a saver', async ({ entrypoint }) => {
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) => n)
  return [
    await outcomeOf(() => flow.invoke(1)),
    await outcomeOf(() => flow.invoke(1, { configurable: {} })),
    await collect(flow.stream(1, { configurable: {} })),
    await outcomeOf(() => flow.getState({ configurable: {} })),
  ]
})

differential('`checkpointer: true` and `false` of an entrypoint', async ({ entrypoint }) => {
  const build = (checkpointer: boolean) =>
    entrypoint({ name: 'flow', checkpointer } as never, async (n: number) => n + 1)
  return [
    await outcomeOf(() => build(true).invoke(1, thread)),
    await outcomeOf(() => build(false).invoke(1, thread)),
    await outcomeOf(() => build(false).getState(thread)),
  ]
})

sameFlows(
  'an entrypoint that fails, and is called again',
  ({ entrypoint }, options) => {
    let left = 2
    return entrypoint({ name: 'fails', ...options }, async (n: number) => {
      if (left-- > 0) throw new TypeError(`no ${n}`)
      return n
    })
  },
  [1, null, null, 2],
)

sameFlows(
  'an entrypoint is given a command that goes somewhere',
  ({ entrypoint }, options) => entrypoint({ name: 'flow', ...options }, async (n: unknown) => ({ n })),
  [new Command({ update: { __start__: 5 } }), 2, new Command({ update: [['__start__', 6]] })],
)

sameFlows(
  'an entrypoint returns a command',
  ({ entrypoint }, options) =>
    entrypoint({ name: 'flow', ...options }, (async () => new Command({ update: { a: 1 } })) as never),
  [1],
)

differential('the recursion limit of an entrypoint', async ({ entrypoint }) => {
  const double = task('double', async (n: number) => n * 2)
  const flow = entrypoint('flow', async (n: number) => double(await double(await double(n))))
  return [
    await outcomeOf(() => flow.invoke(1, { recursionLimit: 1 })),
    await outcomeOf(() => flow.invoke(1, { recursionLimit: 2 })),
    await outcomeOf(() => flow.invoke(1, { recursionLimit: 0 })),
  ]
})

differential('a batch of inputs', async ({ entrypoint }) => {
  const double = task('double', async (n: number) => n * 2)
  const flow = entrypoint('flow', async (n: number) => {
    if (n === 3) throw new Error('three')
    return double(n)
  })
  return [
    await flow.batch([1, 2]),
    await outcomeOf(() => flow.batch([1, 3])),
    await flow.batch([1, 3, 4], {}, { returnExceptions: true }),
  ]
})

differential('an entrypoint as a Runnable', async ({ entrypoint }) => {
  const flow = entrypoint('flow', async (n: number) => n + 1)
  const piped = flow.pipe((n: unknown) => `got ${String(n)}`)
  const retried = flow.withRetry({ stopAfterAttempt: 2 })
  return [await piped.invoke(1), await collect(piped.stream(1)), await retried.invoke(2), flow.getName()]
})

differential('several modes and keys of `invoke`', async ({ entrypoint }) => {
  const flow = entrypoint({ name: 'flow' }, async (n: number) => {
    getWriter()?.('said')
    return { n }
  })
  return [
    await flow.invoke(1, { streamMode: 'updates' }),
    await flow.invoke(1, { streamMode: 'values' }),
    await flow.invoke(1, { streamMode: ['updates', 'values', 'custom'] as never }),
    await outcomeOf(() => flow.invoke(1, { outputKeys: '__previous__' } as never)),
    await outcomeOf(() => flow.invoke(1, { outputKeys: ['__previous__', '__end__'] } as never)),
    await outcomeOf(() => flow.invoke(1, { outputKeys: 'nothing' } as never)),
    await collect(flow.stream(1)),
    await collect(flow.stream(1, { streamMode: 'values' })),
  ]
})

differential('`exit`, `sync` and `async` keep of an entrypoint', async ({ entrypoint }) => {
  const seen: unknown[] = []
  for (const durability of ['exit', 'sync', 'async'] as const) {
    const checkpointer = new MemorySaver()
    const double = task('double', async (n: number) => n * 2)
    const flow = entrypoint({ name: 'flow', checkpointer }, async (n: number) => {
      const doubled = await double(n)
      return `${doubled} ${String(interrupt('?'))} ${await double(doubled)}`
    })
    const results = [
      await flow.invoke(1, { ...thread, durability }),
      await flow.getState(thread),
      await flow.invoke(new Command({ resume: 'yes' }), { ...thread, durability }),
      await flow.getState(thread),
    ]
    seen.push({ durability, results, records: storedRecords(checkpointer) })
  }
  return seen
})

differential('`checkpointDuring` of an entrypoint', async ({ entrypoint }) => {
  const seen: unknown[] = []
  for (const checkpointDuring of [true, false]) {
    const checkpointer = new MemorySaver()
    const flow = entrypoint({ name: 'flow', checkpointer }, async (n: number) => n)
    await flow.invoke(1, { ...thread, checkpointDuring })
    seen.push(storedRecords(checkpointer))
  }
  return seen
})

differential('breakpoints before and after an entrypoint', async ({ entrypoint }) => {
  const seen: unknown[] = []
  for (const breakpoint of [
    { interruptBefore: ['flow'] },
    { interruptAfter: ['flow'] },
    { interruptBefore: '*' },
  ]) {
    const checkpointer = new MemorySaver()
    const flow = entrypoint({ name: 'flow', checkpointer }, async (n: number) => n + 1)
    const config = { ...thread, ...breakpoint } as never
    seen.push(
      await outcomeOf(() => flow.invoke(1, config)),
      await flow.getState(thread),
      await outcomeOf(() => flow.invoke(null, config)),
      await flow.getState(thread),
      storedRecords(checkpointer),
    )
  }
  return seen
})

differential('a caller stops an entrypoint', async ({ entrypoint }) => {
  const seen: unknown[] = []
  for (const reason of [undefined, new Error('enough'), 'text']) {
    const stopper = new AbortController()
    const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (_: number, config) => {
      stopper.abort(reason)
      await setImmediate()
      return config.signal?.aborted
    })
    seen.push(
      await outcomeOf(() => flow.invoke(1, { ...thread, signal: stopper.signal })),
      await flow.getState(thread),
      await outcomeOf(() => flow.invoke(1, { ...thread, signal: stopper.signal })),
    )
  }
  return seen
})

differential('a caller stops an entrypoint while it waits for a task', async ({ entrypoint }) => {
  const stopper = new AbortController()
  const seen: unknown[] = []
  const waits = task('waits', async () => {
    const { signal } = getConfig()
    await new Promise<void>((resolve) => {
      signal!.addEventListener('abort', () => {
        seen.push('told')
        resolve()
      })
      stopper.abort()
    })
    return 'late'
  })
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => waits())
  seen.push(await outcomeOf(() => flow.invoke(1, { ...thread, signal: stopper.signal })))
  return seen
})

differential('an entrypoint with a cache, whose tasks have policies', async ({ entrypoint }) => {
  let runs = 0
  const cache = new InMemoryCache()
  const costly = task(
    { name: 'costly', cachePolicy: true as never },
    async (n: number) => `${n} run ${++runs}`,
  )
  const keyed = task(
    { name: 'keyed', cachePolicy: { keyFunc: ([n]: [number]) => String(n % 2) } } as never,
    async (n: number) => `${n} run ${++runs}`,
  )
  const uncached = task(
    { name: 'uncached', cachePolicy: false as never },
    async (n: number) => `${n} run ${++runs}`,
  )
  const flow = entrypoint({ name: 'flow', cache, checkpointer: new MemorySaver() }, async (n: number) => [
    await costly(n),
    await keyed(n),
    await uncached(n),
  ])
  const on = (id: string) => ({ configurable: { thread_id: id } })
  const seen: unknown[] = [
    await flow.invoke(1, on('a')),
    await flow.invoke(1, on('b')),
    await flow.invoke(3, on('c')),
    await collect(flow.stream(1, on('d'))),
    await collect(flow.stream(1, { ...on('e'), streamMode: ['updates', 'values'] })),
    await collect(flow.stream(1, { ...on('e2'), streamMode: 'tasks' })),
  ]
  await flow.clearCache()
  seen.push(await flow.invoke(1, on('f')))
  return seen
})

differential('a cached task is forgotten when its time is over', async ({ entrypoint }) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
  let runs = 0
  const costly = task({ name: 'costly', cachePolicy: { ttl: 10 } }, async (n: number) => `${n} run ${++runs}`)
  const flow = entrypoint({ name: 'flow', cache: new InMemoryCache() }, async (n: number) => costly(n))
  const seen = [await flow.invoke(1), await flow.invoke(1)]
  vi.setSystemTime(1_011_000)
  return [...seen, await flow.invoke(1)]
})
