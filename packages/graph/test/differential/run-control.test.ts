import { setImmediate } from 'node:timers/promises'
import {
  Annotation,
  Command,
  GraphDrained,
  GraphRecursionError,
  MemorySaver,
  RunControl,
  START,
  Send,
  entrypoint,
  interrupt,
  isGraphDrained,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

type Config = LangGraphRunnableConfig & { control?: RunControl }

const draining = (reason?: string) => (_: unknown, config: Config) => {
  config.control!.requestDrain(reason)
  return { log: ['drains'] }
}

const drainChain = ({ StateGraph }: Vocabulary, reason?: string) =>
  new StateGraph(Log)
    .addNode('drains', draining(reason) as never)
    .addNode('after', noting('after'))
    .addEdge(START, 'drains')
    .addEdge('drains', 'after')

differential('what a drained run fails with', async (vocabulary) => {
  const fieldsOf = async (reason?: string) => {
    const graph = drainChain(vocabulary, reason).compile()
    const { error } = (await outcomeOf(() => graph.invoke({}))) as { error: Error & { reason: string } }
    return {
      error,
      reason: error.reason,
      class: error.constructor === GraphDrained,
      isGraphDrained: isGraphDrained(error),
      keys: Object.keys(error).toSorted(),
    }
  }
  return [await fieldsOf(), await fieldsOf('deploy'), await fieldsOf('')]
})

differential('a drain in the last superstep comes too late', async ({ StateGraph }) => {
  const control = new RunControl()
  const graph = new StateGraph(Log)
    .addNode('drains', draining('late') as never)
    .addEdge(START, 'drains')
    .compile({ checkpointer: new MemorySaver() })
  return [
    await outcomeOf(() => graph.invoke({}, { ...thread, control } as object)),
    control.drainRequested,
    control.drainReason,
    (await graph.getState(thread)).next,
  ]
})

for (const durability of ['sync', 'async', 'exit'] as const) {
  differential(`a drained thread goes on, with durability "${durability}"`, async (vocabulary) => {
    const saver = new MemorySaver()
    const graph = drainChain(vocabulary).compile({ checkpointer: saver })
    const chunks = await collect(
      graph.stream(
        { log: ['in'] },
        { ...thread, durability, streamMode: ['values', 'updates', 'tasks', 'checkpoints'] },
      ),
    )
    const kept = storedRecords(saver)
    const state = await graph.getState(thread)
    const result = await outcomeOf(() => graph.invoke(null, { ...thread, durability }))
    return { kept, state, result, history: await historyOf(graph), streamed: chunks }
  })
}

differential('parallel tasks finish before a drained run stops', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('drains', draining() as never)
    .addNode('slow', async () => {
      for (let turn = 0; turn < 5; turn++) await setImmediate()
      return { log: ['slow'] }
    })
    .addNode('after', noting('after'))
    .addEdge(START, 'drains')
    .addEdge(START, 'slow')
    .addEdge(['drains', 'slow'], 'after')
    .compile({ checkpointer: new MemorySaver() })
  return [
    await outcomeOf(() => graph.invoke({}, thread)),
    await graph.getState(thread),
    await outcomeOf(() => graph.invoke(null, thread)),
  ]
})

differential('a drain with a question, and with a failure, in the same superstep', async ({ StateGraph }) => {
  const run = async (sibling: () => unknown) => {
    const graph = new StateGraph(Log)
      .addNode('drains', draining() as never)
      .addNode('sibling', async () => {
        await setImmediate()
        return sibling() as never
      })
      .addNode('after', noting('after'))
      .addEdge(START, 'drains')
      .addEdge(START, 'sibling')
      .addEdge(['drains', 'sibling'], 'after')
      .compile({ checkpointer: new MemorySaver() })
    return [await outcomeOf(() => graph.invoke({}, thread)), await graph.getState(thread)]
  }
  return [
    await run(() => ({ log: [String(interrupt('?'))] })),
    await run(() => {
      throw new Error('sibling failed')
    }),
  ]
})

differential('a drain and a breakpoint at the same place', async (vocabulary) => {
  const graph = drainChain(vocabulary).compile({
    checkpointer: new MemorySaver(),
    interruptBefore: ['after'],
  })
  return [
    await outcomeOf(() => graph.invoke({}, thread)),
    (await graph.getState(thread)).next,
    await outcomeOf(() => graph.invoke(null, thread)),
  ]
})

