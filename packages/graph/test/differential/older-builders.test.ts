import { AIMessage, HumanMessage, RemoveMessage, type BaseMessage } from '@langchain/core/messages'
import { RunnableLambda } from '@langchain/core/runnables'
import { Command, END, MemorySaver, START, Send, interrupt } from '@langchain/langgraph'
import { differential } from './harness/differential.ts'
import { sameFlows } from './harness/flows.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { ScriptedModel } from './harness/scripted-model.ts'
import { storedRecords } from './harness/stored-records.ts'
import type { Vocabulary } from './harness/vocabulary.ts'

const thread = { configurable: { thread_id: 't' } }

/** A builder without the types of its nodes' names. */
interface LooseBuilder {
  addNode(name: string, action: unknown, options?: object): LooseBuilder
  addEdge(from: string | string[], to: string): LooseBuilder
  addConditionalEdges(from: string, path: unknown, ends?: unknown): LooseBuilder
  setEntryPoint(name: string): LooseBuilder
  setFinishPoint(name: string): LooseBuilder
  compile(options?: object): LooseGraph
}

interface LooseGraph {
  invoke(input: unknown, config?: object): Promise<unknown>
  stream(input: unknown, config?: object): Promise<AsyncIterable<unknown>>
  getState(config: object): Promise<unknown>
  getGraphAsync(): Promise<{ toJSON(): unknown; drawMermaid(): string }>
}

const graphOf = ({ Graph }: Vocabulary) => new Graph() as unknown as LooseBuilder
const messagesOf = ({ MessageGraph }: Vocabulary) => new MessageGraph() as unknown as LooseBuilder

sameFlows(
  'a graph without a state: nodes hand on what they return',
  (vocabulary, options) =>
    graphOf(vocabulary)
      .addNode('a', (text: string) => `${text} a`)
      .addNode('b', async (text: string) => `${text} b`)
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', END)
      .compile(options),
  ['in', 'again', null],
)

sameFlows(
  'a graph without a state that decides',
  (vocabulary, options) =>
    graphOf(vocabulary)
      .addNode('count', (n: number) => n + 1)
      .addNode(
        'done',
        RunnableLambda.from((n: number) => ({ n })),
      )
      .setEntryPoint('count')
      .addConditionalEdges('count', (n: number) => (n < 5 ? 'again' : 'end'), { again: 'count', end: 'done' })
      .setFinishPoint('done')
      .compile(options),
  [1, 7],
)

sameFlows(
  'a graph without a state that decides at its start',
  (vocabulary, options) =>
    graphOf(vocabulary)
      .addNode('even', (n: number) => `even ${n}`)
      .addNode('odd', (n: number) => `odd ${n}`)
      .addConditionalEdges(START, (n: number) => (n % 2 === 0 ? 'even' : 'odd'))
      .addEdge('even', END)
      .addEdge('odd', END)
      .compile(options),
  [1, 2],
)

sameFlows(
  'a graph without a state with a breakpoint',
  (vocabulary, options) =>
    graphOf(vocabulary)
      .addNode('a', (text: string) => `${text} a`)
      .addNode('b', (text: string) => `${text} b`)
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', END)
      .compile({ ...options, interruptBefore: ['b'] }),
  ['in', null],
)

sameFlows(
  'a graph without a state that asks',
  (vocabulary, options) =>
    graphOf(vocabulary)
      .addNode('ask', (text: string) => `${text} ${String(interrupt('?'))}`)
      .addEdge(START, 'ask')
      .addEdge('ask', END)
      .compile(options),
  ['in', new Command({ resume: 'yes' })],
)

sameFlows(
  'a graph without a state within another one',
  (vocabulary, options) => {
    const inner = graphOf(vocabulary)
      .addNode('inner', (text: string) => `${text} inner`)
      .addEdge(START, 'inner')
      .addEdge('inner', END)
      .compile()
    return graphOf(vocabulary)
      .addNode('before', (text: string) => `${text} before`)
      .addNode('nested', inner)
      .addEdge(START, 'before')
      .addEdge('before', 'nested')
      .addEdge('nested', END)
      .compile(options)
  },
  ['in'],
)

