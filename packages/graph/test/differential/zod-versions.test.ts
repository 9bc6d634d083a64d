// States of zod 3, of zod 4 and of zod 4's small build: what they parse, what they refuse, and their JSON schemas.
import { withLangGraph } from '@langchain/langgraph/zod'
import {
  getConfigTypeSchema,
  getInputTypeSchema,
  getOutputTypeSchema,
  getStateTypeSchema,
  getUpdateTypeSchema,
} from '@langchain/langgraph/zod/schema'
import { Command, MemorySaver, Overwrite, Send, START } from '@langchain/langgraph'
import { describe } from 'vitest'
import { z as z3 } from 'zod/v3'
import { z as z4 } from 'zod/v4'
import * as mini from 'zod/v4-mini'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { untyped } from './harness/untyped.ts'

const thread = { configurable: { thread_id: 't' } }
const concat = (list: string[], more: string[]) => list.concat(more)

for (const [name, z] of Object.entries({ 'zod 3': z3 as unknown as typeof z4, 'zod 4': z4 })) {
  describe(`a state of ${name}`, () => {
    const State = z.object({
      text: z.string().min(2),
      count: z.number().default(1),
      upper: z
        .string()
        .transform((text) => text.toUpperCase())
        .optional(),
      even: z
        .number()
        .refine((n) => n % 2 === 0, 'must be even')
        .optional(),
      nested: z.object({ x: z.number(), y: z.string().optional() }).optional(),
      coerced: z.coerce.number().optional(),
      nothing: z.null().optional(),
      kind: z.enum(['a', 'b']).optional(),
      either: z.union([z.string(), z.number()]).optional(),
      caught: z.string().catch('caught').optional(),
      date: z.date().optional(),
      list: withLangGraph(z.array(z.string()).default(() => ['first']) as never, {
        reducer: { fn: concat as never },
      }),
    })
    const valid = { text: 'ok' }
    const one = (vocabulary: Vocabulary, update: unknown) =>
      untyped(vocabulary, State)
        .addNode('a', () => update)
        .addNode('seen', (state: object) => ({ upper: JSON.stringify(state) }))
        .addEdge(START, 'a')
        .addEdge('a', 'seen')

    const values: Record<string, unknown> = {
      'a default': {},
      'a transform': { upper: 'abc' },
      'a refinement that holds': { even: 2 },
      'a refinement that does not': { even: 3 },
      'a nested object': { nested: { x: 1, more: true } },
      'a nested object that does not fit': { nested: { x: '1' } },
      'a coerced number': { coerced: '12' },
      'a null': { nothing: null },
      'a choice': { kind: 'a' },
      'no choice': { kind: 'c' },
      'a union': { either: 1 },
      'no union': { either: [] },
      'a caught value': { caught: 7 },
      'a date': { date: new Date(0) },
      undefined: { upper: undefined, even: undefined },
      'a reduced list': { list: ['more'] },
      'no reduced list': { list: 'more' },
      'an overwritten list': { list: new Overwrite(['only']) },
      'a wrongly overwritten list': { list: new Overwrite('only') },
      'a short text': { text: 'x' },
      'an unknown key beside a known': { unknown: 1, even: 4 },
      'several that do not fit': { even: 3, kind: 'c', text: '' },
    }
    differential('parses input', async (vocabulary) => {
      const graph = one(vocabulary, {}).compile()
      return Promise.all(
        Object.entries(values).map(async ([label, value]) => [
          label,
          await outcomeOf(() => graph.invoke({ ...valid, ...(value as object) })),
        ]),
      )
    })
    differential('parses updates', (vocabulary) =>
      Promise.all(
        Object.entries(values).map(async ([label, value]) => [
          label,
          await outcomeOf(() => one(vocabulary, value).compile().invoke(valid)),
        ]),
      ),
    )
    for (const label of ['a transform', 'an overwritten list', 'several that do not fit']) {
      sameRuns(`keeps ${label}`, (vocabulary) => one(vocabulary, values[label]), [
        { ...valid, ...(values[label] as object) },
        valid,
      ])
    }
    sameRuns('as the update of a command that is the input', (vocabulary) => one(vocabulary, {}), [
      valid,
      new Command({ goto: 'a', update: { upper: 'abc', list: ['x'] } }),
      new Command({ goto: 'a', update: { even: 3 } }),
      new Command({
        goto: 'a',
        update: [
          ['upper', 'pairs'],
          ['list', ['y']],
        ],
      }),
      new Command({ update: { upper: 'no goto' } }),
    ])
    sameRuns(
      'as the update of a command that a node returns',
      (vocabulary) => one(vocabulary, new Command({ update: { upper: 'abc' } })),
      [valid],
    )
    sameRuns(
      'as the wrong update of a command that a node returns',
      (vocabulary) => one(vocabulary, new Command({ update: { even: 1 } })),
      [valid],
    )
    sameRuns(
      'sent inputs are not parsed',
      (vocabulary) =>
        untyped(vocabulary, State)
          .addNode('a', () => ({}))
          .addNode('b', (state: object) => ({ upper: JSON.stringify(state) }))
          .addEdge(START, 'a')
          .addConditionalEdges('a', () => [new Send('b', { even: 'odd', other: 1 })], ['b']),
      [valid],
    )

    differential('edits are parsed', async (vocabulary) => {
      const graph = one(vocabulary, { even: 2 }).compile({ checkpointer: new MemorySaver() })
      await graph.invoke(valid, thread)
      return [
        await outcomeOf(() => graph.updateState(thread, { upper: 'edited' }, 'a')),
        await outcomeOf(() => graph.updateState(thread, { even: 5 }, 'a')),
        await outcomeOf(() => graph.updateState(thread, { text: 1, list: 'x' })),
        await outcomeOf(() => graph.updateState(thread, { list: ['y'] })),
        await historyOf(graph, thread),
      ]
    })

    differential('what is no object, as input', async (vocabulary) => {
      const graph = one(vocabulary, {}).compile()
      const inputs = ['text', 7, [], true, new Date(0), new Map()]
      return Promise.all(inputs.map((input) => outcomeOf(() => graph.invoke(input))))
    })

    for (const [how, Shaped] of Object.entries({
      strict: z.object({ a: z.string().optional() }).strict(),
      loose: z.object({ a: z.string().optional() }).passthrough(),
      'with a catchall': z.object({ a: z.string().optional() }).catchall(z.number()),
    })) {
      sameRuns(
        `unknown keys of an object that is ${how}`,
        (vocabulary) =>
          untyped(vocabulary, Shaped)
            .addNode('x', () => ({ a: 'x', other: 'unknown' }))
            .addEdge(START, 'x'),
        [{ a: 'in' }, { a: 'in', other: 'y' }, { other: 1 }, {}],
      )
    }

    differential('what waits for an answer can not be parsed at once', async (vocabulary) => {
      const Late = z.object({
        slow: z
          .string()
          .refine(async (text) => text !== 'bad')
          .optional(),
        other: z.string().optional(),
      })
      const graph = untyped(vocabulary, Late)
        .addNode('a', ({ slow }: { slow?: string }) =>
          slow === undefined ? { slow: 'set' } : { other: 'x' },
        )
        .addEdge(START, 'a')
        .compile()
      return [
        await outcomeOf(() => graph.invoke({ slow: 'good' })),
        await outcomeOf(() => graph.invoke({ other: 'y' })),
        await outcomeOf(() => graph.invoke({})),
      ]
    })

    differential('objects with effects of their own', async (vocabulary) => {
      const refined = z.object({ a: z.number(), b: z.number() }).refine(({ a, b }) => a < b, 'a before b')
      const transformed = z.object({ a: z.number() }).transform(({ a }) => ({ a: a + 1 }))
      return Promise.all(
        [refined, transformed].map((schema) =>
          outcomeOf(async () => {
            const graph = untyped(vocabulary, schema)
              .addNode('x', () => ({ a: 9 }))
              .addEdge(START, 'x')
              .compile()
            return [
              await outcomeOf(() => graph.invoke({ a: 1, b: 2 })),
              await outcomeOf(() => graph.invoke({ a: 3, b: 2 })),
              await outcomeOf(() => graph.invoke({ a: 'x' })),
            ]
          }),
        ),
      )
    })

    sameRuns(
      'input, output and private schemas',
      (vocabulary) =>
        untyped(vocabulary, {
          state: State,
          input: z.object({ text: z.string().trim(), count: z.number().default(5) }),
          output: z.object({ upper: z.string().optional(), count: z.number() }),
        })
          .addNode('a', (state: object) => ({ upper: JSON.stringify(state), secret: 12 }))
          .addNode('b', (state: object) => ({ upper: JSON.stringify(state) }), {
            input: z.object({ secret: z.coerce.string(), text: z.string().max(1) }),
          })
          .addEdge(START, 'a')
          .addEdge('a', 'b'),
      [{ text: '  padded ' }, { text: 'x', count: 7, upper: 'dropped' }, { count: 'x' }, { text: 1 }],
    )

    differential('a context is checked, and given as it came', async (vocabulary) => {
      const context = z.object({ user: z.string().trim(), level: z.number().default(3) })
      const graphs = [
        untyped(vocabulary, State, { context }),
        untyped(vocabulary, State, context),
        untyped(vocabulary, { state: State, context }),
      ]
      return Promise.all(
        graphs.map(async (builder) => {
          const graph = builder
            .addNode(
              'a',
              (
                _state: unknown,
                { context: given, configurable }: { context: unknown; configurable: Record<string, unknown> },
              ) => ({
                upper: JSON.stringify([given, configurable?.['user'], configurable?.['level']]),
              }),
            )
            .addEdge(START, 'a')
            .compile()
          const run = (config: object) => outcomeOf(() => graph.invoke(valid, config))
          return [
            await run({ context: { user: ' ada ' } }),
            await run({ context: { user: 'ada', level: 4, more: 1 } }),
            await run({ context: { user: 1 } }),
            await run({ context: {} }),
            await run({}),
            await run({ configurable: { user: 'by config' } }),
            await run({ configurable: { user: 7 } }),
            await run({ context: { user: 'a' }, configurable: { user: 'b' } }),
            await outcomeOf(async () => {
              for await (const chunk of await graph.stream(valid, { context: { user: 2 } })) return chunk
              return undefined
            }),
          ]
        }),
      )
    })

    differential('JSON schemas of a graph', (vocabulary) => {
      const Described = z.object({
        text: z.string().describe('what to say'),
        messages: withLangGraph(z.array(z.string()).describe('the talk'), {
          reducer: { fn: concat, schema: z.union([z.string(), z.array(z.string())]) as never },
          jsonSchemaExtra: { langgraph_type: 'messages' },
        }),
        count: z.number().default(2),
        plain: withLangGraph(z.string().optional(), { jsonSchemaExtra: { langgraph_nodes: ['a'] } }),
      })
      const graphs = [
        untyped(vocabulary, Described, {
          context: z.object({ user: z.string(), level: z.number().default(3) }),
        }),
        untyped(vocabulary, {
          state: Described,
          input: z.object({ text: z.string() }),
          output: z.object({ count: z.number() }),
        }),
      ].map((builder) =>
        builder
          .addNode('a', () => ({}))
          .addEdge(START, 'a')
          .compile(),
      )
      return graphs.map((graph) =>
        [
          getStateTypeSchema,
          getUpdateTypeSchema,
          getInputTypeSchema,
          getOutputTypeSchema,
          getConfigTypeSchema,
        ].map((schemaOf) => schemaOf(graph)),
      )
    })

    sameRuns(
      'a graph of the same schema within it',
      (vocabulary) => {
        const inner = untyped(vocabulary, State)
          .addNode('x', ({ count }: { count: number }) => ({
            count: count + 1,
            upper: 'inner',
            list: ['inner'],
          }))
          .addEdge(START, 'x')
          .compile()
        return untyped(vocabulary, State)
          .addNode('inner', inner)
          .addNode('after', ({ count, upper }: { count: number; upper: string }) => ({
            upper: `${upper}${count}`,
          }))
          .addEdge(START, 'inner')
          .addEdge('inner', 'after')
      },
      [valid],
    )
  })
}