differential('a drain two graphs deep, and what is kept of each', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const inner = new StateGraph(Log)
    .addNode('drains', draining('deep') as never)
    .addNode('inner', noting('inner'))
    .addEdge(START, 'drains')
    .addEdge('drains', 'inner')
    .compile()
  const middle = new StateGraph(Log)
    .addNode('before', noting('before'))
    .addNode('nested', inner)
    .addNode('middle', noting('middle'))
    .addEdge(START, 'before')
    .addEdge('before', 'nested')
    .addEdge('nested', 'middle')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('child', middle)
    .addNode('after', noting('after'))
    .addEdge(START, 'child')
    .addEdge('child', 'after')
    .compile({ checkpointer: saver })
  const drained = await outcomeOf(() => graph.invoke({}, thread))
  const kept = storedRecords(saver)
  const state = await graph.getState(thread, { subgraphs: true })
  return {
    drained,
    kept,
    state,
    result: await outcomeOf(() => graph.invoke(null, thread)),
    records: storedRecords(saver),
  }
})

differential('a drain from outside while a node runs', async ({ StateGraph }) => {
  const control = new RunControl()
  const graph = new StateGraph(Log)
    .addNode('slow', async () => {
      control.requestDrain('sigterm')
      await setImmediate()
      return { log: ['slow'] }
    })
    .addNode('after', noting('after'))
    .addEdge(START, 'slow')
    .addEdge('slow', 'after')
    .compile({ checkpointer: new MemorySaver() })
  return [
    await outcomeOf(() => graph.invoke({}, { ...thread, control } as object)),
    await outcomeOf(() => graph.invoke(null, { ...thread, control } as object)),
    await outcomeOf(() => graph.invoke(null, { ...thread, control: new RunControl() } as object)),
  ]
})

differential('every run has a control, its own or the one it is given', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const control = new RunControl()
  const inner = new StateGraph(Log)
    .addNode('inner', (_, config) => {
      seen.push((config as Config).control === control)
      return {}
    })
    .addEdge(START, 'inner')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('a', (_, config) => {
      const own = (config as Config).control
      seen.push(own === control, own instanceof RunControl, own?.drainRequested)
      return {}
    })
    .addNode('child', inner)
    .addEdge(START, 'a')
    .addEdge('a', 'child')
    .compile()
  await graph.invoke({})
  await graph.invoke({}, { control } as object)
  return seen
})

differential('tasks see the control of their run', async () => {
  const asked = task('asked', (n: number) => n + 1)
  const flow = entrypoint({ name: 'flow' }, async (n: number, config: Config) => {
    config.control!.requestDrain('in a flow')
    return asked(n)
  })
  return outcomeOf(() => flow.invoke(1))
})

const waitingNode = async (_: unknown, config: Config) => {
  await new Promise<void>((_resolve, reject) => {
    config.signal?.addEventListener('abort', () => reject(new Error('gave up')))
  })
  return { log: ['never'] }
}

const waiting = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('quick', noting('quick'))
    .addNode('wait', waitingNode as never)
    .addNode('after', noting('after'))
    .addEdge(START, 'quick')
    .addEdge('quick', 'wait')
    .addEdge('wait', 'after')

const soon = async (stop: () => void) => {
  for (let turn = 0; turn < 10; turn++) await setImmediate()
  stop()
}

differential('a stopped run keeps what was finished, and goes on', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  let isWaiting = true
  const controller = new AbortController()
  const graph = new StateGraph(Log)
    .addNode('quick', noting('quick'))
    .addNode('sibling', noting('sibling'))
    .addNode('wait', async (state, config) => {
      if (isWaiting) await waitingNode(state, config as Config)
      return { log: ['done'] }
    })
    .addEdge(START, 'quick')
    .addEdge('quick', 'wait')
    .addEdge('quick', 'sibling')
    .compile({ checkpointer: saver })
  void soon(() => controller.abort())
  const stopped = await outcomeOf(() => graph.invoke({}, { ...thread, signal: controller.signal }))
  const state = await graph.getState(thread)
  isWaiting = false
  return { stopped, state, result: await graph.invoke(null, thread), records: storedRecords(saver) }
})

differential('a stream of a run that is stopped', async (vocabulary) => {
  const controller = new AbortController()
  void soon(() => controller.abort(new Error('enough')))
  const chunks = await collect(
    waiting(vocabulary)
      .compile()
      .stream({}, { signal: controller.signal, streamMode: ['updates', 'values'] }),
  )
  return chunks.at(-1)
})

