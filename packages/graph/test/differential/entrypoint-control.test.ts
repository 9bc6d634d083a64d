import { setImmediate } from 'node:timers/promises'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import {
  Command,
  MemorySaver,
  RunControl,
  Send,
  getConfig,
  getPreviousState,
  getWriter,
  interrupt,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { InMemoryCache } from '@langchain/langgraph-checkpoint'
import { differential } from './harness/differential.ts'
import { sameFlows } from './harness/flows.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }
const quick = { initialInterval: 1, jitter: false, logWarning: false }

differential('a drain that a flow asks for itself', async ({ entrypoint }) => {
  const control = new RunControl()
  const double = task('double', async (n: number) => n * 2)
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) => {
    const doubled = await double(n)
    control.requestDrain('deploy')
    return double(doubled)
  })
  return [
    await outcomeOf(() => flow.invoke(1, { ...thread, control })),
    await flow.getState(thread),
    await outcomeOf(() => flow.invoke(1, { ...thread, control })),
  ]
})

differential('a time limit for the whole run', async ({ entrypoint }) => {
  const flow = entrypoint('flow', async () => new Promise<never>(() => undefined))
  return outcomeOf(() => flow.invoke(1, { timeout: 5 }))
})

differential('a task that is tried again after it ran out of time', async ({ entrypoint }) => {
  let tries = 0
  const slow = task({ name: 'slow', timeout: 5, retry: quick }, async () => {
    if (++tries < 2) await new Promise<never>(() => undefined)
    return `try ${tries}`
  })
  return entrypoint('flow', async () => slow()).invoke(1)
})

differential('a task that says that it is alive', async ({ entrypoint }) => {
  const alive = task({ name: 'alive', timeout: { idleTimeout: 200 } }, async () => {
    const config = getConfig() as LangGraphRunnableConfig & { heartbeat?: () => void }
    config.heartbeat?.()
    await setImmediate()
    return typeof config.heartbeat
  })
  return entrypoint('flow', async () => alive()).invoke(1)
})

differential('a signal that a task sees', async ({ entrypoint }) => {
  const stopper = new AbortController()
  const look = task('look', async () => {
    const { signal } = getConfig()
    return [signal instanceof AbortSignal, signal?.aborted]
  })
  return entrypoint('flow', async () => look()).invoke(1, { signal: stopper.signal })
})

differential('the context of a run', async ({ entrypoint }) => {
  const look = task('look', async () => getConfig().context)
  const flow = entrypoint('flow', async (_: number, config) => [config.context, await look()])
  return [
    await flow.invoke(1, { context: { user: 'me' } } as never),
    await flow.invoke(1),
    await collect(flow.stream(1, { context: { user: 'me' }, streamMode: 'values' } as never)),
  ]
})

sameFlows(
  'tasks that give what stands for something else',
  ({ entrypoint }, options) => {
    const gives = task('gives', async (kind: string): Promise<unknown> => {
      switch (kind) {
        case 'message':
          return new AIMessage({ id: '1', content: 'hi' })
        case 'messages':
          return [new HumanMessage({ id: '1', content: 'a' }), new AIMessage({ id: '2', content: 'b' })]
        case 'command':
          return new Command({ update: { a: 1 }, goto: 'elsewhere' })
        case 'send':
          return new Send('elsewhere', { a: 1 })
        default:
          return { __lg_type: kind }
      }
    })
    return entrypoint({ name: 'flow', ...options }, async (kind: string) => ({ given: await gives(kind) }))
  },
  ['message', 'messages', 'command', 'send', '__pregel_final'],
)

sameFlows(
  'tasks with odd names',
  ({ entrypoint }, options) => {
    const odd = ['with|bar', 'with:colon', '', '__start__', 'flow', 'mit Umlaut ä'].map((name) =>
      task(name, async (n: number) => `${name} ${n}`),
    )
    return entrypoint({ name: 'flow', ...options }, async (n: number) => {
      const results: string[] = []
      for (const each of odd) results.push(await each(n))
      return results
    })
  },
  [1],
)

sameFlows(
  'entrypoints with odd names',
  ({ entrypoint }, options) =>
    entrypoint(
      { name: 'my flow: it|is', ...options },
      async (n: number) => n + (getPreviousState<number>() ?? 0),
    ),
  [1, 2],
)

differential('tasks of the same name share what is cached', async ({ entrypoint }) => {
  const cache = new InMemoryCache()
  const counts = { a: 0, b: 0 }
  const policy = { ttl: 60 }
  const a = task({ name: 'same', cachePolicy: policy }, async (n: number) => `a ${n} ${++counts.a}`)
  const b = task({ name: 'same', cachePolicy: policy }, async (n: number) => `b ${n} ${++counts.b}`)
  const flow = entrypoint({ name: 'flow', cache }, async (n: number) => [
    await a(n),
    await b(n),
    await a(n + 1),
  ])
  const other = entrypoint({ name: 'other', cache }, async (n: number) => b(n))
  return [await flow.invoke(1), await other.invoke(1), await other.invoke(5), counts]
})

