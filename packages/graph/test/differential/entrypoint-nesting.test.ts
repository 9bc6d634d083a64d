import {
  Command,
  MemorySaver,
  START,
  entrypoint as langGraphEntrypoint,
  getPreviousState,
  getWriter,
  interrupt,
  task,
} from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { differences } from './harness/differences.ts'
import { observeRuns, type Compilable } from './harness/differential.ts'
import { oracle, pairs, type Pair } from './harness/nesting.ts'
import { normalise } from './harness/normalise.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const { final } = langGraphEntrypoint
const thread = { configurable: { thread_id: 't' } }

/** Registers a test for each pair of engines, which compares with LangGraph within LangGraph. */
function nested(name: string, scenario: (pair: Pair) => unknown): void {
  describe(`${name}, as in LangGraph`, () => {
    test.for(pairs)('$name', async (pair) => {
      const expected = normalise(await scenario(oracle))
      expect(expected, 'the scenario has to return what it saw').toBeDefined()
      expect(differences(expected, normalise(await scenario(pair)))).toEqual([])
    })
  })
}

function nestedRuns(
  name: string,
  build: (pair: Pair, options: object) => unknown,
  inputs: readonly unknown[],
): void {
  nested(name, (pair) =>
    observeRuns(() => ({ compile: (options: object) => build(pair, options) }) as Compilable, inputs),
  )
}

const graphOf = ({ StateGraph }: Pair['inner'], options: object = {}) =>
  new StateGraph(Log)
    .addNode('first', noting('first'))
    .addNode('second', noting('second'))
    .addEdge(START, 'first')
    .addEdge('first', 'second')
    .compile(options)

const askingGraphOf = ({ StateGraph }: Pair['inner']) =>
  new StateGraph(Log)
    .addNode('first', noting('first'))
    .addNode('ask', ({ log }) => ({ log: [`answered ${interrupt(`after ${log.length}`)}`] }))
    .addEdge(START, 'first')
    .addEdge('first', 'ask')
    .compile()

nestedRuns(
  'an entrypoint that calls a graph',
  ({ outer, inner }, options) => {
    const graph = graphOf(inner)
    return outer.entrypoint({ name: 'flow', ...options }, async (text: string) => {
      const { log } = await graph.invoke({ log: [text] })
      return log
    })
  },
  ['in', 'again'],
)

nestedRuns(
  'a task that calls a graph',
  ({ outer, inner }, options) => {
    const graph = graphOf(inner)
    const calls = task('calls', async (text: string) => (await graph.invoke({ log: [text] })).log)
    return outer.entrypoint({ name: 'flow', ...options }, async (text: string) => [
      await calls(text),
      await calls(`${text}!`),
    ])
  },
  ['in', 'again'],
)

nestedRuns(
  'an entrypoint that calls an entrypoint, which calls tasks',
  ({ outer, inner }, options) => {
    const double = task('double', async (n: number) => n * 2)
    const within = inner.entrypoint('within', async (n: number) => double(await double(n)))
    return outer.entrypoint({ name: 'flow', ...options }, async (n: number) => [
      await within.invoke(n),
      await double(n),
    ])
  },
  [1, 2],
)

nestedRuns(
  'a task that calls an entrypoint',
  ({ outer, inner }, options) => {
    const double = task('double', async (n: number) => n * 2)
    const within = inner.entrypoint('within', async (n: number) => double(n))
    const calls = task('calls', async (n: number) => within.invoke(n))
    return outer.entrypoint({ name: 'flow', ...options }, async (n: number) => calls(n))
  },
  [1, 2],
)

nestedRuns(
  'an entrypoint that calls a graph which asks',
  ({ outer, inner }, options) => {
    const graph = askingGraphOf(inner)
    return outer.entrypoint({ name: 'flow', ...options }, async (text: string) => {
      const { log } = await graph.invoke({ log: [text] })
      return log
    })
  },
  ['in', new Command({ resume: 'yes' }), 'again', new Command({ resume: 'no' })],
)

nestedRuns(
  'a task that calls a graph which asks',
  ({ outer, inner }, options) => {
    const graph = askingGraphOf(inner)
    const calls = task('calls', async (text: string) => (await graph.invoke({ log: [text] })).log)
    return outer.entrypoint({ name: 'flow', ...options }, async (text: string) => calls(text))
  },
  ['in', new Command({ resume: 'yes' })],
)

nestedRuns(
  'an entrypoint that calls an entrypoint which asks in a task',
  ({ outer, inner }, options) => {
    const ask = task('ask', async (about: string) => `${about}: ${String(interrupt(about))}`)
    const within = inner.entrypoint('within', async (about: string) => ask(about))
    return outer.entrypoint({ name: 'flow', ...options }, async (about: string) => within.invoke(about))
  },
  ['in', new Command({ resume: 'yes' })],
)

nestedRuns(
  'an entrypoint as a node of a graph',
  ({ outer, inner }, options) => {
    const within = inner.entrypoint('within', async ({ log }: typeof Log.State) => ({
      log: [`within after ${log.length}`],
    }))
    return new outer.StateGraph(Log)
      .addNode('before', noting('before'))
      .addNode('flow', within as never)
      .addNode('after', noting('after'))
      .addEdge(START, 'before')
      .addEdge('before', 'flow')
      .addEdge('flow', 'after')
      .compile(options)
  },
  [{ log: ['in'] }, {}],
)

