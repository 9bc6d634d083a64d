import { setImmediate } from 'node:timers/promises'
import { Annotation, Command, MemorySaver, START, Send, interrupt } from '@langchain/langgraph'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }
const durabilities = ['sync', 'async', 'exit'] as const

type Method = 'getTuple' | 'put' | 'putWrites' | 'list'

/** Notes each call, in order, and may take its time or fail. */
class WatchedSaver extends MemorySaver {
  readonly calls: unknown[] = []
  /** What happens before a call is made: it may wait, or throw. */
  before: (method: Method, count: number, args: readonly unknown[]) => unknown = () => undefined
  readonly #counts: Record<string, number> = {}

  async #call<T>(
    method: Method,
    shown: readonly unknown[],
    args: readonly unknown[],
    make: () => Promise<T>,
  ) {
    this.calls.push([method, ...shown])
    const count = (this.#counts[method] = (this.#counts[method] ?? 0) + 1)
    await this.before(method, count, args)
    return make()
  }

  override getTuple(...args: Parameters<MemorySaver['getTuple']>) {
    return this.#call('getTuple', [addressOf(args[0])], args, () => super.getTuple(...args))
  }

  override put(...args: Parameters<MemorySaver['put']>) {
    const [config, { id, channel_versions: versions }, metadata, newVersions] = args as unknown as [
      Addressed,
      { id: string; channel_versions: unknown },
      unknown,
      unknown,
    ]
    const shown = [addressOf(config), id, versions, metadata, newVersions]
    return this.#call('put', shown, args, () => super.put(...args))
  }

  override putWrites(...args: Parameters<MemorySaver['putWrites']>) {
    const [config, writes, taskId, path] = args as unknown as [Addressed, unknown, string, string]
    return this.#call('putWrites', [addressOf(config), structured(writes), taskId, path], args, () =>
      super.putWrites(...args),
    )
  }
}

interface Addressed {
  readonly configurable?: Record<string, unknown>
}

const addressOf = ({ configurable = {} }: Addressed) =>
  Object.fromEntries(
    ['thread_id', 'checkpoint_ns', 'checkpoint_id'].map((key) => [key, configurable[key] ?? null]),
  )

/** Cairn keeps a plain answer under the id of its question too, see state/answer-once.test.ts; LangGraph does not. */
const withoutBoundAnswers = (calls: readonly unknown[]) =>
  calls.filter((call) => {
    const [method, , , taskId] = call as string[]
    return method !== 'putWrites' || !/^[0-9a-f]{32}$/.test(taskId!)
  })

/** Calls for graphs within each other come in an order of their own for each. */
const byNamespace = (calls: readonly unknown[]) =>
  calls.toSorted((a, b) => Number(namespaceOf(b) === '') - Number(namespaceOf(a) === ''))

const namespaceOf = (call: unknown) => (call as [string, Record<string, unknown>])[1]['checkpoint_ns'] ?? ''

