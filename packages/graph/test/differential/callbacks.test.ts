import { BaseCallbackHandler } from '@langchain/core/callbacks/base'
import { dispatchCustomEvent } from '@langchain/core/callbacks/dispatch'
import { CallbackManager } from '@langchain/core/callbacks/manager'
import {
  RunnableLambda,
  RunnableParallel,
  RunnableSequence,
  getCallbackManagerForConfig,
} from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import {
  Command,
  GraphCallbackHandler,
  MemorySaver,
  START,
  Send,
  interrupt,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { vi } from 'vitest'
import { z } from 'zod/v4'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Recorder } from './harness/recorder.ts'
import { ScriptedModel } from './harness/scripted-model.ts'
import { Log, noting } from './harness/states.ts'

const thread = { configurable: { thread_id: 't' } }

const branching = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', RunnableLambda.from(noting('b')).withConfig({ runName: 'inside b' }) as never)
    .addNode('work', ({ id }: { id: number }) => ({ log: [`work ${id}`] }))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addConditionalEdges('b', () => [new Send('work', { id: 1 })], ['work'])

differential(
  'a handler sees the runs of the graph, its nodes and its conditional edges',
  async (vocabulary) => {
    const recorder = new Recorder()
    await branching(vocabulary)
      .compile({ name: 'mine' })
      .invoke({ log: ['in'] }, { callbacks: [recorder] })
    return recorder.events
  },
)

differential('a handler sees what a caller gave the run', async (vocabulary) => {
  const recorder = new Recorder()
  await branching(vocabulary)
    .compile({ checkpointer: new MemorySaver() })
    .invoke(
      {},
      {
        ...thread,
        callbacks: [recorder],
        tags: ['tag'],
        metadata: { meta: 1 },
        runName: 'named run',
        runId: '11111111-1111-4111-8111-111111111111',
      },
    )
  return recorder.events
})

differential('a handler sees failures', async ({ StateGraph }) => {
  const recorder = new Recorder()
  const graph = new StateGraph(Log)
    .addNode('fail', (): never => {
      throw new Error('failed')
    })
    .addEdge(START, 'fail')
    .compile()
  const outcome = await outcomeOf(() => graph.invoke({}, { callbacks: [recorder] }))
  return { outcome, events: recorder.events }
})

differential('a handler sees a question, and the run after it', async ({ StateGraph }) => {
  const recorder = new Recorder()
  const graph = new StateGraph(Log)
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
    .addEdge(START, 'ask')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({}, { ...thread, callbacks: [recorder] })
  await graph.invoke(new Command({ resume: 'yes' }), { ...thread, callbacks: [recorder] })
  return recorder.events
})

differential('a handler sees nested graphs and Runnables within nodes', async ({ StateGraph }) => {
  const recorder = new Recorder()
  const child = new StateGraph(Log)
    .addNode('inner', noting('inner'))
    .addEdge(START, 'inner')
    .compile({ name: 'child graph' })
  const lambda = RunnableLambda.from((text: string) => text.length).withConfig({ runName: 'counting' })
  const graph = new StateGraph(Log)
    .addNode('nested', child)
    .addNode('calls', async (_, config) => {
      await lambda.invoke('ambient')
      await lambda.invoke('given', config)
      await child.invoke({})
      await child.invoke({}, config)
      return {}
    })
    .addEdge(START, 'nested')
    .addEdge('nested', 'calls')
    .compile()
  await graph.invoke({}, { callbacks: [recorder] })
  return recorder.events
})

differential('a handler sees a graph within a sequence', async (vocabulary) => {
  const recorder = new Recorder()
  const sequence = RunnableSequence.from([
    (log: string[]) => ({ log }),
    branching(vocabulary).compile(),
    ({ log }: typeof Log.State) => log.length,
  ])
  await sequence.invoke(['in'], { callbacks: [recorder] })
  return recorder.events
})

differential('handlers that were bound to the graph', async (vocabulary) => {
  const bound = new Recorder()
  const given = new Recorder()
  const graph = branching(vocabulary)
    .compile()
    .withConfig({ callbacks: [bound] })
  await graph.invoke({}, { callbacks: [given] })
  return [bound.events.length, given.events.length, bound.events]
})

