// `streamEvents` and `streamLog`: LangChain makes their events out of callbacks and chunks; that both come in the same
// order as LangGraph's is the engine's part.
import { setImmediate } from 'node:timers/promises'
import { dispatchCustomEvent } from '@langchain/core/callbacks/dispatch'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { RunnableLambda } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import {
  Command,
  END,
  MemorySaver,
  MessagesAnnotation,
  START,
  Send,
  getWriter,
  interrupt,
} from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { z } from 'zod/v4'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { ScriptedModel } from './harness/scripted-model.ts'
import { Log, noting } from './harness/states.ts'

type Node = (name: string) => (state: typeof Log.State) => { log: string[] } | Promise<{ log: string[] }>

const nodes: Record<string, Node> = {
  synchronous: noting,
  asynchronous: (name) => async () => ({ log: [name] }),
  slow: (name) => async () => {
    await setImmediate()
    return { log: [name] }
  },
}

/** A graph of each shape, with nodes of one kind. */
const shapes: Record<string, (vocabulary: Vocabulary, node: Node) => Events> = {
  'a sequence': sequence,
  'branches and a join': ({ StateGraph }, node) =>
    new StateGraph(Log)
      .addNode('a', node('a'))
      .addNode('b', node('b'))
      .addNode('c', node('c'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(['a', 'b'], 'c')
      .compile(),
  'a loop': ({ StateGraph }, node) =>
    new StateGraph(Log)
      .addNode('a', node('a'))
      .addNode('b', node('b'))
      .addEdge(START, 'a')
      .addConditionalEdges('a', function again({ log }: typeof Log.State) {
        return log.length > 3 ? END : 'b'
      })
      .addEdge('b', 'a')
      .compile(),
  'a fan-out': ({ StateGraph }, node) =>
    new StateGraph(Log)
      .addNode('a', node('a'))
      .addNode('work', node('work'))
      .addNode('z', node('z'))
      .addEdge(START, 'a')
      .addConditionalEdges('a', () => [1, 2, 3].map(() => new Send('work', { log: [] })))
      .addEdge('work', 'z')
      .compile(),
  'a nested graph': (vocabulary, node) =>
    new vocabulary.StateGraph(Log)
      .addNode('inner', sequence(vocabulary, node))
      .addNode('z', node('z'))
      .addEdge(START, 'inner')
      .addEdge('inner', 'z')
      .compile(),
}

interface Events {
  streamEvents(input: unknown, options: object): AsyncIterable<unknown>
}

function sequence({ StateGraph }: Vocabulary, node: Node) {
  return new StateGraph(Log)
    .addNode('a', node('a'))
    .addNode('b', node('b'))
    .addNode('c', node('c'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('b', 'c')
    .compile()
}

for (const [shape, build] of Object.entries(shapes)) {
  for (const [kind, node] of Object.entries(nodes)) {
    differential(`events of ${shape} of ${kind} nodes, in order`, async (vocabulary) => {
      const events = (options: object) => collect(build(vocabulary, node).streamEvents({}, options))
      return [
        await events({ version: 'v2' }),
        await events({ version: 'v1' }),
        await events({ version: 'v2', streamMode: 'values' }),
        await events({ version: 'v2', streamMode: ['values', 'updates'] }),
        await events({ version: 'v2', streamMode: ['updates'], subgraphs: true }),
      ]
    })
  }
}

const hello = { messages: [new HumanMessage({ id: 'h', content: 'hello' })] }

function agent({ StateGraph }: Vocabulary) {
  const call = new AIMessage({ content: 'see', tool_calls: [{ id: 'c', name: 'add', args: { a: 1 } }] })
  const model = new ScriptedModel([call, 'two it is'])
  const add = tool(({ a }) => a + 1, {
    name: 'add',
    description: 'adds',
    schema: z.object({ a: z.number() }),
  })
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode([add]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => (messages.length < 3 ? 'tools' : END), ['tools', END])
    .addEdge('tools', 'model')
    .compile()
}

differential('events of a model and its tools', async (vocabulary) => [
  await collect(agent(vocabulary).streamEvents(hello, { version: 'v2' })),
  await collect(agent(vocabulary).streamEvents(hello, { version: 'v1' })),
  await collect(
    agent(vocabulary).streamEvents(hello, { version: 'v2', streamMode: ['messages', 'updates'] }),
  ),
])

differential('events, by type, name and tag', async (vocabulary) => {
  const events = (filter: object) => collect(agent(vocabulary).streamEvents(hello, { version: 'v2' }, filter))
  return [
    await events({ includeTypes: ['chat_model'] }),
    await events({ includeNames: ['tools', 'add'] }),
    await events({ excludeTypes: ['chain'] }),
    await events({ excludeTags: ['graph:step:1'] }),
  ]
})

differential('events that a node tells, beside what it writes', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', async () => {
      await dispatchCustomEvent('mine', { n: 1 })
      getWriter()!('written')
      return { log: ['a'] }
    })
    .addEdge(START, 'a')
    .compile()
  return collect(graph.streamEvents({}, { version: 'v2', streamMode: ['custom', 'updates'] }))
})

differential('events of a run with a name, an id, tags and metadata', async (vocabulary) =>
  collect(
    sequence(vocabulary, noting).streamEvents(
      {},
      {
        version: 'v2',
        runId: '11111111-1111-4111-8111-111111111111',
        runName: 'mine',
        tags: ['tag'],
        metadata: { m: 1 },
      },
    ),
  ),
)

differential('events of a question and of its answer', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('ask', async () => ({ log: [String(interrupt('?'))] }))
    .addEdge(START, 'ask')
    .compile({ checkpointer: new MemorySaver() })
  const options = { configurable: { thread_id: 't' }, version: 'v2' } as const
  return [
    await collect(graph.streamEvents({}, options)),
    await collect(graph.streamEvents(new Command({ resume: 'yes' }), options)),
  ]
})

