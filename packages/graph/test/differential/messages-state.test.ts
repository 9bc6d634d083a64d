import {
  Annotation,
  Command,
  MessagesAnnotation,
  Overwrite,
  REMOVE_ALL_MESSAGES,
  START,
  messagesStateReducer,
} from '@langchain/langgraph'
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  RemoveMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages'
import { differential, sameRuns } from './harness/differential.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'

sameRuns(
  'messages are added, in every form a node may write them',
  ({ StateGraph }) =>
    new StateGraph(MessagesAnnotation)
      .addNode('single', () => ({ messages: new AIMessage({ id: 'a1', content: 'one' }) }))
      .addNode('plain', () => ({ messages: [{ role: 'user', content: 'two' }] }) as never)
      .addNode('pair', () => ({ messages: [['system', 'three']] }) as never)
      .addNode('text', () => ({ messages: 'four' }) as never)
      .addEdge(START, 'single')
      .addEdge('single', 'plain')
      .addEdge('plain', 'pair')
      .addEdge('pair', 'text'),
  [{ messages: [new HumanMessage('zero')] }, { messages: { role: 'human', content: 'more' } as never }],
)

sameRuns(
  'a message with a known id replaces the one that has it',
  ({ StateGraph }) =>
    new StateGraph(MessagesAnnotation)
      .addNode('edit', ({ messages }) => ({
        messages: [
          new HumanMessage({ id: messages[0]!.id!, content: 'edited' }),
          new AIMessage({ id: 'new', content: 'added' }),
        ],
      }))
      .addEdge(START, 'edit'),
  [{ messages: [new HumanMessage({ id: 'h', content: 'typo' })] }],
)

sameRuns(
  'messages are removed by id',
  ({ StateGraph }) =>
    new StateGraph(MessagesAnnotation)
      .addNode('forget', ({ messages }) => ({
        messages: messages.slice(0, 2).map(({ id }) => new RemoveMessage({ id: id! })),
      }))
      .addEdge(START, 'forget'),
  [
    {
      messages: [
        new HumanMessage({ id: '1', content: 'a' }),
        new AIMessage({ id: '2', content: 'b' }),
        new HumanMessage({ id: '3', content: 'c' }),
      ],
    },
  ],
)

sameRuns(
  'all messages are removed at once, with what came after in the same write kept',
  ({ StateGraph }) =>
    new StateGraph(MessagesAnnotation)
      .addNode('forget', () => ({
        messages: [
          new AIMessage('dropped'),
          new RemoveMessage({ id: REMOVE_ALL_MESSAGES }),
          new SystemMessage({ id: 's', content: 'kept' }),
        ],
      }))
      .addEdge(START, 'forget'),
  [{ messages: [new HumanMessage('a')] }],
)

sameRuns(
  'removing a message that is not there fails the run',
  ({ StateGraph }) =>
    new StateGraph(MessagesAnnotation)
      .addNode('forget', () => ({ messages: [new RemoveMessage({ id: 'unknown' })] }))
      .addEdge(START, 'forget'),
  [{ messages: [] }],
)

sameRuns(
  'a chunk becomes a message',
  ({ StateGraph }) =>
    new StateGraph(MessagesAnnotation)
      .addNode('stream', () => ({ messages: [new AIMessageChunk({ id: 'c', content: 'chunk' })] }))
      .addEdge(START, 'stream'),
  [{ messages: [] }],
)

sameRuns(
  'parallel nodes add in the order of their names, and tool results keep their call',
  ({ StateGraph }) =>
    new StateGraph(Annotation.Root({ ...MessagesAnnotation.spec, other: Annotation<string> }))
      .addNode('b', () => ({
        messages: [new ToolMessage({ id: 'tb', tool_call_id: 'call-b', content: 'b' })],
      }))
      .addNode(
        'a',
        () =>
          new Command({
            update: {
              messages: [
                new ToolMessage({ id: 'ta', tool_call_id: 'call-a', content: 'a', status: 'error' }),
              ],
            },
          }),
      )
      .addEdge(START, 'a')
      .addEdge(START, 'b'),
  [
    {
      messages: [
        new AIMessage({ id: 'ai', content: '', tool_calls: [{ id: 'call-a', name: 't', args: { x: 1 } }] }),
      ],
    },
  ],
)

sameRuns(
  'an Overwrite of the messages',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({ messages: Annotation({ reducer: messagesStateReducer, default: () => [] }) }),
    )
      .addNode('reset', () => ({
        messages: new Overwrite([new HumanMessage({ id: 'x', content: 'only' })]) as never,
      }))
      .addEdge(START, 'reset'),
  [{ messages: [new HumanMessage('gone')] }],
)

differential('what is no message is an error', async ({ StateGraph }) => {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('a', () => ({ messages: [{ nonsense: true }] }) as never)
    .addEdge(START, 'a')
    .compile()
  return outcomeOf(() => graph.invoke({ messages: [] }))
})

differential('the reducer gives missing ids once, and they stay', async ({ StateGraph }) => {
  const { MemorySaver } = await import('@langchain/langgraph')
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('a', () => ({ messages: [new AIMessage('no id')] }))
    .addEdge(START, 'a')
    .compile({ checkpointer: new MemorySaver() })
  const thread = { configurable: { thread_id: 't' } }
  const first = await graph.invoke({ messages: [new HumanMessage('no id either')] }, thread)
  const state = await graph.getState(thread)
  const ids = (messages: { id?: string }[]) => messages.map(({ id }) => id)
  return {
    ids: ids(first.messages),
    same: JSON.stringify(ids(first.messages)) === JSON.stringify(ids(state.values.messages)),
  }
})

differential(
  'what a node wrote is kept as it returned it, without the ids that were missing',
  async (engine) => {
    const { MemorySaver } = await import('@langchain/langgraph')
    const graph = new engine.StateGraph(MessagesAnnotation)
      .addNode('several', () => ({
        messages: [new AIMessage('no id'), new HumanMessage({ id: 'h', content: 'id' })],
      }))
      .addNode('single', () => ({ messages: new ToolMessage({ content: 'no id', tool_call_id: 'call' }) }))
      .addEdge(START, 'several')
      .addEdge('several', 'single')
      .compile({ checkpointer: new MemorySaver() })
    const thread = { configurable: { thread_id: 't' } }
    const result = await graph.invoke({ messages: [new HumanMessage('hello')] }, thread)
    const results = (await historyOf(graph, thread)).flatMap(({ tasks }) =>
      tasks.map(({ result: kept }) => kept),
    )
    return { result, results }
  },
)