differential('a consumer that stops reading stops the run', async (vocabulary) => {
  const seen: unknown[] = []
  const graph = new vocabulary.StateGraph(Log)
    .addNode('quick', noting('quick'))
    .addNode('wait', async (_, config) => {
      config.signal?.addEventListener('abort', () => seen.push('told'))
      await new Promise(() => undefined)
      return {}
    })
    .addEdge(START, 'quick')
    .addEdge('quick', 'wait')
    .compile()
  for await (const chunk of await graph.stream({}, { streamMode: 'updates' })) {
    seen.push(chunk)
    await soon(() => seen.push('enough'))
    break
  }
  await soon(() => undefined)
  return seen
})

differential('the signal that nodes, tasks and nested graphs see', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const controller = new AbortController()
  const look = (name: string) => (_: unknown, config: Config) => {
    seen.push([name, config.signal instanceof AbortSignal, config.signal?.aborted])
    return {}
  }
  const inner = new StateGraph(Log)
    .addNode('inner', look('inner') as never)
    .addEdge(START, 'inner')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('a', look('a') as never)
    .addNode('child', inner)
    .addEdge(START, 'a')
    .addEdge('a', 'child')
    .compile()
  await graph.invoke({}, { signal: controller.signal })
  await graph.invoke({})
  return seen
})

differential('a step timeout is for each superstep', async ({ StateGraph }) => {
  const slow = (ms: number) => async () => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    return { log: [`${ms}`] }
  }
  const build = (ms: number) => {
    const graph = new StateGraph(Log)
      .addNode('a', slow(ms))
      .addNode('b', slow(ms))
      .addNode('c', slow(ms))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'c')
      .compile({ checkpointer: new MemorySaver() })
    graph.stepTimeout = 400
    return graph
  }
  const late = build(4000)
  return [
    await outcomeOf(() => build(150).invoke({}, thread)),
    await outcomeOf(() => late.invoke({}, thread)),
    (await late.getState(thread)).next,
  ]
})

differential('a step timeout of a nested graph, and with a signal', async ({ StateGraph }) => {
  const child = new StateGraph(Log)
    .addNode('wait', waitingNode as never)
    .addEdge(START, 'wait')
    .compile()
  child.stepTimeout = 5
  const graph = new StateGraph(Log).addNode('child', child).addEdge(START, 'child').compile()
  const { signal } = new AbortController()
  return [await outcomeOf(() => graph.invoke({})), await outcomeOf(() => graph.invoke({}, { signal }))]
})

differential('the timeout of a call is for the whole run', async (vocabulary) => {
  const graph = waiting(vocabulary).compile()
  const outcome = await outcomeOf(() => graph.invoke({}, { timeout: 20 }))
  const chunks = await collect(graph.stream({}, { timeout: 20, streamMode: 'updates' }))
  return [outcome, chunks.at(-1)]
})

differential('how many tasks run at once', async ({ StateGraph }) => {
  const most = async (maxConcurrency: number | undefined, how: 'edges' | 'sends', bind = false) => {
    let running = 0
    let highest = 0
    const order: string[] = []
    const work = (name: string) => async () => {
      order.push(name)
      highest = Math.max(highest, ++running)
      for (let turn = 0; turn < 3; turn++) await setImmediate()
      running--
      return { log: [name] }
    }
    const names = ['a', 'b', 'c', 'd', 'e']
    const builder = new StateGraph(Log)
    if (how === 'edges') for (const name of names) builder.addNode(name, work(name)).addEdge(START, name)
    else
      builder
        .addNode('sent', async ({ name }: { name: string }) => work(name)())
        .addConditionalEdges(START, () => names.map((name) => new Send('sent', { name })), ['sent'])
    const graph = builder.compile()
    const options = maxConcurrency === undefined ? {} : { maxConcurrency }
    const result = bind ? await graph.withConfig(options).invoke({}) : await graph.invoke({}, options)
    return { result, highest, order }
  }
  return [
    await most(undefined, 'edges'),
    await most(2, 'edges'),
    await most(3, 'sends'),
    await most(4, 'sends', true),
    await most(100, 'sends'),
  ]
})

