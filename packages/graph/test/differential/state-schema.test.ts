import {
  Command,
  MessagesValue,
  Overwrite,
  ReducedValue,
  START,
  StateSchema,
  UntrackedValue,
} from '@langchain/langgraph'
import { HumanMessage, RemoveMessage } from '@langchain/core/messages'
import { z } from 'zod/v4'
import { differential, sameRuns } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'

const Schema = new StateSchema({
  name: z.string(),
  size: z.number().default(2),
  history: new ReducedValue(
    z.array(z.string()).default(() => []),
    { inputSchema: z.string(), reducer: (list, item) => [...list, item] },
  ),
  scratch: new UntrackedValue(z.string()),
})

sameRuns(
  'values, defaults and reduced values of a StateSchema',
  ({ StateGraph }) =>
    new StateGraph(Schema)
      .addNode('a', ({ name, size, scratch }) => ({
        history: `${name} ${size} ${scratch}`,
        scratch: 'from a',
      }))
      .addNode(
        'b',
        ({ scratch, history }) =>
          new Command({ update: { history: `${history.length} ${scratch}`, size: 9 } }),
      )
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ name: 'ada' }, { name: 'bob', size: 5, scratch: 'given', history: 'in' as never }],
)

differential('an input that does not fit a StateSchema is an error', async ({ StateGraph }) => {
  const graph = new StateGraph(Schema)
    .addNode('a', () => ({}))
    .addEdge(START, 'a')
    .compile()
  return [
    await outcomeOf(() => graph.invoke({ name: 7 as never })),
    await outcomeOf(() => graph.invoke({ name: 'ok', size: 'big' as never })),
    await outcomeOf(() => graph.invoke({})),
  ]
})

sameRuns(
  'an update that does not fit a StateSchema fails its node',
  ({ StateGraph }) =>
    new StateGraph(Schema)
      .addNode('a', () => ({ size: 'big' as never }))
      .addNode('b', () => ({ history: 'b' }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ name: 'ada' }],
)

sameRuns(
  'a schema of another library, which answers later',
  ({ StateGraph }) => {
    const trimmed = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: async (value: unknown) =>
          typeof value === 'string' ? { value: value.trim() } : { issues: [{ message: 'not a text' }] },
      },
    }
    return new StateGraph(new StateSchema({ text: trimmed as never, n: z.number() }))
      .addNode('a' as never, (() => ({ text: '  padded ' })) as never)
      .addNode('b' as never, ((state: { text: string }) => ({ n: state.text.length })) as never)
      .addNode('c' as never, (() => ({ text: 5 })) as never)
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never)
      .addEdge('b' as never, 'c' as never)
  },
  [{ text: ' in ', n: 1 }],
)

sameRuns(
  'MessagesValue adds, replaces and removes by id',
  ({ StateGraph }) =>
    new StateGraph(new StateSchema({ messages: MessagesValue, note: z.string().optional() }))
      .addNode(
        'reply',
        ({ messages }) =>
          ({ messages: [{ role: 'ai', content: `heard ${messages.length}`, id: 'reply' }] }) as never,
      )
      .addNode('edit', () => ({ messages: [new HumanMessage({ id: 'first', content: 'edited' })] }))
      .addNode('forget', () => ({ messages: [new RemoveMessage({ id: 'reply' })] }) as never)
      .addEdge(START, 'reply')
      .addEdge('reply', 'edit')
      .addEdge('edit', 'forget'),
  [{ messages: [new HumanMessage({ id: 'first', content: 'hello' })] }],
)

sameRuns(
  'an Overwrite of a reduced value',
  ({ StateGraph }) =>
    new StateGraph(Schema)
      .addNode('a', () => ({ history: new Overwrite(['fresh']) as never }))
      .addEdge(START, 'a'),
  [{ name: 'ada', history: 'old' as never }],
)