const structured = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const chain = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Counter)
    .addNode('a', ({ n }) => ({ n: n + 1, log: ['a'] }))
    .addNode('b', noting('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')

const fanOut = ({ StateGraph }: Vocabulary) => {
  const work = (turns: number, name: string) => async () => {
    for (let turn = 0; turn < turns; turn++) await setImmediate()
    return { log: [name] }
  }
  return new StateGraph(Log)
    .addNode('first', noting('first'))
    .addNode('slow', work(20, 'slow'))
    .addNode('quick', work(5, 'quick'))
    .addNode('sent', async ({ id }: { id: number }) => {
      for (let turn = 0; turn < 8 + 3 * id; turn++) await setImmediate()
      return { log: [`sent ${id}`] }
    })
    .addNode('last', noting('last'))
    .addEdge(START, 'first')
    .addEdge('first', 'slow')
    .addEdge('first', 'quick')
    .addConditionalEdges('first', () => [new Send('sent', { id: 0 }), new Send('sent', { id: 1 })], ['sent'])
    .addEdge(['slow', 'quick', 'sent'], 'last')
}

const asking = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('ask', async () => {
      await setImmediate()
      return { log: [String(interrupt('?'))] }
    })
    .addNode('after', noting('after'))
    .addEdge(START, 'a')
    .addEdge('a', 'ask')
    .addEdge('ask', 'after')

const failingOnce = ({ StateGraph }: Vocabulary) => {
  let left = 1
  return new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('flaky', async () => {
      await setImmediate()
      if (left-- > 0) throw new Error('flaky')
      return { log: ['flaky'] }
    })
    .addEdge(START, 'a')
    .addEdge('a', 'flaky')
}

const nested = ({ StateGraph }: Vocabulary) => {
  const child = new StateGraph(Log)
    .addNode('inner', noting('inner'))
    .addNode('ask', async () => {
      await setImmediate()
      return { log: [String(interrupt('?'))] }
    })
    .addEdge(START, 'inner')
    .addEdge('inner', 'ask')
    .compile()
  return new StateGraph(Log)
    .addNode('child', child)
    .addNode('after', noting('after'))
    .addEdge(START, 'child')
    .addEdge('child', 'after')
}

const commanded = (vocabulary: Vocabulary) => asking(vocabulary)

const programs: Record<string, [(vocabulary: Vocabulary) => unknown, readonly unknown[]]> = {
  'a chain, twice': [chain, [{ n: 1 }, { n: 5, log: ['more'] }]],
  'a fan-out': [fanOut, [{}]],
  'a question': [asking, [{}, new Command({ resume: 'yes' })]],
  'a failure': [failingOnce, [{}, null]],
  'a nested graph': [nested, [{}, new Command({ resume: 'yes' })]],
  'a command as input': [commanded, [{}, new Command({ update: { log: ['edited'] }, goto: 'after' })]],
  'an abandoned question': [asking, [{}, { log: ['new'] }]],
}

interface Compilable {
  compile(options: object): {
    invoke(input: unknown, config: object): Promise<unknown>
    stream(input: unknown, config: object): Promise<AsyncIterable<unknown>>
    getState(config: object): Promise<{ config: object; next: readonly string[] }>
    getStateHistory(config: object): AsyncIterable<never>
    updateState(config: object, values: unknown, asNode?: string): Promise<object>
  }
}

for (const [name, [build, inputs]] of Object.entries(programs)) {
  for (const durability of durabilities) {
    // At the end, LangGraph keeps the command's writes once more, beside the checkpoint that holds them.
    if (build === commanded && durability === 'exit') continue
    differential(
      `which calls a saver gets of ${name}, with durability "${durability}"`,
      async (vocabulary) => {
        const saver = new WatchedSaver()
        const graph = (build(vocabulary) as Compilable).compile({ checkpointer: saver })
        for (const input of inputs) await outcomeOf(() => graph.invoke(input, { ...thread, durability }))
        return byNamespace(withoutBoundAnswers(saver.calls))
      },
    )
  }
}

differential('which calls a saver gets of a replay, a fork and an edit', async (vocabulary) => {
  const saver = new WatchedSaver()
  const graph = (chain(vocabulary) as unknown as Compilable).compile({ checkpointer: saver })
  await graph.invoke({ n: 1 }, thread)
  const history = (await historyOf(graph)) as unknown as { next: string[]; config: object }[]
  const beforeB = history.find(({ next }) => next[0] === 'b')!
  saver.calls.length = 0
  await graph.invoke(null, beforeB.config)
  saver.calls.push('fork')
  const edited = await graph.updateState(beforeB.config, { n: 9 })
  saver.calls.push('from it')
  await graph.invoke(null, edited)
  return saver.calls
})

differential('what a saver learns from the config', async (vocabulary) => {
  const seen: unknown[] = []
  const saver = new WatchedSaver()
  saver.before = (method, _, [config]) => {
    const { configurable, tags, metadata, runName } = config as Record<string, Record<string, unknown>>
    seen.push([method, configurable!['tenant'], tags, metadata, runName])
  }
  const graph = (chain(vocabulary) as unknown as Compilable).compile({ checkpointer: saver })
  await graph.invoke(
    { n: 1 },
    { configurable: { thread_id: 't', tenant: 'me' }, tags: ['x'], metadata: { own: 1 }, runName: 'named' },
  )
  return seen
})

const slowly = (turns: number) => async () => {
  for (let turn = 0; turn < turns; turn++) await setImmediate()
}

for (const durability of durabilities) {
  differential(`a slow saver, with durability "${durability}"`, async (vocabulary) => {
    const seen: unknown[] = []
    for (const build of [chain, fanOut, asking, nested]) {
      const saver = new WatchedSaver()
      saver.before = slowly(7)
      const graph = (build(vocabulary) as unknown as Compilable).compile({ checkpointer: saver })
      seen.push(
        await graph.invoke({ n: 1 }, { ...thread, durability }),
        await graph.getState(thread),
        storedRecords(saver),
      )
    }
    return seen
  })

  differential(`when a run waits for its saver, with durability "${durability}"`, async ({ StateGraph }) => {
    const order: unknown[] = []
    const saver = new WatchedSaver()
    saver.before = async (method, _, args) => {
      const step = method === 'put' ? (args[2] as { step: number }).step : undefined
      for (let turn = 0; turn < 10; turn++) await setImmediate()
      if (method === 'put') order.push(`put ${step}`)
    }
    const graph = new StateGraph(Log)
      .addNode('a', () => {
        order.push('a')
        return {}
      })
      .addNode('b', () => {
        order.push('b')
        return {}
      })
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .compile({ checkpointer: saver })
    await graph.invoke({}, { ...thread, durability })
    order.push('end')
    return order
  })
}

/** Runs a program on a saver that fails at one call, then goes on with null on the same saver, in good health. */
interface FailureOptions {
  readonly durability?: string
  readonly isSync?: boolean
  readonly build?: (vocabulary: Vocabulary) => unknown
}

async function withFailure(
  vocabulary: Vocabulary,
  method: Method,
  count: number,
  { durability = 'async', isSync = false, build }: FailureOptions = {},
): Promise<unknown> {
  const saver = new WatchedSaver()
  const fail = () => {
    throw new Error(`${method} ${count} failed`)
  }
  if (isSync) {
    const real = saver[method].bind(saver) as (...args: unknown[]) => unknown
    let calls = 0
    Object.assign(saver, { [method]: (...args: unknown[]) => (++calls === count ? fail() : real(...args)) })
  } else saver.before = (called, nth) => (called === method && nth === count ? fail() : undefined)
  const graph = ((build ?? chain)(vocabulary) as Compilable).compile({ checkpointer: saver })
  const outcome = await outcomeOf(() => graph.invoke({ n: 1 }, { ...thread, durability }))
  // A run that waits for no saver is stopped by its failure here, and goes on to its end there: see divergences/savers.
  if (durability === 'async') return { outcome }
  const records = storedRecords(saver)
  const again = await outcomeOf(() => graph.invoke(null, { ...thread, durability }))
  return { outcome, records, again }
}

for (const durability of durabilities) {
  for (const method of ['put', 'putWrites'] as const) {
    for (const isSync of [false, true]) {
      const how = isSync ? 'throws' : 'rejects'
      // Where nothing is waited for, LangGraph is stopped by writes that throw, but not by those that reject.
      if (method === 'putWrites' && isSync && durability === 'async') continue
      for (const count of [1, 2, 3]) {
        differential(`${method} ${how} at call ${count}, with durability "${durability}"`, (vocabulary) =>
          withFailure(vocabulary, method, count, { durability, isSync }),
        )
      }
    }
  }
}

differential('getTuple fails', async (vocabulary) => [
  await withFailure(vocabulary, 'getTuple', 1),
  await withFailure(vocabulary, 'getTuple', 1, { isSync: true }),
  await withFailure(vocabulary, 'getTuple', 2),
])

differential('a saver that fails in a nested graph', async (vocabulary) => [
  await withFailure(vocabulary, 'getTuple', 2, { build: nested }),
  await withFailure(vocabulary, 'put', 3, { build: nested, durability: 'sync' }),
])

differential('a failing list fails the history', async (vocabulary) => {
  class Unlisted extends MemorySaver {
    override list(): AsyncGenerator<never> {
      throw new Error('no list')
    }
  }
  const graph = (chain(vocabulary) as unknown as Compilable).compile({ checkpointer: new Unlisted() })
  await graph.invoke({ n: 1 }, thread)
  return outcomeOf(() => historyOf(graph))
})

differential('a stream of a run whose saver fails', async (vocabulary) => {
  const run = async (durability: string, step: number) => {
    const saver = new WatchedSaver()
    saver.before = (method, _, args) => {
      if (method === 'put' && (args[2] as { step: number }).step === step) throw new Error('full')
    }
    const graph = (chain(vocabulary) as unknown as Compilable).compile({ checkpointer: saver })
    const chunks = await collect(graph.stream({ n: 1 }, { ...thread, durability, streamMode: 'updates' }))
    return chunks.at(-1)
  }
  return [await run('sync', 1), await run('async', 1), await run('exit', 2)]
})

/** Versions as the savers for databases make them: text that sorts. */
class TextVersions extends MemorySaver {
  override getNextVersion(current: number | undefined): never {
    const before = current === undefined ? 0 : Number.parseInt(String(current), 10)
    return `${String(before + 1).padStart(8, '0')}.x` as never
  }
}

for (const [name, [build, inputs]] of Object.entries(programs)) {
  differential(`versions of a saver's own: ${name}`, async (vocabulary) => {
    const saver = new TextVersions()
    const graph = (build(vocabulary) as Compilable).compile({ checkpointer: saver })
    const seen: unknown[] = []
    for (const input of inputs)
      seen.push(await outcomeOf(() => graph.invoke(input, thread)), await graph.getState(thread))
    return { seen, records: storedRecords(saver), history: await historyOf(graph) }
  })
}

differential('versions of a saver of one own: steps of ten', async (vocabulary) => {
  class Tens extends MemorySaver {
    override getNextVersion(current: number | undefined): number {
      return (current ?? 0) + 10
    }
  }
  const saver = new Tens()
  const graph = (chain(vocabulary) as unknown as Compilable).compile({
    checkpointer: saver,
    interruptBefore: ['b'],
  })
  return [await graph.invoke({ n: 1 }, thread), await graph.invoke(null, thread), storedRecords(saver)]
})

differential('what a node changes in place after it was kept', async ({ StateGraph }) => {
  const State = Annotation.Root({ held: Annotation<{ list: string[] }>, log: Log.spec.log })
  const saver = new WatchedSaver()
  saver.before = slowly(5)
  const graph = new StateGraph(State)
    .addNode('a', () => ({ held: { list: ['a'] } }))
    .addNode('b', () => ({ log: ['b'] }))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile({ checkpointer: saver })
  await graph.invoke({}, { ...thread, durability: 'sync' })
  return historyOf(graph)
})

differential('a number as thread, and none', async (vocabulary) => {
  const graph = (chain(vocabulary) as unknown as Compilable).compile({ checkpointer: new MemorySaver() })
  return [
    await outcomeOf(() => graph.invoke({ n: 1 }, { configurable: { thread_id: 5 } })),
    await outcomeOf(async () => (await graph.getState({ configurable: { thread_id: 5 } })).next),
    await outcomeOf(() => graph.invoke({ n: 1 }, { configurable: {} })),
    await outcomeOf(() => graph.invoke({ n: 1 }, {})),
  ]
})