differential('every node that is tried again', async ({ StateGraph }) => {
  const recorder = new Recorder()
  let left = 1
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      () => {
        if (left-- > 0) throw new Error('again')
        return {}
      },
      { retryPolicy: { initialInterval: 1, jitter: false, logWarning: false } },
    )
    .addEdge(START, 'flaky')
    .compile()
  await graph.invoke({}, { callbacks: [recorder] })
  return recorder.events
})

class Lifecycle extends GraphCallbackHandler {
  override name = 'lifecycle'
  readonly events: unknown[] = []

  override handleInterrupt(event: unknown): void {
    this.events.push({ interrupted: event })
  }

  override handleResume(event: unknown): void {
    this.events.push({ resumed: event })
  }
}

differential('a handler of interrupts and resumes', async ({ StateGraph }) => {
  const lifecycle = new Lifecycle()
  const child = new StateGraph(Log)
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
    .addEdge(START, 'ask')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('child', child)
    .addNode('after', noting('after'))
    .addEdge(START, 'child')
    .addEdge('child', 'after')
    .compile({ checkpointer: new MemorySaver(), interruptBefore: ['after'] })
  const options = { ...thread, callbacks: [lifecycle] }
  await graph.invoke({}, options)
  await graph.invoke(new Command({ resume: 1 }), options)
  await graph.invoke(null, options)
  return lifecycle.events
})

/** Notes every event, with all that comes with it. */
function notingAll(): { events: unknown[]; handler: BaseCallbackHandler } {
  const names = [
    'handleChatModelStart',
    'handleLLMNewToken',
    'handleLLMEnd',
    'handleChainStart',
    'handleChainEnd',
    'handleChainError',
    'handleToolStart',
    'handleToolEnd',
    'handleToolError',
    'handleCustomEvent',
  ]
  const events: unknown[] = []
  const note = (name: string, args: unknown[]) => {
    if (!name.endsWith('Start')) return void events.push([name, ...args])
    const [serialized, ...others] = args
    return void events.push([name, JSON.stringify(serialized), ...others])
  }
  const methods = names.map((name) => [name, (...args: unknown[]) => note(name, args)] as const)
  return { events, handler: Object.assign(new Recorder(), Object.fromEntries(methods)) }
}

differential(
  'all that a handler is told of models, tools, tasks and events of the program',
  async ({ StateGraph }) => {
    const { events, handler } = notingAll()
    const model = new ScriptedModel(['one two', 'three'])
    const shout = tool(
      async ({ text }) => {
        await dispatchCustomEvent('in the tool', { text })
        if (text === '') throw new Error('nothing to shout')
        return text.toUpperCase()
      },
      { name: 'shout', description: 'shouts', schema: z.object({ text: z.string() }) },
    )
    const called = task('called', async (text: string) => shout.invoke({ text }))
    const route = RunnableLambda.from(() => '__end__').withConfig({ runName: 'the route', tags: ['routing'] })
    const graph = new StateGraph(Log)
      .addNode('a', async (_, config) => {
        await dispatchCustomEvent('ambient', { n: 1 })
        await dispatchCustomEvent('given', { n: 2 }, config)
        await model.invoke('ask', config)
        await collect(model.stream('ask again'))
        await shout.invoke({ text: 'hey' }, config)
        await outcomeOf(() => shout.invoke({ text: '' }))
        return { log: [await called('you')] }
      })
      .addNode('b', RunnableParallel.from({ log: ({ log }: typeof Log.State) => log.slice(1) }) as never)
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addConditionalEdges('b', route as never)
      .compile()
    await graph.invoke({}, { callbacks: [handler] })
    return events
  },
)

differential('a callback manager with tags and metadata of its own', async (vocabulary) => {
  const { events, handler } = notingAll()
  const manager = CallbackManager.configure([handler], undefined, ['inherited'], ['own'], { a: 1 }, { b: 2 })!
  await branching(vocabulary)
    .compile()
    .invoke({}, { callbacks: manager, tags: ['given'], metadata: { c: 3 } })
  return events
})

differential('handlers that throw', async ({ StateGraph }) => {
  const printed: unknown[] = []
  const spies = (['warn', 'error'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...args) => void printed.push({ level, args })),
  )
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  const outcomes: unknown[] = []
  for (const raiseError of [false, true]) {
    for (const method of ['handleChainStart', 'handleChainEnd'] as const) {
      const fail = () => {
        throw new Error(`${method} failed`)
      }
      const handler = { name: 'failing', awaitHandlers: true, raiseError, [method]: fail }
      outcomes.push(await outcomeOf(() => graph.invoke({}, { callbacks: [handler as never] })))
    }
  }
  for (const spy of spies) spy.mockRestore()
  return { outcomes, printed }
})