differential('events of a run that fails', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', nodes['slow']!('a'))
    .addNode('fail', async (): Promise<never> => {
      await setImmediate()
      throw new TypeError('failed')
    })
    .addEdge(START, 'a')
    .addEdge('a', 'fail')
    .compile()
  return collect(graph.streamEvents({}, { version: 'v2' }))
})

differential('a reader of events that stops early stops the run', async ({ StateGraph }) => {
  const ran: string[] = []
  const graph = new StateGraph(Log)
    .addNode('a', nodes['slow']!('a'))
    .addNode('waits', async (_, { signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      ran.push('stopped')
      return {}
    })
    .addNode('never', () => {
      ran.push('never')
      return {}
    })
    .addEdge(START, 'a')
    .addEdge('a', 'waits')
    .addEdge('waits', 'never')
    .compile()
  const reading = await outcomeOf(async () => {
    for await (const { event, name } of graph.streamEvents({}, { version: 'v2' })) {
      if (event === 'on_chain_start' && name === 'waits') break
    }
  })
  await setImmediate()
  const reader = graph.streamEvents({}, { version: 'v2' }).getReader()
  await reader.read()
  for (let turn = 0; turn < 10; turn++) await setImmediate()
  await reader.cancel()
  await setImmediate()
  return { reading, ran }
})

differential('events need a version', (vocabulary) =>
  outcomeOf(() => collect(sequence(vocabulary, noting).streamEvents({}, {} as never))),
)

differential('a log of a run', async (vocabulary) => {
  const graph = sequence(vocabulary, nodes['slow']!)
  let state: { concat(patch: unknown): typeof state } | undefined
  for await (const patch of graph.streamLog({})) {
    state = state === undefined ? patch : state.concat(patch)
  }
  return [await collect(graph.streamLog({})), state]
})

differential(
  'events of a graph that is a step of a sequence, or what a function returns',
  async (vocabulary) => {
    const before = RunnableLambda.from(() => ({ log: ['before'] }))
    const after = RunnableLambda.from(({ log }: typeof Log.State) => log.length)
    const whole = () => before.pipe(sequence(vocabulary, nodes['slow']!) as never).pipe(after as never)
    const returned = RunnableLambda.from(() => sequence(vocabulary, nodes['slow']!) as never)
    return [
      await collect(whole().streamEvents('in', { version: 'v2' })),
      await collect(whole().streamEvents('in', { version: 'v1' })),
      await collect(whole().streamLog('in')),
      await collect(returned.streamEvents({}, { version: 'v2' })),
    ]
  },
)

differential(
  'events of a graph that a node streams, and those that a node reads itself',
  async (vocabulary) => {
    const child = sequence(vocabulary, nodes['slow']!)
    const read: unknown[] = []
    const graph = new vocabulary.StateGraph(Log)
      .addNode('streams', async (state, config) => {
        read.push(await collect(child.stream(state, config)))
        read.push(await collect(child.stream(state, { streamMode: 'values' })))
        return {}
      })
      .addNode('reads', async (state, config) => {
        read.push(await collect(child.streamEvents(state, { ...config, version: 'v2' })))
        return {}
      })
      .addEdge(START, 'streams')
      .addEdge('streams', 'reads')
      .compile()
    return [await collect(graph.streamEvents({}, { version: 'v2' })), read]
  },
)
