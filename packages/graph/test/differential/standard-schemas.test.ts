// StateSchema over zod and over schemas of other libraries: input, output, private keys, contexts, JSON schemas.
import {
  getInputTypeSchema,
  getOutputTypeSchema,
  getStateTypeSchema,
  getUpdateTypeSchema,
} from '@langchain/langgraph/zod/schema'
import {
  Annotation,
  Command,
  MemorySaver,
  MessagesValue,
  Overwrite,
  ReducedValue,
  Send,
  START,
  StateSchema,
  UntrackedValue,
} from '@langchain/langgraph'
import { z as z3 } from 'zod/v3'
import { z } from 'zod/v4'
import { differential, sameRuns } from './harness/differential.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { untyped } from './harness/untyped.ts'

const thread = { configurable: { thread_id: 't' } }
type Answer = { value: unknown } | { issues: { message: string; path?: string[] }[] }

/** A schema that no library made: text of at most five characters, trimmed; empty by default. */
const short = (isLate: boolean) => {
  const answer = (value: unknown): Answer => {
    if (value === undefined) return { value: '' }
    if (typeof value !== 'string') return { issues: [{ message: 'not a text', path: ['text'] }] }
    return value.trim().length > 5 ? { issues: [{ message: 'too long' }] } : { value: value.trim() }
  }
  return {
    '~standard': {
      version: 1 as const,
      vendor: 'by hand',
      validate: (value: unknown) => (isLate ? Promise.resolve(answer(value)) : answer(value)),
      jsonSchema: {
        input: ({ target }: { target: string }) => ({ type: 'string', maxLength: 5, target }),
        output: () => ({ type: 'string' }),
      },
    },
  } as never
}

for (const isLate of [false, true]) {
  const State = () =>
    new StateSchema({
      text: short(isLate),
      list: new ReducedValue(
        z.array(z.string()).default(() => ['first']),
        {
          inputSchema: short(isLate),
          reducer: (list: string[], item: string) => [...list, item],
        },
      ),
      sum: new ReducedValue(z.number(), { reducer: (a: number, b: number) => a + b }),
      scratch: new UntrackedValue(short(isLate)),
      open: new UntrackedValue(),
    } as never)
  const when = isLate ? 'later' : 'at once'

  sameRuns(
    `a schema that answers ${when}`,
    (vocabulary) =>
      untyped(vocabulary, State())
        .addNode('a', (state: object) => ({ list: ' a ', sum: 2, scratch: ' s ', open: Object.keys(state) }))
        .addNode(
          'b',
          ({ scratch, open }: { scratch: string; open: string[] }) =>
            new Command({ update: { text: `${scratch}!`, list: `${open.length}` } }),
        )
        .addNode('c', () => ({ list: new Overwrite(['only']) }))
        .addEdge(START, 'a')
        .addEdge('a', 'b')
        .addEdge('b', 'c'),
    [{ text: ' in ' }, { list: 'x', sum: 1 }, { text: 'far too long' }, {}],
  )

  differential(`what does not fit a schema that answers ${when}`, async (vocabulary) => {
    const updates = [
      { text: 5 },
      { list: 'far too long' },
      { sum: 'x' },
      { scratch: 1 },
      { list: new Overwrite('x') },
      { list: new Overwrite([1]) },
      { unknown: 1, text: 'ok' },
      { text: undefined },
    ]
    const wrongs = await Promise.all(
      updates.map((update) =>
        outcomeOf(() =>
          untyped(vocabulary, State())
            .addNode('a', () => update)
            .addEdge(START, 'a')
            .compile()
            .invoke({ text: 'x' }),
        ),
      ),
    )
    const graph = untyped(vocabulary, State())
      .addNode('a', () => ({}))
      .addEdge(START, 'a')
      .compile({ checkpointer: new MemorySaver() })
    const inputs = [
      ...updates,
      new Command({ goto: 'a', update: { text: 5 } }),
      new Command({ goto: 'a', update: [['text', ' p ']] }),
      'text',
      7,
      [],
    ]
    const refused: unknown[] = []
    for (const [index, input] of inputs.entries())
      refused.push(await outcomeOf(() => graph.invoke(input, { configurable: { thread_id: `t${index}` } })))
    await graph.invoke({ text: 'ok' }, thread)
    const edits = [
      await outcomeOf(() => graph.updateState(thread, { text: 'far too long' })),
      await outcomeOf(() => graph.updateState(thread, { list: ' y ', sum: 3 }, 'a')),
    ]
    return { wrongs, refused, edits, history: await historyOf(graph, thread) }
  })
}