differential('a limit on tasks holds for each graph of its own', async ({ StateGraph }) => {
  let running = 0
  let highest = 0
  const inner = new StateGraph(Log)
    .addNode('work', async () => {
      highest = Math.max(highest, ++running)
      for (let turn = 0; turn < 3; turn++) await setImmediate()
      running--
      return { log: ['work'] }
    })
    .addConditionalEdges(START, () => [1, 2, 3, 4].map((id) => new Send('work', { id })), ['work'])
    .compile()
  const graph = new StateGraph(Log).addNode('child', inner).addEdge(START, 'child').compile()
  await graph.invoke({}, { maxConcurrency: 2 })
  return highest
})

const Count = Annotation.Root({ n: Annotation<number> })

const counting = ({ StateGraph }: Vocabulary, until: number) =>
  new StateGraph(Count)
    .addNode('count', ({ n }) => ({ n: n + 1 }))
    .addEdge(START, 'count')
    .addConditionalEdges('count', ({ n }) => (n < until ? 'count' : '__end__'))

/** The message up to where LangGraph says what to do: Cairn says more. */
const limitOf = async (run: () => unknown) => {
  const outcome = (await outcomeOf(run)) as { error?: Error & { lc_error_code?: string } }
  const { error } = outcome
  if (error === undefined) return outcome
  const sentence = 'You can increase the limit by setting the "recursionLimit" config key.'
  if (!error.message.includes(sentence)) return outcome
  return [
    error.name,
    error instanceof GraphRecursionError,
    error.lc_error_code,
    error.message.slice(0, error.message.indexOf(sentence) + sentence.length),
    error.message.slice(error.message.indexOf('\n\nTroubleshooting')),
  ]
}

differential('where the limit of supersteps is', async (vocabulary) => {
  const graph = counting(vocabulary, 100).compile()
  const bound = graph.withConfig({ recursionLimit: 3 })
  const limits: unknown[] = []
  for (const recursionLimit of [1, 2, 3, 25, 100, 101, 102]) {
    limits.push(recursionLimit, await limitOf(() => graph.invoke({ n: 0 }, { recursionLimit })))
  }
  return [
    limits,
    await limitOf(() => graph.invoke({ n: 0 })),
    await limitOf(() => graph.invoke({ n: 76 })),
    await limitOf(() => graph.invoke({ n: 77 })),
    await limitOf(() => bound.invoke({ n: 0 })),
    await limitOf(() => bound.invoke({ n: 0 }, { recursionLimit: 200 })),
  ]
})

differential('a limit that is none', (vocabulary) => {
  const graph = counting(vocabulary, 3).compile()
  return Promise.all(
    [0, -1, Number.NaN, Infinity, null, undefined, '5'].map((recursionLimit) =>
      limitOf(() => graph.invoke({ n: 0 }, { recursionLimit } as never)),
    ),
  )
})

differential(
  'a limit counts from where the run began, and nested graphs have their own count',
  async (vocabulary) => {
    const saver = new MemorySaver()
    const graph = counting(vocabulary, 10).compile({ checkpointer: saver })
    const limited = await limitOf(() => graph.invoke({ n: 0 }, { ...thread, recursionLimit: 4 }))
    const state = await graph.getState(thread)
    const again = await limitOf(() => graph.invoke(null, { ...thread, recursionLimit: 4 }))
    const outer = new vocabulary.StateGraph(Count)
      .addNode('child', counting(vocabulary, 5).compile())
      .addNode('after', ({ n }) => ({ n: n + 100 }))
      .addEdge(START, 'child')
      .addEdge('child', 'after')
      .compile()
    return [
      limited,
      state,
      again,
      storedRecords(saver),
      await limitOf(() => outer.invoke({ n: 0 }, { recursionLimit: 6 })),
      await limitOf(() => outer.invoke({ n: 0 }, { recursionLimit: 5 })),
      await limitOf(() => outer.invoke({ n: 0 }, { recursionLimit: 3 })),
    ]
  },
)

differential('a limit with a question at the last superstep', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
    .addNode('b', noting('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'ask')
    .addEdge('ask', 'b')
    .compile({ checkpointer: new MemorySaver() })
  return [
    await limitOf(() => graph.invoke({}, { ...thread, recursionLimit: 3 })),
    await limitOf(() => graph.invoke(new Command({ resume: 'yes' }), { ...thread, recursionLimit: 1 })),
    (await graph.getState(thread)).next,
    await limitOf(() => graph.invoke(null, { ...thread, recursionLimit: 2 })),
  ]
})
