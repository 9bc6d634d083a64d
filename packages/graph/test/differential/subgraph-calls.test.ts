// Nested graphs in every place where one may stand, with each way of remembering.
import { RunnableLambda, RunnableSequence } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import { AIMessage } from '@langchain/core/messages'
import { Command, END, MessagesAnnotation, START, Send, interrupt, task } from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { z } from 'zod/v4'
import { nestedRuns } from './harness/nested.ts'
import type { Pair } from './harness/nesting.ts'
import { Log, noting } from './harness/states.ts'
import { untyped } from './harness/untyped.ts'

type State = typeof Log.State

interface Child {
  invoke(state: State, config?: object): Promise<State>
  stream(state: State, config?: object): Promise<AsyncIterable<unknown>>
}

const plain = ({ inner }: Pair, options: object, prefix = '') =>
  untyped(inner, Log)
    .addNode(`${prefix}one`, noting(`${prefix}one`))
    .addNode(`${prefix}two`, noting(`${prefix}two`))
    .addEdge(START, `${prefix}one`)
    .addEdge(`${prefix}one`, `${prefix}two`)
    .compile(options) as unknown as Child

const asking = ({ inner }: Pair, options: object) =>
  untyped(inner, Log)
    .addNode('before', noting('before'))
    .addNode('ask', ({ log }: State) => ({ log: [`answered ${String(interrupt(`after ${log.length}`))}`] }))
    .addNode('after', noting('after'))
    .addEdge(START, 'before')
    .addEdge('before', 'ask')
    .addEdge('ask', 'after')
    .compile(options) as unknown as Child

const node = ({ outer }: Pair, body: unknown, options: object = {}) =>
  untyped(outer, Log)
    .addNode('n', body, options)
    .addNode('z', noting('z'))
    .addEdge(START, 'n')
    .addEdge('n', 'z')

const last = async (running: Promise<State>, count = 1) => ({ log: (await running).log.slice(-count) })

const input = { log: ['in'] }
const answers = (...values: string[]) => values.map((resume) => new Command({ resume }))

const memories = [
  ['unset', {}],
  ['true', { checkpointer: true }],
  ['false', { checkpointer: false }],
] as const

for (const [memory, options] of memories) {
  const calls = (what: string, build: (pair: Pair) => unknown, inputs: readonly unknown[] = [input, input]) =>
    nestedRuns(`${what}; its checkpointer is ${memory}`, build, inputs)

  calls('a graph is a node', (pair) => node(pair, plain(pair, options)))

  calls('a graph is two nodes, one after the other', (pair) =>
    untyped(pair.outer, Log)
      .addNode('s', plain(pair, options))
      .addNode('t', plain(pair, options))
      .addEdge(START, 's')
      .addEdge('s', 't'),
  )

  calls('a node calls a graph with its config', (pair) => {
    const child = plain(pair, options)
    return node(pair, (state: State, config: object) => last(child.invoke(state, config)))
  })

  calls('a node calls two graphs, one after the other', (pair) => {
    const [first, second] = [plain(pair, options), plain(pair, options, 'other ')]
    return node(pair, async (state: State) => last(second.invoke(await first.invoke(state))))
  })

  calls('a task calls a graph', (pair) => {
    const child = plain(pair, options)
    const calling = task('calling', (state: State) => last(child.invoke(state)))
    return node(pair, (state: State) => calling(state))
  })

  calls('a node calls a graph with a thread of its own', (pair) => {
    const child = plain(pair, options)
    return node(pair, (state: State) => last(child.invoke(state, { configurable: { thread_id: 'own' } })))
  })

  calls(
    'a node streams a graph',
    (pair) => {
      const child = plain(pair, options)
      return node(pair, async (state: State, config: object) => {
        const chunks: string[] = []
        for await (const chunk of await child.stream(state, config)) chunks.push(JSON.stringify(chunk))
        for await (const chunk of await child.stream(state, { ...config, streamMode: 'updates' }))
          chunks.push(JSON.stringify(chunk))
        return { log: chunks }
      })
    },
    [input],
  )

  calls('a graph is run again and again in a loop', (pair) =>
    untyped(pair.outer, Log)
      .addNode('s', plain(pair, options))
      .addEdge(START, 's')
      .addConditionalEdges('s', ({ log }: State) => (log.length > 8 ? END : 's'), ['s', END]),
  )

  calls(
    'a graph stops before one of its nodes',
    (pair) => node(pair, plain(pair, { ...options, interruptBefore: ['two'] })),
    [input, null, input, null],
  )

  calls(
    'a graph stops after each of its nodes',
    (pair) => node(pair, plain(pair, { ...options, interruptAfter: '*' })),
    [input, null, null, null],
  )

  nestedRuns(
    `graphs that both stop before each of their nodes; the checkpointer of the one within is ${memory}`,
    (pair) => node(pair, plain(pair, { ...options, interruptBefore: '*' })),
    { inputs: [input, null, null, null, null, null], compile: { interruptBefore: '*' } },
  )

  nestedRuns(
    `breakpoints of a run are nothing to the graph within; its checkpointer is ${memory}`,
    (pair) => node(pair, plain(pair, options)),
    { inputs: [input, null], config: { interruptBefore: ['two', 'z'] } },
  )

  calls('a graph that asks is a node', (pair) => node(pair, asking(pair, options)), [
    input,
    ...answers('A'),
    input,
    ...answers('B'),
  ])

  calls(
    'a node calls a graph that asks',
    (pair) => {
      const child = asking(pair, options)
      return node(pair, (state: State) => last(child.invoke(state)))
    },
    [input, ...answers('A'), input, ...answers('B')],
  )

  calls(
    'a tool calls a graph that asks',
    (pair) => {
      const child = asking(pair, options)
      const call = tool(
        async ({ text }: { text: string }) => (await child.invoke({ log: [text] })).log.join(),
        {
          name: 'call',
          description: 'calls a graph',
          schema: z.object({ text: z.string() }),
        },
      )
      return untyped(pair.outer, MessagesAnnotation)
        .addNode('tools', new ToolNode([call]))
        .addEdge(START, 'tools')
    },
    [{ messages: [callOf('call', { text: 'X' })] }, ...answers('A')],
  )
}

