import {
  Command,
  MessagesAnnotation,
  MessagesZodState,
  MessagesZodMeta,
  Overwrite,
  START,
} from '@langchain/langgraph'
import { registry } from '@langchain/langgraph/zod'
import { HumanMessage } from '@langchain/core/messages'
import { z } from 'zod/v4'
import { differential, sameRuns } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'

const Order = z.object({
  name: z.string().min(2),
  count: z.number().int().positive().default(1),
  upper: z
    .string()
    .transform((text) => text.toUpperCase())
    .optional(),
  list: z
    .array(z.string())
    .register(registry, { reducer: { fn: (a: string[], b: string[]) => a.concat(b) }, default: () => [] }),
})

sameRuns(
  'defaults and transforms of a zod state apply to input and to updates',
  ({ StateGraph }) =>
    new StateGraph(Order)
      .addNode('a', (state) => ({ upper: `${state.upper ?? 'none'} x${state.count}`, list: [state.name] }))
      .addNode('b', (state) => new Command({ update: { list: [state.upper ?? ''], count: state.count + 1 } }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [
    { name: 'tea', upper: 'abc' },
    { name: 'coffee', count: 3, list: ['in'] },
  ],
)

differential('an input that does not fit a zod state is an error', async ({ StateGraph }) => {
  const graph = new StateGraph(Order)
    .addNode('a', () => ({}))
    .addEdge(START, 'a')
    .compile()
  return [
    await outcomeOf(() => graph.invoke({ name: 'x' })),
    await outcomeOf(() => graph.invoke({ name: 'ok', count: -1 })),
    await outcomeOf(() => graph.invoke({ name: 'ok', count: 'many' as never })),
    await outcomeOf(() => graph.invoke({})),
    await outcomeOf(() => graph.invoke({ name: 'ok', extra: true } as never)),
  ]
})

sameRuns(
  'an update that does not fit a zod state fails its node',
  ({ StateGraph }) => new StateGraph(Order).addNode('a', () => ({ count: 0.5 })).addEdge(START, 'a'),
  [{ name: 'tea' }],
)

sameRuns(
  'an Overwrite is parsed as a value, other writes as updates',
  ({ StateGraph }) =>
    new StateGraph(Order)
      .addNode('a', () => ({ list: new Overwrite(['fresh']) as never, name: 'new' }))
      .addNode('b', () => ({ list: new Overwrite(7) as never }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ name: 'tea', list: ['old'] }],
)

const Reduced = z.object({
  total: z.number().register(registry, {
    reducer: {
      schema: z.union([z.number(), z.string().transform(Number)]),
      fn: (a: number, b: number) => a + b,
    },
    default: () => 0,
  } as never),
})

sameRuns(
  'a reducer with an input schema of its own parses what nodes write',
  ({ StateGraph }) =>
    new StateGraph(Reduced)
      .addNode('a', () => ({ total: '5' as never }))
      .addNode('b', () => ({ total: 2 }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ total: '1' as never }, {}],
)

sameRuns(
  'messages in a zod state',
  ({ StateGraph }) =>
    new StateGraph(MessagesZodState as unknown as typeof MessagesAnnotation)
      .addNode('reply', ({ messages }) => ({
        messages: [{ role: 'assistant', content: `heard ${messages.length}` }],
      }))
      .addEdge(START, 'reply'),
  [{ messages: [new HumanMessage('hi')] }, { messages: 'again' as never }],
)

sameRuns(
  'a refinement over an optional key',
  ({ StateGraph }) =>
    new StateGraph(
      z.object({
        even: z
          .number()
          .refine((n) => n % 2 === 0, 'must be even')
          .optional(),
        done: z.boolean().optional(),
      }),
    )
      .addNode('a', ({ even }) => ({ done: true, even: (even ?? 0) + 2 }))
      .addNode('b', ({ even }) => ({ even: (even ?? 0) + 1 }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ even: 2 }],
)

differential('the meta of a messages key', async ({ StateGraph }) => {
  const graph = new StateGraph(
    z.object({ messages: z.custom<never>().register(registry, MessagesZodMeta as never) }),
  )
    .addNode('a', () => ({ messages: [{ role: 'ai', content: 'yes' }] as never }))
    .addEdge(START, 'a')
    .compile()
  return graph.invoke({ messages: [{ role: 'user', content: 'no' }] as never })
})

sameRuns(
  'input and output schemas of zod',
  ({ StateGraph }) =>
    new StateGraph({
      state: z.object({ q: z.string(), a: z.string().optional(), hidden: z.number().default(3) }),
      input: z.object({ q: z.string().trim() }),
      output: z.object({ a: z.string().optional() }),
    } as never)
      .addNode(
        'reply' as never,
        ((state: { q: string; hidden: number }) => ({ a: `${state.q}/${state.hidden}` })) as never,
      )
      .addEdge(START, 'reply' as never),
  [{ q: '  why ', hidden: 9 }],
)
