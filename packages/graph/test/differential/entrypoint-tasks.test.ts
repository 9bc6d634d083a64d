import { setImmediate } from 'node:timers/promises'
import {
  Annotation,
  Command,
  MemorySaver,
  START,
  getConfig,
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
import { Log } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }
const quick = { initialInterval: 1, jitter: false, logWarning: false }

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

sameFlows(
  'tasks one after the other',
  ({ entrypoint }, options) => {
    const add = task('add', async (a: number, b: number) => a + b)
    return entrypoint({ name: 'sums', ...options }, async (numbers: number[]) => {
      let sum = 0
      for (const each of numbers) sum = await add(sum, each)
      return sum
    })
  },
  [[1, 2, 3], [4], []],
)

sameFlows(
  'tasks side by side',
  ({ entrypoint }, options) => {
    const double = task('called by flow', async (n: number) => {
      for (let turns = 0; turns < n; turns++) await setImmediate()
      return n * 2
    })
    return entrypoint({ name: 'flow', ...options }, async (numbers: number[]) =>
      Promise.all(numbers.map((n) => double(n))),
    )
  },
  [
    [1, 2, 3],
    [3, 2, 1],
  ],
)

sameFlows(
  'tasks that return at once',
  ({ entrypoint }, options) => {
    const double = task('double', (n: number) => n * 2)
    const nothing = task('nothing', () => undefined)
    return entrypoint({ name: 'flow', ...options }, async (n: number) => [
      await double(n),
      await double(n + 1),
      await nothing(),
    ])
  },
  [1, 2],
)

sameFlows(
  'tasks that call tasks',
  ({ entrypoint }, options) => {
    const inner = task('inner', async (n: number) => n + 1)
    const middle = task('middle', async (n: number) => (await inner(n)) * (await inner(n + 1)))
    const outer = task('outer', async (n: number) => (await middle(n)) + (await inner(n)))
    return entrypoint({ name: 'flow', ...options }, async (n: number) => outer(n))
  },
  [1, 2],
)

differential('a task that fails, with nobody to catch it', async ({ entrypoint }) => {
  let left = 2
  const before = task('before', async () => 'before')
  const fails = task('fails', async (n: number) => {
    if (left-- > 0) throw new RangeError(`no ${n}`)
    return n
  })
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) => [
    await before(),
    await fails(n),
  ])
  return [
    await outcomeOf(() => flow.invoke(1, thread)),
    (await flow.getState(thread)).next,
    await collect(flow.stream(null, { ...thread, streamMode: 'updates' })),
    await flow.invoke(null, thread),
    await flow.getState(thread),
  ]
})

sameFlows(
  'a task is tried again',
  ({ entrypoint }, options) => {
    let left = 2
    const fails = task({ name: 'fails', retry: { maxAttempts: 3, ...quick } }, async (n: number) => {
      if (left-- > 0) throw new Error(`no ${n}`)
      return n
    })
    return entrypoint({ name: 'flow', ...options }, async (n: number) => fails(n))
  },
  [1, 2],
)

differential('a task is tried again until its policy gives up', async ({ entrypoint }) => {
  let tries = 0
  const fails = task(
    { name: 'fails', retry: { maxAttempts: 3, ...quick, retryOn: () => tries < 2 } },
    async () => {
      throw new Error(`try ${++tries}`)
    },
  )
  const flow = entrypoint('flow', async () => fails())
  return [await outcomeOf(() => flow.invoke(1)), tries]
})

differential('what a task sees when it is tried again', async ({ entrypoint }) => {
  const seen: unknown[] = []
  const fails = task({ name: 'fails', retry: { maxAttempts: 3, ...quick } }, async () => {
    const { executionInfo, metadata, tags, runName } = getConfig() as LangGraphRunnableConfig & {
      executionInfo: { nodeAttempt: number }
    }
    seen.push({ attempt: executionInfo.nodeAttempt, metadata, tags, runName })
    if (seen.length < 3) throw new Error('again')
    return seen.length
  })
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => fails())
  return [await flow.invoke(1, thread), seen]
})

differential('the retries of a task are told on the console', async ({ entrypoint }) => {
  const printed: string[] = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    printed.push(text)
  })
  let left = 1
  const fails = task({ name: 'fails', retry: { ...quick, logWarning: true } }, async () => {
    if (left-- > 0) throw new Error('again')
  })
  await entrypoint('flow', async () => fails()).invoke(1)
  return printed
})

differential('tasks that are called outside of any graph', async () => {
  const outside = task('outside', async () => 1)
  return outcomeOf(() => outside())
})

