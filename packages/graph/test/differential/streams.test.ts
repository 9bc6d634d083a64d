import { setImmediate } from 'node:timers/promises'
import { AIMessage } from '@langchain/core/messages'
import {
  Command,
  MemorySaver,
  MessagesAnnotation,
  START,
  Send,
  getWriter,
  interrupt,
  writer,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'

/** Nodes that give the consumer a turn, so that chunks are taken as they come. */
const patient =
  (name: string) =>
  async ({ log }: typeof Log.State) => {
    await setImmediate()
    return { log: [`${name} after ${log.length}`] }
  }

const graphOf = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('a', patient('a'))
    .addNode('b', patient('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')

const shapes = [
  undefined,
  'values',
  'updates',
  'custom',
  'messages',
  'tasks',
  'checkpoints',
  'debug',
  [],
  ['updates'],
  ['values', 'updates'],
  ['values', 'values'],
] as const

differential('the shape of chunks for one mode, for several, and with nested graphs', async (vocabulary) => {
  const graph = graphOf(vocabulary).compile({ checkpointer: new MemorySaver() })
  const seen: unknown[] = []
  for (const [index, streamMode] of shapes.entries()) {
    for (const subgraphs of [undefined, false, true]) {
      const options = { configurable: { thread_id: `${index} ${subgraphs}` }, streamMode, subgraphs }
      seen.push(await collect(graph.stream({}, options as object)))
    }
  }
  return seen
})

differential('invoke with a stream mode gives the chunks', async (vocabulary) => {
  const graph = graphOf(vocabulary).compile()
  return [
    await graph.invoke({}, { streamMode: 'updates' } as object),
    await graph.invoke({}, { streamMode: ['values', 'updates'] } as object),
    await graph.invoke({}, { streamMode: ['values'] } as object),
  ]
})

/** The text of each event that a browser gets. */
async function textsOf(stream: Promise<AsyncIterable<unknown>>): Promise<string[]> {
  const decoder = new TextDecoder()
  const texts: string[] = []
  for await (const bytes of await stream) texts.push(decoder.decode(bytes as Uint8Array))
  return texts
}

const forBrowsers = { encoding: 'text/event-stream' } as const

differential('events for browsers', async (vocabulary) => {
  const child = graphOf(vocabulary).compile()
  const graph = new vocabulary.StateGraph(Log)
    .addNode('child', child)
    .addNode('b', patient('b'))
    .addEdge(START, 'child')
    .addEdge('child', 'b')
    .compile()
  return [
    await textsOf(graph.stream({}, forBrowsers)),
    await textsOf(graph.stream({}, { ...forBrowsers, streamMode: 'values' })),
    await textsOf(graph.stream({}, { ...forBrowsers, streamMode: ['values', 'updates'], subgraphs: true })),
    await textsOf(graph.stream({}, { ...forBrowsers, streamMode: ['updates'], subgraphs: false })),
  ]
})

differential('messages, checkpoints and failures as events for browsers', async ({ StateGraph }) => {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('reply', async () => {
      await setImmediate()
      return {
        messages: [
          new AIMessage({ id: 'a', content: 'hello', tool_calls: [{ id: 'c', name: 't', args: {} }] }),
        ],
      }
    })
    .addNode('fail', async ({ messages }) => {
      await setImmediate()
      if (messages.length > 1) throw new TypeError('too many')
      return {}
    })
    .addEdge(START, 'reply')
    .addEdge('reply', 'fail')
    .compile({ checkpointer: new MemorySaver() })
  const input = { messages: [] }
  const thread = { configurable: { thread_id: 't', mine: 1 } }
  const parsed = (texts: string[]) =>
    texts.map((text) => {
      const [event, data] = text.split('\ndata: ')
      return { event, data: JSON.parse(data!) as unknown }
    })
  return [
    parsed(
      await textsOf(
        graph.stream(input, { ...thread, ...forBrowsers, streamMode: ['messages', 'updates', 'values'] }),
      ),
    ),
    parsed(
      await textsOf(
        graph.stream({ messages: ['again'] }, { ...thread, ...forBrowsers, streamMode: 'updates' }),
      ),
    ),
    parsed(
      await textsOf(
        graph.stream(input, {
          configurable: { thread_id: 'u' },
          ...forBrowsers,
          streamMode: ['checkpoints', 'debug', 'tasks'],
        }),
      ),
    ),
  ]
})

differential('what a node writes with the writer', async ({ StateGraph }) => {
  const child = new StateGraph(Log)
    .addNode('inner', (_, config: LangGraphRunnableConfig) => {
      config.writer!('from the inner node')
      writer({ by: 'writer()' })
      return {}
    })
    .addEdge(START, 'inner')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('a', async (_, config: LangGraphRunnableConfig) => {
      config.writer!('first')
      await setImmediate()
      getWriter()!({ second: [1, 2] })
      await setImmediate()
      return { log: ['a'] }
    })
    .addNode('child', child)
    .addNode('calls', async () => {
      await child.invoke({})
      return {}
    })
    .addEdge(START, 'a')
    .addEdge('a', 'child')
    .addEdge('child', 'calls')
    .compile()
  return [
    await collect(graph.stream({}, { streamMode: 'custom' })),
    await collect(graph.stream({}, { streamMode: 'custom', subgraphs: true })),
    await collect(graph.stream({}, { streamMode: ['custom', 'updates'] })),
    await collect(graph.stream({}, { streamMode: 'updates' })),
    await graph.invoke({}),
  ]
})

differential('the updates of a superstep come as its tasks settle', async ({ StateGraph }) => {
  const { promise, resolve } = gate()
  const graph = new StateGraph(Log)
    .addNode('a', async () => {
      await promise
      return { log: ['a'] }
    })
    .addNode('b', async () => {
      await setImmediate()
      return { log: ['b'] }
    })
    .addEdge(START, 'a')
    .addEdge(START, 'b')
    .compile()
  const seen: unknown[] = []
  for await (const chunk of await graph.stream({}, { streamMode: ['updates', 'values'] })) {
    seen.push(chunk)
    if ('b' in chunk[1]) resolve()
  }
  return seen
})

differential('updates of tasks of one name, and of tasks without an update', async ({ StateGraph }) => {
  const graph = new StateGraph(Counter)
    .addNode('work', ({ id }: { id: number }) => ({ log: [`${id}`] }))
    .addNode('empty', () => ({}))
    .addNode('nothing', () => undefined as never)
    .addNode(
      'pairs',
      () =>
        new Command({
          update: [
            ['log', ['x']],
            ['n', 5],
            ['log', ['y']],
          ],
        }),
    )
    .addConditionalEdges(START, () => [
      new Send('work', { id: 1 }),
      new Send('work', { id: 2 }),
      'empty',
      'nothing',
      'pairs',
    ])
    .compile()
  const chunks = await collect(graph.stream({ n: 1 }, { streamMode: 'updates' }))
  return chunks.map((chunk) => JSON.stringify(chunk)).toSorted()
})

differential('output keys narrow values and updates', async ({ StateGraph }) => {
  const graph = new StateGraph(Counter)
    .addNode('a', () => ({ n: 1, log: ['a'] }))
    .addNode('b', () => ({ log: ['b'] }))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile()
  return [
    await collect(graph.stream({ n: 0 }, { streamMode: ['values', 'updates'], outputKeys: 'n' } as object)),
    await collect(
      graph.stream({ n: 0 }, { streamMode: ['values', 'updates', 'tasks'], outputKeys: ['log'] } as object),
    ),
  ]
})

/** The first node ends at once, the second when it is stopped; a third one follows. */
function stoppable({ StateGraph }: Vocabulary, ran: string[]) {
  return new StateGraph(Log)
    .addNode('first', noting('first'))
    .addNode('waits', async (_, config: LangGraphRunnableConfig) => {
      await new Promise<void>((resolve) => config.signal?.addEventListener('abort', () => resolve()))
      ran.push('stopped')
      return {}
    })
    .addNode('never', () => {
      ran.push('never')
      return {}
    })
    .addEdge(START, 'first')
    .addEdge('first', 'waits')
    .addEdge('waits', 'never')
    .compile()
}

differential('a consumer that stops early stops the run', async (vocabulary) => {
  const ran: string[] = []
  for await (const chunk of await stoppable(vocabulary, ran).stream({}, { streamMode: 'updates' })) {
    ran.push(...Object.keys(chunk))
    await setImmediate()
    break
  }
  await setImmediate()
  return ran
})

differential('a stream that is cancelled stops the run', async (vocabulary) => {
  const ran: string[] = []
  const stream = await stoppable(vocabulary, ran).stream({}, { streamMode: 'updates' })
  const reader = stream.getReader()
  ran.push(...Object.keys((await reader.read()).value as object))
  await setImmediate()
  await reader.cancel()
  await setImmediate()
  return ran
})

differential('a stream can be read as a web stream', async (vocabulary) => {
  const graph = graphOf(vocabulary).compile()
  const reader = (await graph.stream({}, { streamMode: 'updates' })).getReader()
  const seen: unknown[] = []
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read())
    seen.push(value)
  return seen
})

differential('a stream of a run that fails gives what came before', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', patient('a'))
    .addNode('fail', async (): Promise<never> => {
      await setImmediate()
      await setImmediate()
      throw new Error('failed')
    })
    .addEdge(START, 'a')
    .addEdge('a', 'fail')
    .compile()
  return [
    await collect(graph.stream({}, { streamMode: 'updates' })),
    await collect(graph.stream({}, { streamMode: 'values' })),
  ]
})

differential('a resumed stream begins with the values', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
    .addEdge(START, 'a')
    .addEdge('a', 'ask')
    .compile({ checkpointer: new MemorySaver() })
  const thread = { configurable: { thread_id: 't' } }
  return [
    await collect(graph.stream({}, { ...thread, streamMode: ['values', 'updates'] })),
    await collect(graph.stream(null, { ...thread, streamMode: ['values', 'updates'] })),
  ]
})

function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}