differential('handlers bound to graphs inside and outside, and one twice', async ({ StateGraph }) => {
  const [outer, given, inner, called] = [new Recorder(), new Recorder(), new Recorder(), new Recorder()]
  const child = new StateGraph(Log)
    .addNode('inner', noting('inner'))
    .addEdge(START, 'inner')
    .compile()
    .withConfig({ callbacks: [inner], tags: ['child'], metadata: { child: 1 }, runName: 'bound child' })
  const graph = new StateGraph(Log)
    .addNode('child', child)
    .addNode('calls', async () => {
      await child.invoke({}, { callbacks: [called] })
      return {}
    })
    .addEdge(START, 'child')
    .addEdge('child', 'calls')
    .compile()
    .withConfig({ callbacks: [outer] })
  await graph.invoke({}, { callbacks: [given, outer] })
  return [outer, given, inner, called].map(({ events }) => events)
})

differential('the manager that a node is given', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const graph = new StateGraph(Log)

    .addNode('a', async (_, config: LangGraphRunnableConfig) => {
      const given = config.callbacks as CallbackManager | undefined
      seen.push(given?.constructor.name, given?.handlers.length, given?.tags, given?.metadata)
      seen.push(given?.getParentRunId())
      const configured = await getCallbackManagerForConfig(config)
      seen.push(configured?.tags, configured?.metadata)
      return {}
    })
    .addEdge(START, 'a')
    .compile()
  await graph.invoke({}, { callbacks: [new Recorder()], tags: ['tag'], metadata: { meta: 1 } })
  await graph.invoke({})
  return seen
})

interface StreamedEvent {
  event: string
  name: string
  tags?: string[]
  data: unknown
  metadata?: unknown
}

/**
 * The events of the runs, and the chunks that graphs stream. A chunk of LangGraph's is told of when its consumer takes
 * it, which may be after the next node has begun; so the two are compared each in its own order.
 */
async function eventsOf(stream: AsyncIterable<StreamedEvent>): Promise<unknown> {
  const runs: unknown[] = []
  const chunks: unknown[] = []
  for await (const { event, name, tags, data, metadata } of stream) {
    const isChunk = event === 'on_chain_stream'
    ;(isChunk ? chunks : runs).push({ event, name, tags, data, metadata })
  }
  return { runs, chunks }
}

differential('streamEvents tells each run and each chunk', (vocabulary) =>
  eventsOf(
    branching(vocabulary)
      .compile()
      .streamEvents({ log: ['in'] }, { version: 'v2' }),
  ),
)

differential('streamEvents with stream modes and nested graphs', async ({ StateGraph }) => {
  const child = new StateGraph(Log).addNode('inner', noting('inner')).addEdge(START, 'inner').compile()
  const graph = new StateGraph(Log).addNode('child', child).addEdge(START, 'child').compile()
  const seen: unknown[] = []
  for (const options of [{ streamMode: 'values' }, { streamMode: ['values', 'updates'], subgraphs: true }])
    seen.push(await eventsOf(graph.streamEvents({}, { version: 'v2', ...options } as { version: 'v2' })))
  return seen
})

differential('streamEvents of a model below a node', async ({ StateGraph }) => {
  const model = new ScriptedModel(['one two'])
  const graph = new StateGraph(Log)
    .addNode('model', async () => ({ log: [(await model.invoke('x')).text] }))
    .addEdge(START, 'model')
    .compile()
  return eventsOf(graph.streamEvents({}, { version: 'v2' }))
})

differential('streamEvents, filtered', async (vocabulary) => {
  const graph = branching(vocabulary).compile()
  return [
    await eventsOf(graph.streamEvents({}, { version: 'v2' }, { includeNames: ['a'] })),
    await eventsOf(graph.streamEvents({}, { version: 'v2' }, { excludeNames: ['a', 'b'] })),
  ]
})

differential('a stream is part of the events of what is around it', async (vocabulary) => {
  const graph = branching(vocabulary).compile()
  const around = RunnableLambda.from(
    async (input: object) => (await collect(graph.stream(input))).length,
  ).withConfig({ runName: 'around' })
  return eventsOf(around.streamEvents({}, { version: 'v2' }))
})