sameFlows(
  'tasks in a loop, of which one asks',
  ({ entrypoint }, options) => {
    let runs = 0
    const step = task('step', async (n: number) => {
      runs++
      return n === 2 ? `asked ${String(interrupt(n))}` : `step ${n}`
    })
    return entrypoint({ name: 'flow', ...options }, async (count: number) => {
      const steps: string[] = []
      for (let n = 0; n < count; n++) steps.push(await step(n))
      return { steps, runs }
    })
  },
  [4, new Command({ resume: 'yes' }), 1],
)

sameFlows(
  'a task whose promise is awaited late',
  ({ entrypoint }, options) => {
    const slow = task('slow', async (n: number) => {
      await setImmediate()
      return n
    })
    return entrypoint({ name: 'flow', ...options }, async (n: number) => {
      const pending = slow(n)
      await setImmediate()
      await setImmediate()
      return pending
    })
  },
  [1],
)

differential('a task that nobody awaits', async ({ entrypoint }) => {
  const seen: string[] = []
  const late = task('late', async () => {
    await setImmediate()
    seen.push('late ran')
    return 'late'
  })
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => {
    void late()
    return 'early'
  })
  const chunks = await collect(flow.stream(1, { ...thread, streamMode: 'updates' }))
  await setImmediate()
  return { chunks: chunks.length, seen, state: await flow.getState(thread) }
})

sameFlows(
  'a task that gets what cannot be told apart, twice',
  ({ entrypoint }, options) => {
    let runs = 0
    const count = task('count', async (text: string) => `${text} ${++runs}`)
    return entrypoint({ name: 'flow', ...options }, async (text: string) => [
      await count(text),
      await count(text),
    ])
  },
  ['a', 'a'],
)

sameFlows(
  'a task that returns a promise of a task',
  ({ entrypoint }, options) => {
    const inner = task('inner', async (n: number) => n + 1)
    const outer = task('outer', (n: number) => inner(n))
    return entrypoint({ name: 'flow', ...options }, async (n: number) => outer(n))
  },
  [1],
)

sameFlows(
  'a task that takes and gives nested values',
  ({ entrypoint }, options) => {
    const merge = task('merge', async (left: object, right: object) => ({
      ...left,
      ...right,
      list: [1, [2]],
    }))
    return entrypoint({ name: 'flow', ...options }, async (given: object) => merge(given, { added: null }))
  },
  [{ a: { b: 1 } }],
)

differential('tasks with `withConfig` of the flow around them', async ({ entrypoint }) => {
  const seen: unknown[] = []
  const look = task('look', async () => {
    const { tags, metadata, configurable, recursionLimit } = getConfig()
    seen.push({ tags, metadata, user: configurable?.['user'], recursionLimit })
  })
  const flow = entrypoint('flow', async () => look()).withConfig({
    tags: ['bound'],
    configurable: { user: 'me' },
    recursionLimit: 9,
  })
  await flow.invoke(1, { metadata: { given: 1 }, context: { a: 1 } })
  return seen
})

differential('at most so many tasks of a flow run at once', async ({ entrypoint }) => {
  const seen: number[] = []
  for (const maxConcurrency of [1, 2, 100]) {
    let running = 0
    let most = 0
    const work = task('work', async () => {
      most = Math.max(most, ++running)
      await setImmediate()
      running--
    })
    const flow = entrypoint('flow', async () => {
      await Promise.all([work(), work(), work(), work()])
      return most
    })
    seen.push(await flow.invoke(1, { maxConcurrency }))
  }
  return seen
})