sameRuns(
  'input, output and private keys by StateSchema',
  (vocabulary) =>
    untyped(vocabulary, {
      state: new StateSchema({
        q: z.string(),
        a: z.string().optional(),
        log: z.array(z.string()).default(() => []),
      }),
      input: new StateSchema({ q: z.string().trim() }),
      output: new StateSchema({ a: z.string() }),
    })
      .addNode('think', (state: object) => ({ a: JSON.stringify(state), secret: 'hidden' }))
      .addNode('reply', (state: object) => ({ a: JSON.stringify(state) }), {
        input: new StateSchema({ secret: z.string().max(2), a: z.string() }),
      })
      .addEdge(START, 'think')
      .addEdge('think', 'reply'),
  [{ q: '  why ' }, { q: 'x', a: 'dropped' }, { q: 1 }, { a: 'no q' }],
)

sameRuns(
  'input, output and state of different kinds',
  (vocabulary) =>
    untyped(vocabulary, {
      state: Annotation.Root({ q: Annotation<string>, a: Annotation<string>, n: Annotation<number> }),
      input: z.object({ q: z.string().trim(), n: z.number().default(4) }),
      output: new StateSchema({ a: z.string().max(1), n: z.number() }),
    })
      .addNode('think', (state: object) => ({ a: JSON.stringify(state) }))
      .addNode('reply', (state: object) => ({ a: JSON.stringify(state) }), {
        input: z3.object({ a: z3.string() }),
      })
      .addEdge(START, 'think')
      .addEdge('think', 'reply'),
  [{ q: '  why ' }, { q: 'x', n: 2, a: 'dropped' }, { q: 1 }],
)

sameRuns(
  'an input of Annotation.Root beside a state of zod is checked by that',
  (vocabulary) =>
    untyped(vocabulary, {
      state: z.object({ q: z.string(), a: z.string().optional() }),
      input: Annotation.Root({ q: Annotation<string> }),
    })
      .addNode('think', (state: object) => ({ a: JSON.stringify(state) }))
      .addEdge(START, 'think'),
  [{ q: 'x' }, { q: 1 }, { q: 'y', a: 2 }],
)

differential('two writes of one step to an untracked value', async (vocabulary) => {
  const run = (guard: boolean) =>
    outcomeOf(() =>
      untyped(
        vocabulary,
        new StateSchema({ n: z.number().optional(), u: new UntrackedValue(z.string(), { guard }) }),
      )
        .addNode('a', () => ({ u: 'a' }))
        .addNode('b', () => ({ u: 'b' }))
        .addNode('c', ({ u }: { u: string }) => ({ n: u.length, u: `${u}c` }))
        .addEdge(START, 'a')
        .addEdge(START, 'b')
        .addEdge(['a', 'b'], 'c')
        .compile()
        .invoke({ n: 0 }),
    )
  return [await run(true), await run(false)]
})

differential('a field that is no schema', (vocabulary) =>
  Promise.all(
    [{ n: 'text' }, { n: null }, { n: () => 1 }, { n: Annotation<number> }, {}].map((fields) =>
      outcomeOf(() => Object.keys(untyped(vocabulary, new StateSchema(fields as never)).channels)),
    ),
  ),
)

