// What `streamEvents` of version v3 returns: the run with its handles, and what transformers add to it.
import { setImmediate } from 'node:timers/promises'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import {
  Command,
  MemorySaver,
  MessagesAnnotation,
  START,
  StreamChannel,
  interrupt,
  pushMessage,
  task,
  type LangGraphRunnableConfig,
  type ProtocolEvent,
} from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { z } from 'zod/v4'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { ScriptedModel } from './harness/scripted-model.ts'
import { Log } from './harness/states.ts'

const v3 = { version: 'v3' } as const
const hello = { messages: [new HumanMessage({ id: 'h', content: 'hello' })] }

const slow = (name: string) => async () => {
  await setImmediate()
  return { log: [name] }
}

function twoNodes({ StateGraph }: Vocabulary, compile: object = {}) {
  return new StateGraph(Log)
    .addNode('a', slow('a'))
    .addNode('b', slow('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile(compile)
}

/** A graph in a graph in a graph. */
function nested(vocabulary: Vocabulary, compile: object = {}) {
  const middle = new vocabulary.StateGraph(Log)
    .addNode('inner', twoNodes(vocabulary))
    .addEdge(START, 'inner')
    .compile()
  return new vocabulary.StateGraph(Log)
    .addNode('first', slow('first'))
    .addNode('middle', middle)
    .addEdge(START, 'first')
    .addEdge('first', 'middle')
    .compile(compile)
}

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
    .addNode('push', async (_, config: LangGraphRunnableConfig) => {
      pushMessage(new AIMessage({ id: 'p', content: 'pushed' }), config)
      await setImmediate()
      return {}
    })
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => (messages.length < 3 ? 'tools' : 'push'), [
      'tools',
      'push',
    ])
    .addEdge('tools', 'model')
    .compile()
}

function failing({ StateGraph }: Vocabulary) {
  return new StateGraph(Log)
    .addNode('a', slow('a'))
    .addNode('fail', async (): Promise<never> => {
      await setImmediate()
      throw new TypeError('failed')
    })
    .addEdge(START, 'a')
    .addEdge('a', 'fail')
    .compile()
}

/** Everything that an iterable gives, and what ended it; without the times at which it was told. */
async function all(iterable: AsyncIterable<unknown>): Promise<unknown[]> {
  return (await collect(iterable)).map(withoutTimes)
}

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  const entries = Object.entries(value).filter(([key]) => key !== 'timestamp')
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutTimes(inner)]))
}

differential('all events of v3, in their order', async (vocabulary) => {
  const onThread = { ...v3, configurable: { thread_id: 't' } }
  return [
    await all(await twoNodes(vocabulary).streamEvents({ log: ['in'] }, v3)),
    await all(await nested(vocabulary, { checkpointer: new MemorySaver() }).streamEvents({}, onThread)),
    await all(await agent(vocabulary).streamEvents(hello, v3)),
  ]
})

differential('values of a v3 run: each of them, and the last', async (vocabulary) => {
  const run = await nested(vocabulary).streamEvents({ log: ['in'] }, v3)
  return [await all(run.values), await run.values, await run.output, run.interrupted, run.interrupts]
})

differential('graphs within a v3 run, with their events, values and outputs', async (vocabulary) => {
  const run = await nested(vocabulary).streamEvents({}, v3)
  const seen: unknown[] = []
  for await (const middle of run.subgraphs) {
    seen.push(middle.name, middle.index, middle.path, await all(middle), await all(middle.values))
    for await (const inner of middle.subgraphs) {
      seen.push(inner.name, inner.index, inner.path, await all(inner), await inner.output)
    }
    seen.push(await middle.output, await all(middle.lifecycle))
  }
  return [seen, await all(run.lifecycle)]
})

differential('messages of a v3 run, word by word and from one node', async (vocabulary) => {
  const run = await agent(vocabulary).streamEvents(hello, v3)
  const seen: unknown[] = []
  for await (const message of run.messages) {
    seen.push(message.node, await collect(message.text), await message.text, await message.toolCalls)
    seen.push(await message.usage)
  }
  const again = await agent(vocabulary).streamEvents(hello, v3)
  for await (const message of again.messagesFrom('push')) seen.push(await message.text)
  return seen
})

differential('questions of a v3 run, also of a graph within', async ({ StateGraph }) => {
  const asking = new StateGraph(Log)
    .addNode('ask', async () => ({ log: [String(interrupt({ n: 1 }))] }))
    .addEdge(START, 'ask')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('first', async () => ({ log: [String(interrupt('?'))] }))
    .addNode('asking', asking)
    .addEdge(START, 'first')
    .addEdge('first', 'asking')
    .compile({ checkpointer: new MemorySaver() })
  const seen: unknown[] = []
  for (const input of [{}, new Command({ resume: 'one' }), new Command({ resume: 'two' })]) {
    const run = await graph.streamEvents(input, { ...v3, configurable: { thread_id: 't' } })
    seen.push(await all(run), await all(run.lifecycle), run.interrupted, run.interrupts, await run.output)
  }
  return seen
})