sameFlows(
  'tasks in nodes of a graph, side by side in two nodes',
  ({ StateGraph }, options) => {
    const double = task('called by nodes', async (n: number) => n * 2)
    const node =
      (name: string) =>
      async ({ n }: { n: number }) => ({
        log: [`${name} ${await double(n)} ${await double(n + 1)}`],
      })
    return new StateGraph(Annotation.Root({ ...Log.spec, n: Annotation<number> }))
      .addNode('a', node('a'))
      .addNode('b', node('b'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .compile(options)
  },
  [{ n: 1 }, { n: 5 }],
)

sameFlows(
  'tasks of a node that asks between them',
  ({ StateGraph }, options) => {
    let runs = 0
    const count = task('count', async () => ++runs)
    return new StateGraph(Log)
      .addNode('ask', async () => {
        const before = await count()
        const first = String(interrupt('one'))
        const between = await count()
        const second = String(interrupt('two'))
        return { log: [`${before} ${first} ${between} ${second} ${await count()}`] }
      })
      .addEdge(START, 'ask')
      .compile(options)
  },
  [{}, new Command({ resume: 'a' }), new Command({ resume: 'b' })],
)

differential('recorded tasks are not run again after a failure', async ({ entrypoint }) => {
  const ran: string[] = []
  let left = 1
  const note = task('note', async (name: string) => {
    ran.push(name)
    return name
  })
  const checkpointer = new MemorySaver()
  const flow = entrypoint({ name: 'flow', checkpointer }, async () => {
    const first = await note('first')
    const both = await Promise.all([note('left'), note('right')])
    if (left-- > 0) throw new Error('after three')
    return [first, ...both, await note('last')]
  })
  return [
    await outcomeOf(() => flow.invoke(1, thread)),
    await flow.getState(thread),
    await flow.invoke(null, thread),
    ran,
    await historyOf(flow, thread),
    storedRecords(checkpointer),
  ]
})

differential('a task with a cache in a node of a graph', async ({ StateGraph }) => {
  let runs = 0
  const costly = task({ name: 'costly', cachePolicy: { ttl: 60 } }, async (n: number) => `${n} run ${++runs}`)
  const graph = new StateGraph(Log)
    .addNode('a', async () => ({ log: [await costly(1), await costly(2), await costly(1)] }))
    .addEdge(START, 'a')
    .compile({ cache: new InMemoryCache() })
  return [await graph.invoke({}), await graph.invoke({}), runs]
})

differential('a task without a cache around it', async ({ entrypoint }) => {
  let runs = 0
  const costly = task({ name: 'costly', cachePolicy: { ttl: 60 } }, async (n: number) => `${n} run ${++runs}`)
  const flow = entrypoint('flow', async (n: number) => costly(n))
  return [await flow.invoke(1), await flow.invoke(1)]
})

differential('a task that runs out of time', async ({ entrypoint }) => {
  const seen: unknown[] = []
  const build = (timeout: unknown) => {
    const slow = task({ name: 'slow', timeout } as never, async () => new Promise<never>(() => undefined))
    return entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => slow())
  }
  for (const timeout of [5, { runTimeout: 5 }, { idleTimeout: 5 }]) {
    const flow = build(timeout)
    const outcome = (await outcomeOf(() => flow.invoke(1, thread))) as { error: Record<string, unknown> }
    const { node, kind, runTimeout, idleTimeout } = outcome.error
    seen.push({ node, kind, runTimeout, idleTimeout, name: outcome.error['name'] })
  }
  return seen
})

differential('an entrypoint that runs out of time', async ({ entrypoint }) => {
  const flow = entrypoint(
    { name: 'flow', timeout: 5, checkpointer: new MemorySaver() },
    async () => new Promise<never>(() => undefined),
  )
  const { error } = (await outcomeOf(() => flow.invoke(1, thread))) as { error: Record<string, unknown> }
  const { node, kind, runTimeout } = error
  return { node, kind, runTimeout, name: error['name'], next: (await flow.getState(thread)).next }
})

differential('a task writes to the stream of its flow', async ({ entrypoint }) => {
  const says = task('says', async (text: string) => {
    getWriter()?.({ text })
    getConfig().writer?.(`${text} again`)
    return text
  })
  const flow = entrypoint('flow', async (text: string, config) => {
    config.writer?.('before')
    const said = await says(text)
    getWriter()?.('after')
    return said
  })
  return [
    await collect(flow.stream('a', { streamMode: 'custom' })),
    await collect(flow.stream('a', { streamMode: ['custom', 'updates'] })),
    await collect(flow.stream('a', { streamMode: ['custom', 'updates'], subgraphs: true })),
  ]
})

differential('what happens first: callers, their tasks, and what is told of them', async ({ entrypoint }) => {
  const done: string[] = []
  const note = (text: string) => {
    done.push(text)
    getWriter()?.(text)
  }
  const inner = task('inner', async (name: string) => {
    note(`inner ${name}`)
    return name
  })
  const outer = task('outer', async (name: string) => {
    note(`outer ${name} begins`)
    await inner(name)
    note(`outer ${name} ends`)
  })
  const sync = task('sync', (name: string) => note(`sync ${name}`))
  const build = (options: object) =>
    entrypoint({ name: 'flow', ...options }, async () => {
      const first = outer('1')
      note('called outer 1')
      await first
      note('after outer 1')
      await Promise.all([sync('2'), outer('3'), sync('4')])
      note('after three')
      await inner('5')
      note('after inner 5')
    })
  const modes = { streamMode: ['custom', 'updates', 'tasks', 'values'] as never }
  return [
    await collect(build({}).stream(1, modes)),
    await collect(build({ checkpointer: new MemorySaver() }).stream(1, { ...thread, ...modes })),
    done,
  ]
})