differential('JSON schemas of a StateSchema', (vocabulary) => {
  const State = new StateSchema({
    text: short(false),
    size: z.number().default(2),
    list: new ReducedValue(
      z.array(z.string()).default(() => []),
      {
        inputSchema: z.string(),
        reducer: (list: string[], item: string) => [...list, item],
        jsonSchemaExtra: { title: 'the list' },
      },
    ),
    messages: MessagesValue,
    scratch: new UntrackedValue(z.boolean()),
    open: new UntrackedValue(),
  })
  const graphs = [
    untyped(vocabulary, State),
    untyped(vocabulary, {
      state: State,
      input: new StateSchema({ text: z.string() }),
      output: new StateSchema({ size: z.number() }),
    }),
  ].map((builder) =>
    builder
      .addNode('a', () => ({}))
      .addEdge(START, 'a')
      .compile(),
  )
  return graphs.map((graph) =>
    [getStateTypeSchema, getUpdateTypeSchema, getInputTypeSchema, getOutputTypeSchema].map((schemaOf) =>
      schemaOf(graph),
    ),
  )
})

differential('a context of another library is not checked', async (vocabulary) => {
  const graph = untyped(vocabulary, new StateSchema({ seen: z.string().optional() }), {
    context: short(false),
  })
    .addNode('a', (_state: object, { context }: { context: unknown }) => ({
      seen: JSON.stringify(context ?? 'none'),
    }))
    .addEdge(START, 'a')
    .compile()
  return [
    await outcomeOf(() => graph.invoke({}, { context: 7 })),
    await outcomeOf(() => graph.invoke({}, { context: { user: 'ada' } })),
    await outcomeOf(() => graph.invoke({})),
  ]
})

differential('a context of Annotation.Root is not checked', async (vocabulary) => {
  const Context = Annotation.Root({ user: Annotation<string> })
  const graphs = [
    untyped(vocabulary, new StateSchema({ seen: z.string().optional() }), Context),
    untyped(vocabulary, { state: new StateSchema({ seen: z.string().optional() }), context: Context }),
  ]
  return Promise.all(
    graphs.map((builder) =>
      outcomeOf(() =>
        builder
          .addNode('a', (_state: object, { context }: { context: unknown }) => ({
            seen: JSON.stringify(context),
          }))
          .addEdge(START, 'a')
          .compile()
          .invoke({ seen: 'x' }, { context: { user: 7 } }),
      ),
    ),
  )
})

sameRuns(
  'defaults of a StateSchema are shared by what writes to them',
  (vocabulary) =>
    untyped(
      vocabulary,
      new StateSchema({
        tags: z.array(z.string()).default(() => ['made']),
        settings: z
          .object({ deep: z.object({ on: z.boolean().default(true) }).default({ on: true }) })
          .default({ deep: { on: false } }),
        maybe: z.string().optional(),
        nullable: z.string().nullable().default(null),
      }),
    )
      .addNode('a', (state: { tags: string[] }) => ({
        maybe: JSON.stringify(state),
        tags: [...state.tags, 'a'],
      }))
      .addNode('b', () => ({ settings: { deep: {} }, nullable: null }))
      .addConditionalEdges(START, () => [new Send('a', { tags: ['sent'] }), 'b'], ['a', 'b']),
  [{}, { maybe: 'x' }],
)

sameRuns(
  'a graph of another schema within, and of none',
  (vocabulary) => {
    const strict = untyped(vocabulary, new StateSchema({ text: z.string().max(3), n: z.number().default(0) }))
      .addNode('x', ({ n }: { n: number }) => ({ n: n + 1, text: 'in' }))
      .addEdge(START, 'x')
      .compile()
    return untyped(vocabulary, new StateSchema({ text: z.string(), n: z.number().optional() }))
      .addNode('child', strict)
      .addNode('long', () => ({ text: 'far too long' }))
      .addNode('again', strict)
      .addEdge(START, 'child')
      .addEdge('child', 'long')
      .addEdge('long', 'again')
  },
  [{ text: 'abc' }, { text: 'abcd' }],
)
