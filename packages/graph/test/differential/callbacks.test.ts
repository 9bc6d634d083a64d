import { RunnableLambda, RunnableSequence } from '@langchain/core/runnables'
import { Command, GraphCallbackHandler, MemorySaver, START, Send, interrupt } from '@langchain/langgraph'
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