differential('a cached task in a run that asks', async ({ entrypoint }) => {
  let runs = 0
  const cache = new InMemoryCache()
  const costly = task({ name: 'costly', cachePolicy: { ttl: 60 } }, async (n: number) => `${n} ${++runs}`)
  const flow = entrypoint({ name: 'flow', cache, checkpointer: new MemorySaver() }, async (n: number) => [
    await costly(n),
    interrupt<string, string>('?'),
    await costly(n + 1),
  ])
  const seen: unknown[] = []
  for (const id of ['a', 'b']) {
    const config = { configurable: { thread_id: id } }
    seen.push(await flow.invoke(1, config), await flow.invoke(new Command({ resume: 'yes' }), config))
  }
  return [seen, runs]
})

differential('the parts of a flow that are awaited together', async ({ entrypoint }) => {
  const later = task('later', async (turns: number) => {
    for (let turn = 0; turn < turns; turn++) await setImmediate()
    return turns
  })
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => {
    const first = await Promise.race([later(1), later(9)])
    const settled = await Promise.allSettled([later(2), later(3)])
    const any = await Promise.any([later(4), later(9)])
    return { first, settled, any }
  })
  return [await flow.invoke(1, thread), (await flow.getState(thread)).values]
})

differential('edits of a flow, several at once', async ({ entrypoint }) => {
  const checkpointer = new MemorySaver()
  const flow = entrypoint(
    { name: 'flow', checkpointer },
    async (n: number) => n + (getPreviousState<number>() ?? 0),
  )
  await flow.invoke(1, thread)
  const edit = (values: unknown, asNode?: string) => ({
    values: values as never,
    ...(asNode !== undefined && { asNode }),
  })
  return [
    await outcomeOf(() =>
      flow.bulkUpdateState(thread, [{ updates: [edit(5, 'flow')] }, { updates: [edit(6, 'flow')] }]),
    ),
    await flow.getState(thread),
    await outcomeOf(() => flow.bulkUpdateState(thread, [])),
    await outcomeOf(() => flow.bulkUpdateState(thread, [{ updates: [edit(null, '__end__')] }])),
    await outcomeOf(() => flow.bulkUpdateState(thread, [{ updates: [edit(null, '__copy__')] }])),
    await outcomeOf(() => flow.bulkUpdateState(thread, [{ updates: [edit(7, '__input__')] }])),
    await historyOf(flow, thread),
    await outcomeOf(() => flow.invoke(null, thread)),
    storedRecords(checkpointer),
  ]
})

differential('an edit between a question and its answer', async ({ entrypoint }) => {
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) => ({
    n,
    before: getPreviousState<unknown>() ?? null,
    answer: interrupt<string, string>('?'),
  }))
  await flow.invoke(1, thread)
  return [
    await outcomeOf(() => flow.updateState(thread, { edited: true }, 'flow')),
    await flow.getState(thread),
    await flow.invoke(2, thread),
    await flow.invoke(new Command({ resume: 'yes' }), thread),
  ]
})

differential('two runs of a flow at once, on two threads', async ({ entrypoint }) => {
  const later = task('later', async (n: number) => {
    await setImmediate()
    return n
  })
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) => {
    getWriter()?.(n)
    return (await later(n)) + (getPreviousState<number>() ?? 0)
  })
  const on = (id: string) => ({ configurable: { thread_id: id } })
  return [
    await Promise.all([flow.invoke(1, on('a')), flow.invoke(10, on('b'))]),
    await Promise.all([flow.invoke(2, on('a')), flow.invoke(20, on('b'))]),
  ]
})

differential('the log and the newest events of a flow', async ({ entrypoint }) => {
  const double = task('double', async (n: number) => n * 2)
  const flow = entrypoint('flow', async (n: number) => double(n))
  const log = (await collect(flow.streamLog(1))) as { ops?: { path: string }[] }[]
  return log.at(-1)?.ops?.map(({ path }) => path)
})

differential('the events of a flow as the newest version tells them', async ({ entrypoint }) => {
  const double = task('double', async (n: number) => {
    getWriter()?.('doubling')
    return n * 2
  })
  const flow = entrypoint('flow', async (n: number) => double(n))
  const run = await flow.streamEvents(1, { version: 'v3' } as never)
  const events = (await collect(run as never)) as {
    method: string
    params: { namespace: unknown; data: unknown }
  }[]
  return events.map(({ method, params: { namespace, data } }) => ({ method, namespace, data }))
})

differential('a question that the caller stubs', async ({ entrypoint }) => {
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (_: number, config) =>
    (config as unknown as { interrupt: (value: unknown) => unknown }).interrupt('?'),
  )
  return [await flow.invoke(1, thread), await flow.invoke(new Command({ resume: 'yes' }), thread)]
})