function callOf(name: string, args: Record<string, unknown>): AIMessage {
  return new AIMessage({
    content: '',
    id: 'calls',
    tool_calls: [{ name, args, id: 'call 1', type: 'tool_call' }],
  })
}

nestedRuns(
  'a graph that asks, in a loop',
  (pair) =>
    untyped(pair.outer, Log)
      .addNode('s', asking(pair, {}))
      .addEdge(START, 's')
      .addConditionalEdges('s', ({ log }: State) => (log.length > 9 ? END : 's'), ['s', END]),
  [input, ...answers('A', 'B')],
)

nestedRuns(
  'a graph that a node declares, and calls',
  (pair) => {
    const child = asking(pair, {})
    return node(pair, (state: State) => last(child.invoke(state)), { subgraphs: [child] })
  },
  [input, ...answers('A')],
)

nestedRuns(
  'a graph in a sequence',
  (pair) => {
    const rest = RunnableLambda.from(({ log }: State) => ({ log: log.slice(-1) }))
    return node(pair, RunnableSequence.from([asking(pair, {}) as never, rest]))
  },
  [input, ...answers('A')],
)

nestedRuns(
  'a graph that a node returns',
  (pair) => {
    const child = asking(pair, {})
    return node(pair, () => child)
  },
  [input, ...answers('A')],
)

nestedRuns(
  'a graph with tags and metadata of its own',
  (pair) => {
    const child = plain(pair, {}) as Child & { withConfig(config: object): Child }
    return node(pair, child.withConfig({ tags: ['tag'], metadata: { own: 1 } }))
  },
  [input],
)

nestedRuns(
  'a graph that fails within, and goes on',
  (pair) => {
    let failures = 1
    const failing = () => {
      if (failures++ % 2 === 1) throw new Error('failed within')
      return { log: ['recovered'] }
    }
    const child = untyped(pair.inner, Log)
      .addNode('a', noting('a'))
      .addNode('fails', failing)
      .addEdge(START, 'a')
      .addEdge('a', 'fails')
      .compile({ checkpointer: true })
    return node(pair, child)
  },
  [input, null],
)

nestedRuns(
  'sends to a graph that asks nothing',
  (pair) =>
    untyped(pair.outer, Log)
      .addNode('s', plain(pair, { checkpointer: false }))
      .addConditionalEdges(START, () => ['x', 'y'].map((item) => new Send('s', { log: [item] })), ['s']),
  [input],
)