nestedRuns(
  'an entrypoint that a node calls',
  ({ outer, inner }, options) => {
    const double = task('double', async (n: number) => n * 2)
    const within = inner.entrypoint('within', async (n: number) => double(n))
    return new outer.StateGraph(Counter)
      .addNode('calls', async ({ n }) => ({ n: await within.invoke(n), log: ['called'] }))
      .addEdge(START, 'calls')
      .compile(options)
  },
  [{ n: 1 }, { n: 3 }],
)

nestedRuns(
  'an entrypoint that a node calls, and that asks',
  ({ outer, inner }, options) => {
    const count = task('count', async (n: number) => n + 1)
    const within = inner.entrypoint(
      'within',
      async (n: number) => `${await count(n)} ${String(interrupt('?'))}`,
    )
    return new outer.StateGraph(Counter)
      .addNode('calls', async ({ n }) => ({ log: [await within.invoke(n)] }))
      .addEdge(START, 'calls')
      .compile(options)
  },
  [{ n: 1 }, new Command({ resume: 'yes' })],
)

nestedRuns(
  'an entrypoint with a memory of its own, in an entrypoint',
  ({ outer, inner }, options) => {
    const within = inner.entrypoint({ name: 'within', checkpointer: true } as never, async (n: number) => {
      const before = getPreviousState<number>() ?? 0
      return final({ value: [before, n], save: before + n })
    })
    return outer.entrypoint({ name: 'flow', ...options }, async (n: number) => within.invoke(n))
  },
  [],
)

nested(
  'an entrypoint with a memory of its own, in an entrypoint that is called again',
  async ({ outer, inner }) => {
    const within = inner.entrypoint({ name: 'within', checkpointer: true } as never, async (n: number) => {
      const before = getPreviousState<number>() ?? 0
      return final({ value: [before, n], save: before + n })
    })
    const checkpointer = new MemorySaver()
    const flow = outer.entrypoint({ name: 'flow', checkpointer }, async (n: number) => within.invoke(n))
    return [
      await flow.invoke(1, thread),
      await flow.invoke(2, thread),
      await flow.invoke(3, thread),
      storedRecords(checkpointer),
    ]
  },
)

nested('an entrypoint that keeps nothing, in an entrypoint', async ({ outer, inner }) => {
  const within = inner.entrypoint({ name: 'within', checkpointer: false } as never, async (n: number) => ({
    n,
    before: getPreviousState<unknown>() ?? null,
  }))
  const checkpointer = new MemorySaver()
  const flow = outer.entrypoint({ name: 'flow', checkpointer }, async (n: number) => within.invoke(n))
  return [await flow.invoke(1, thread), await flow.invoke(2, thread), storedRecords(checkpointer)]
})

nested('an entrypoint with a thread and a saver of its own, in an entrypoint', async ({ outer, inner }) => {
  const saver = new MemorySaver()
  const within = inner.entrypoint(
    { name: 'within', checkpointer: saver },
    async (n: number) => n + (getPreviousState<number>() ?? 0),
  )
  const checkpointer = new MemorySaver()
  const flow = outer.entrypoint({ name: 'flow', checkpointer }, async (n: number) =>
    within.invoke(n, { configurable: { thread_id: 'inner' } }),
  )
  return [
    await flow.invoke(1, thread),
    await flow.invoke(2, thread),
    storedRecords(saver),
    storedRecords(checkpointer),
  ]
})

nested('the chunks of entrypoints and graphs in an entrypoint', async ({ outer, inner }) => {
  const says = task('says', async (text: string) => {
    getWriter()?.(`task ${text}`)
    return text
  })
  const graph = graphOf(inner)
  const within = inner.entrypoint('within', async (text: string) => {
    getWriter()?.('within')
    return says(text)
  })
  const flow = outer.entrypoint('flow', async (text: string) => {
    getWriter()?.('flow')
    await graph.invoke({ log: [text] })
    return within.invoke(text)
  })
  const seen: unknown[] = []
  for (const streamMode of ['updates', 'values', 'custom', 'tasks', ['updates', 'values'], ['custom']])
    for (const subgraphs of [false, true])
      seen.push(await collect(flow.stream('in', { streamMode: streamMode as never, subgraphs })))
  return seen
})

nested('failures of an entrypoint in an entrypoint', async ({ outer, inner }) => {
  const within = inner.entrypoint('within', async (n: number) => {
    throw new RangeError(`no ${n}`)
  })
  const flow = outer.entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) => {
    try {
      await within.invoke(n)
    } catch (error) {
      return `caught ${(error as Error).message}`
    }
    return 'nothing'
  })
  const uncaught = outer.entrypoint('uncaught', async (n: number) => within.invoke(n))
  return [
    await flow.invoke(1, thread),
    await outcomeOf(() => uncaught.invoke(1)),
    await flow.getState(thread),
  ]
})

nested('a node of a graph that an entrypoint calls goes to the parent', async ({ outer, inner }) => {
  const graph = new inner.StateGraph(Log)
    .addNode('escape', () => new Command({ graph: Command.PARENT, update: { log: ['up'] } }))
    .addEdge(START, 'escape')
    .compile()
  const flow = outer.entrypoint('flow', async () => graph.invoke({}))
  return outcomeOf(() => flow.invoke(1))
})

nested('an interrupted graph in an entrypoint: its state', async ({ outer, inner }) => {
  const graph = askingGraphOf(inner)
  const flow = outer.entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (text: string) =>
    graph.invoke({ log: [text] }),
  )
  return [
    await flow.invoke('in', thread),
    await flow.getState(thread),
    await flow.getState(thread, { subgraphs: true }),
    await flow.invoke(new Command({ resume: 'yes' }), thread),
    await flow.getState(thread, { subgraphs: true }),
  ]
})