differential('a v3 run that fails', async (vocabulary) => {
  const run = await failing(vocabulary).streamEvents({}, v3)
  return [
    await all(run),
    await all(run.values),
    await all(run.messages),
    await all(run.lifecycle),
    await outcomeOf(() => run.output),
    run.interrupted,
  ]
})

differential('a v3 run that fails before its first event', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', async () => ({}))
    .addEdge(START, 'a')
    .compile()
  const run = await graph.streamEvents({}, { ...v3, recursionLimit: 0 })
  return [await outcomeOf(() => run.output), await all(run)]
})

differential('a v3 run is stopped by its signal, not by its own abort', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', slow('a'))
    .addNode('waits', async (_, { signal }: LangGraphRunnableConfig) => {
      await new Promise<void>((resolve) => signal!.addEventListener('abort', () => resolve()))
      return {}
    })
    .addEdge(START, 'a')
    .addEdge('a', 'waits')
    .compile()
  const controller = new AbortController()
  const run = await graph.streamEvents({}, { ...v3, signal: controller.signal })
  const output = outcomeOf(() => run.output)
  run.abort('enough')
  const seen = [run.signal.aborted, run.signal.reason]
  for (let turn = 0; turn < 20; turn++) await setImmediate()
  controller.abort()
  return [seen, await output]
})

differential('what nodes write, and tasks, as events of v3', async ({ StateGraph }) => {
  const work = task('work', async (n: number) => {
    await setImmediate()
    return n + 1
  })
  const graph = new StateGraph(Log)
    .addNode('a', async (_, { writer }: LangGraphRunnableConfig) => {
      writer!('text')
      writer!({ name: 'named', payload: 1 })
      writer!({ plain: 2 })
      return { log: [String(await work(1))] }
    })
    .addEdge(START, 'a')
    .compile()
  return all(await graph.streamEvents({}, v3))
})

differential('events of v3 for browsers', async (vocabulary) => {
  const stream = await twoNodes(vocabulary).streamEvents({}, { ...v3, encoding: 'text/event-stream' })
  const decoder = new TextDecoder()
  const texts: string[] = []
  for await (const bytes of stream as unknown as AsyncIterable<Uint8Array>) {
    texts.push(decoder.decode(bytes).replaceAll(/"timestamp":\d+/g, '"timestamp":0'))
  }
  return texts
})

/** Counts the updates, and tells of their nodes; leaves out what nodes write. */
function updates() {
  let count = 0
  let done: (count: number) => void = () => {}
  const counted = new Promise<number>((resolve) => (done = resolve))
  const local = StreamChannel.local<string>()
  const remote = StreamChannel.remote<string>('nodes')
  return {
    init: () => ({ counted, local, remote }),
    process({ method, params }: ProtocolEvent) {
      if (method === 'updates') {
        count++
        local.push(`${params.node}`)
        remote.push(`${params.node}`)
      }
      return method !== 'custom'
    },
    finalize: () => done(count),
  }
}

/** Fails with the run. */
function failures() {
  let fail: (error: unknown) => void = () => {}
  const failed = new Promise<unknown>((resolve) => (fail = resolve))
  return { init: () => ({ failed }), process: () => true, fail }
}

differential('transformers, of the graph, of the run, and after withConfig', async (vocabulary) => {
  const own = twoNodes(vocabulary, { transformers: [updates] })
  const seen: unknown[] = []
  const runs = [
    await own.streamEvents({}, v3),
    await twoNodes(vocabulary).streamEvents({}, { ...v3, transformers: [updates] } as never),
    await own.withConfig({ tags: ['tag'] }).streamEvents({}, v3),
  ] as unknown as (AsyncIterable<unknown> & { extensions: ReturnType<ReturnType<typeof updates>['init']> })[]
  for (const run of runs) {
    seen.push(await all(run), Object.keys(run.extensions), await run.extensions.counted)
    seen.push(await all(run.extensions.local), await all(run.extensions.remote))
  }
  const run = await failing(vocabulary).streamEvents({}, { ...v3, transformers: [failures] } as never)
  seen.push(await (run as unknown as { extensions: { failed: Promise<unknown> } }).extensions.failed)
  return seen
})

differential('raw chunks of a v3 stream', async (vocabulary) => {
  const options = {
    ...v3,
    configurable: { thread_id: 't' },
    streamMode: ['values', 'updates'],
    subgraphs: true,
  }
  return collect(nested(vocabulary, { checkpointer: new MemorySaver() }).stream({}, options as never))
})