interface Plugin<Schema> {
  readonly langgraph: {
    reducer(fn: (a: string[], b: string[]) => string[], schema?: unknown): Schema
    metadata(extra: object): Schema
  }
}

sameRuns(
  'reducers and metadata by the methods that the plugin adds to schemas of zod 3',
  (vocabulary) => {
    const list = z3.array(z3.string()).default(() => ['first']) as unknown as Plugin<
      typeof z3.ZodType.prototype
    >
    const text = z3.string() as unknown as Plugin<typeof z3.ZodType.prototype>
    const State = z3.object({
      list: list.langgraph.reducer(
        concat,
        z3.union([z3.string().transform((item) => [item]), z3.array(z3.string())]),
      ),
      text: text.langgraph.metadata({ langgraph_type: 'prompt' }),
    })
    return untyped(vocabulary, State)
      .addNode('a', () => ({ list: 'one' }))
      .addNode('b', () => ({ list: ['two'], text: 5 }))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
  },
  [{ text: 'x' }, { list: 'y', text: 'z' }],
)

describe('a state of the small build of zod 4', () => {
  const State = mini.object({
    text: mini.string().check(mini.minLength(2)),
    count: mini._default(mini.number(), 1),
    upper: mini.optional(
      mini.pipe(
        mini.string(),
        mini.transform((text: string) => text.toUpperCase()),
      ),
    ),
    list: withLangGraph(mini._default(mini.array(mini.string()), () => ['first']) as never, {
      reducer: { fn: concat as never },
    }),
  })
  const builder = (vocabulary: Vocabulary) =>
    untyped(vocabulary, State)
      .addNode('a', ({ text, count }: { text: string; count: number }) => ({
        upper: `${text}${count}`,
        list: [text],
      }))
      .addEdge(START, 'a')

  sameRuns('parses input and updates', builder, [
    { text: 'ok' },
    { text: 'x' },
    { text: 'ok', count: 'x', list: 1 },
  ])

  differential('has JSON schemas', (vocabulary) => {
    const graph = builder(vocabulary).compile()
    return [getStateTypeSchema, getUpdateTypeSchema, getInputTypeSchema, getOutputTypeSchema].map(
      (schemaOf) => outcomeOf(() => schemaOf(graph)),
    )
  })
})

differential('a graph without a schema of zod has no JSON schemas', async (vocabulary) => {
  const { Annotation } = await import('@langchain/langgraph')
  const graph = untyped(vocabulary, Annotation.Root({ a: Annotation<string> }))
    .addNode('x', () => ({}))
    .addEdge(START, 'x')
    .compile()
  return [
    getStateTypeSchema,
    getUpdateTypeSchema,
    getInputTypeSchema,
    getOutputTypeSchema,
    getConfigTypeSchema,
  ]
    .map((schemaOf) => schemaOf(graph) ?? 'none')
    .concat(getStateTypeSchema(undefined) ?? 'none')
})
