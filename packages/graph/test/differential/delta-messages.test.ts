import {
  Annotation,
  Command,
  MemorySaver,
  Overwrite,
  REMOVE_ALL_MESSAGES,
  START,
  messagesDeltaReducer,
} from '@langchain/langgraph'
import { InMemoryCache } from '@langchain/langgraph-checkpoint'
import { DeltaChannel } from '@langchain/langgraph/channels'
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  RemoveMessage,
  type BaseMessage,
} from '@langchain/core/messages'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'
import { sameThread, thread } from './harness/same-thread.ts'

const Chat = Annotation.Root({
  messages: () => new DeltaChannel<BaseMessage[]>(messagesDeltaReducer as never),
})

const chat =
  (reply: () => object) =>
  ({ StateGraph }: Vocabulary) =>
    new StateGraph(Chat).addNode('chat', reply as never).addEdge(START, 'chat')

interface Case {
  readonly name: string
  readonly input: unknown
  readonly reply: () => unknown
}

const cases: readonly Case[] = [
  { name: 'texts and pairs', input: 'hi', reply: () => ['yo', ['ai', 'hello']] },
  { name: 'message objects', input: [new HumanMessage('hi')], reply: () => new AIMessage('x') },
  {
    name: 'plain objects',
    input: [{ role: 'user', content: 'hi' }],
    reply: () => ({ type: 'ai', content: 'x' }),
  },
  {
    name: 'plain objects with ids',
    input: [{ role: 'user', content: 'hi', id: 'm' }],
    reply: () => ({ type: 'human', content: 'edited', id: 'm' }),
  },
  { name: 'chunks', input: 'hi', reply: () => new AIMessageChunk({ content: 'chunk' }) },
  {
    name: 'an Overwrite of messages in any form',
    input: [new HumanMessage('hi')],
    reply: () => new Overwrite([{ role: 'user', content: 'a' }, 'b', new AIMessage('c')]),
  },
  {
    name: 'a plain Overwrite',
    input: [new HumanMessage('hi')],
    reply: () => ({ __overwrite__: [{ role: 'user', content: 'a' }, 'b'] }),
  },
  {
    name: 'removals',
    input: [new HumanMessage({ content: 'a', id: '1' }), new HumanMessage({ content: 'b', id: '2' })],
    reply: () => [new RemoveMessage({ id: '1' }), new RemoveMessage({ id: 'unknown' })],
  },
  {
    name: 'the removal of all',
    input: 'hi',
    reply: () => ['lost', new RemoveMessage({ id: REMOVE_ALL_MESSAGES }), 'kept'],
  },
]

for (const { name, input, reply } of cases) {
  sameRuns(
    `messages of a delta channel: ${name}`,
    chat(() => ({ messages: reply() })),
    [{ messages: input }, { messages: 'again' }],
  )

  sameThread(
    `messages of a delta channel have ids that stay: ${name}`,
    chat(() => ({ messages: reply() })),
    async (graph) => [
      await outcomeOf(() => graph.invoke({ messages: input }, thread)),
      await graph.getState(thread),
      await graph.getState(thread),
      await outcomeOf(() => graph.updateState(thread, { messages: 'edited' }, 'chat')),
      await outcomeOf(() =>
        graph.invoke(new Command({ update: { messages: ['command'] }, goto: 'chat' }) as never, thread),
      ),
      await outcomeOf(() => graph.invoke({ messages: 'again' }, thread)),
    ],
  )
}

for (const [name, nonsense] of [
  ['an object', { what: 1 }],
  ['a number', 5],
  ['an Overwrite without a list', new Overwrite(new AIMessage('x'))],
] as const)
  differential(`${name} where messages are expected, twice`, async (vocabulary) => {
    const graph = chat(() => ({ messages: nonsense }))(vocabulary).compile()
    const first = await outcomeOf(() => graph.invoke({ messages: 'hi' }))
    return [first, 'value' in first && (await outcomeOf(() => graph.invoke(first.value as never)))]
  })

sameRuns(
  'message objects in any delta channel get ids, and other values stay as they are',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({ any: () => new DeltaChannel<unknown[]>((all, more) => [...all, ...more]) }),
    )
      .addNode('a', () => ({
        any: [new AIMessage('x'), [new AIMessage('y')], { role: 'user', content: 'z' }],
      }))
      .addNode('b', () => ({ any: { __overwrite__: [new AIMessage('z')] } }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ any: new HumanMessage('in') }, {}],
)

differential('the message that a node returned is the one that got the id', async (vocabulary) => {
  const message = new AIMessage('mine')
  const list = ['text', message]
  const graph = chat(() => ({ messages: list }))(vocabulary).compile()
  const result = await graph.invoke({ messages: 'hi' })
  return { isSame: result.messages.at(-1) === message, id: message.id, list }
})

differential('a message from the cache keeps its id', async ({ StateGraph }) => {
  const graph = new StateGraph(Chat)
    .addNode('chat', () => ({ messages: [new AIMessage('cached'), 'text'] }), {
      cachePolicy: { keyFunc: () => 'key' },
    })
    .addEdge(START, 'chat')
    .compile({ checkpointer: new MemorySaver(), cache: new InMemoryCache() })
  return [
    await graph.invoke({ messages: 'one' }, thread),
    await graph.invoke({ messages: 'two' }, thread),
    await graph.invoke({ messages: 'other thread' }, { configurable: { thread_id: 'other' } }),
  ]
})