differential('what a builder without a state refuses', async (vocabulary) => {
  const build = () => graphOf(vocabulary).addNode('a', (text: string) => text)
  return [
    await outcomeOf(() => build().addNode('a', () => 1)),
    await outcomeOf(() => build().addNode('a|b', () => 1)),
    await outcomeOf(() => build().addNode(END, () => 1)),
    await outcomeOf(() => build().addEdge(END, 'a')),
    await outcomeOf(() => build().addEdge('a', START)),
    await outcomeOf(() => build().addEdge('a', 'b').addEdge('a', 'c')),
    await outcomeOf(() => build().addEdge(START, END).compile()),
    await outcomeOf(() => build().compile()),
    await outcomeOf(() => build().addEdge(START, 'missing').compile()),
    await outcomeOf(() =>
      build()
        .addEdge(START, 'a')
        .compile({ interruptBefore: ['missing'] }),
    ),
  ]
})

differential('a graph without a state is drawn, and shows what it is', async (vocabulary) => {
  const graph = graphOf(vocabulary)
    .addNode('a', (text: string) => text)
    .addNode('b', (text: string) => text)
    .addEdge(START, 'a')
    .addConditionalEdges('a', () => 'b', ['b', END])
    .addEdge('b', END)
    .compile({ name: 'mine' })
  const drawn = await graph.getGraphAsync()
  const { name, streamMode, streamChannels, inputChannels, lc_id } = graph as unknown as Record<
    string,
    unknown
  >
  return [
    drawn.toJSON(),
    drawn.drawMermaid(),
    { name, streamMode, streamChannels, inputChannels, lc_id },
    graph.constructor.name,
  ]
})

differential('a conditional edge of a graph without a state sends', async (vocabulary) => {
  const graph = graphOf(vocabulary)
    .addNode('fan', (n: number) => n)
    .addNode('work', (n: number) => `work ${n}`)
    .addEdge(START, 'fan')
    .addConditionalEdges('fan', (n: number) => new Send('work', n + 1), ['work'])
    .addEdge('work', END)
    .compile()
  return [
    await outcomeOf(() => graph.invoke(1)),
    await collect(graph.stream(1, { streamMode: ['values', 'updates'] })),
  ]
})

const message = (id: string, content: string) => new HumanMessage({ id, content })

sameFlows(
  'a graph of messages',
  (vocabulary, options) =>
    messagesOf(vocabulary)
      .addNode(
        'model',
        async (messages: BaseMessage[]) =>
          new AIMessage({ id: `answer ${messages.length}`, content: `to ${messages.at(-1)!.text}` }),
      )
      .addNode('more', () => [message('more', 'more'), message('more', 'replaced')])
      .addNode('remove', (messages: BaseMessage[]) => new RemoveMessage({ id: messages[0]!.id! }))
      .addEdge(START, 'model')
      .addEdge('model', 'more')
      .addEdge('more', 'remove')
      .addEdge('remove', END)
      .compile(options),
  [message('1', 'one'), [message('2', 'two')], message('1', 'again')],
)

differential('a graph of messages with a model and a decision', async (vocabulary) => {
  const model = new ScriptedModel(['one', 'two', 'three'])
  const checkpointer = new MemorySaver()
  const graph = messagesOf(vocabulary)
    .addNode('oracle', async (messages: BaseMessage[]) => model.invoke(messages))
    .addEdge(START, 'oracle')
    .addConditionalEdges('oracle', (messages: BaseMessage[]) => (messages.length < 3 ? 'oracle' : END))
    .compile({ checkpointer })
  const texts = (result: unknown) => (result as BaseMessage[]).map((each) => [each.getType(), each.text])
  return [
    texts(await graph.invoke(message('1', 'hi'), thread)),
    texts(((await graph.getState(thread)) as { values: unknown }).values),
    (storedRecords(checkpointer) as unknown[]).length,
  ]
})

differential('a graph of messages shows what it is', async (vocabulary) => {
  const builder = messagesOf(vocabulary)
  const graph = builder
    .addNode('a', () => [])
    .addEdge(START, 'a')
    .addEdge('a', END)
    .compile()
  const { channels, inputChannels, streamMode } = graph as unknown as Record<string, object>
  return [
    (await graph.getGraphAsync()).toJSON(),
    Object.keys(channels!),
    inputChannels,
    streamMode,
    builder.constructor.name,
    builder instanceof vocabulary.StateGraph,
    graph.constructor.name,
    await graph.invoke([]),
    await graph.invoke('hello').then((messages) => (messages as BaseMessage[]).map(({ text }) => text)),
  ]
})
