import { RunnableLambda } from '@langchain/core/runnables'
import { Annotation, Command, END, LastValue, Send, START } from '@langchain/langgraph'
import { vi } from 'vitest'
import { z } from 'zod'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'
import { untyped } from './harness/untyped.ts'

const ofLog = (vocabulary: Vocabulary) => untyped(vocabulary, Log)
const a = (vocabulary: Vocabulary) => ofLog(vocabulary).addNode('a', noting('a'))
const ab = (vocabulary: Vocabulary) => a(vocabulary).addNode('b', noting('b'))

/** Each mistake is made on a builder of its own. */
function mistakes(name: string, cases: Record<string, (vocabulary: Vocabulary) => unknown>): void {
  differential(name, async (vocabulary) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(cases).map(async ([label, make]) => {
          const outcome = await outcomeOf(() => make(vocabulary))
          return [
            label,
            'error' in outcome
              ? [outcome.error, String(outcome.error), (outcome.error as Error).constructor.name]
              : 'no error',
          ]
        }),
      ),
    ),
  )
}

mistakes('what is no state is refused', {
  nothing: (v) => untyped(v),
  null: (v) => untyped(v, null),
  text: (v) => untyped(v, 'state'),
  number: (v) => untyped(v, 1),
  list: (v) => untyped(v, []),
  'an empty object': (v) => untyped(v, {}),
  'a function': (v) => untyped(v, () => ({})),
  'a zod value that is no object': (v) => untyped(v, z.string()),
  'an empty state in one object': (v) => untyped(v, { state: undefined }),
  'an input that is no schema': (v) => untyped(v, { state: Log, input: 'x' }),
  'an output that is no schema': (v) => untyped(v, { state: Log, output: 1 }),
  'an input whose channel is of another kind': (v) =>
    untyped(v, {
      state: Log,
      input: Annotation.Root({ log: Annotation<string>({ reducer: (x, y) => x + y, default: () => '' }) }),
    }),
  'an input with a plain channel of that name': (v) =>
    untyped(v, { state: Log, input: Annotation.Root({ log: Annotation<string[]> }) }),
  channels: (v) => untyped(v, { channels: { n: null } }),
  'channels with an unknown key': (v) => untyped(v, { channels: { n: { nothing: 1 } } }),
  'a key that every object has': (v) =>
    untyped(v, Annotation.Root({ toString: Annotation<string> } as never)),
  'channels of channels': (v) => untyped(v, { n: new LastValue() }),
})

mistakes('nodes that can not be added', {
  'the start': (v) => ofLog(v).addNode(START, noting('a')),
  'the end': (v) => ofLog(v).addNode(END, noting('a')),
  twice: (v) => a(v).addNode('a', noting('a')),
  'twice in a map': (v) => a(v).addNode({ a: noting('a') }),
  'a key of the state': (v) => ofLog(v).addNode('log', noting('a')),
  'with a bar': (v) => ofLog(v).addNode('a|b', noting('a')),
  'with a colon': (v) => ofLog(v).addNode('a:b', noting('a')),
  'with both': (v) => ofLog(v).addNode('a:|b', noting('a')),
  'of a schema that has its channel otherwise': (v) =>
    ofLog(v).addNode('a', noting('a'), {
      input: Annotation.Root({ log: Annotation<string>({ reducer: (x, y) => x + y, default: () => '' }) }),
    }),
  'with a private key as name': (v) =>
    ofLog(v)
      .addNode('a', noting('a'), { input: Annotation.Root({ secret: Annotation<string> }) })
      .addNode('secret', noting('a')),
  'with an input that is no schema': (v) => ofLog(v).addNode('a', noting('a'), { input: 'x' }),
  'no function': (v) => ofLog(v).addNode('a'),
  null: (v) => ofLog(v).addNode('a', null),
  text: (v) => ofLog(v).addNode('a', 'text'),
  number: (v) => ofLog(v).addNode('a', 1),
  'none in a map': (v) => ofLog(v).addNode({}),
  'none in a list': (v) => ofLog(v).addNode([]),
  'an object of functions': (v) => ofLog(v).addNode('a', { log: () => ['x'] }),
  'a negative timeout': (v) => ofLog(v).addNode('a', noting('a'), { timeout: -1 }),
  'a timeout of nothing': (v) => ofLog(v).addNode('a', noting('a'), { timeout: {} }),
  'a timeout of text': (v) => ofLog(v).addNode('a', noting('a'), { timeout: 'soon' }),
  'an empty sequence': (v) => ofLog(v).addSequence([]),
  'an empty sequence by a map': (v) => ofLog(v).addSequence({}),
  'a sequence with a name twice': (v) =>
    ofLog(v).addSequence([
      ['a', noting('a')],
      ['a', noting('a')],
    ]),
  'a sequence with a name that is there': (v) => a(v).addSequence([['a', noting('a')]]),
  'a handler whose name is taken': (v) =>
    ofLog(v)
      .addNode('__error_handler__a', noting('a'))
      .addNode('a', noting('a'), { errorHandler: () => ({}) }),
  'a name that every object has': (v) => ofLog(v).addNode('toString', noting('a')),
  'an empty name': (v) => ofLog(v).addNode('', noting('a')),
})

mistakes('edges that can not be added', {
  'from the end': (v) => a(v).addEdge(END, 'a'),
  'to the start': (v) => a(v).addEdge('a', START),
  'from a list with the end': (v) => ab(v).addEdge(['a', END], 'b'),
  'from a list with the start': (v) => ab(v).addEdge([START, 'a'], 'b'),
  'from a list with a stranger': (v) => ab(v).addEdge(['a', 'x'], 'b'),
  'from a list to the end': (v) => ab(v).addEdge(['a', 'b'], END),
  'from a list to a stranger': (v) => ab(v).addEdge(['a', 'b'], 'x'),
  'from an empty list': (v) => ab(v).addEdge([], 'a'),
  'the same condition twice': (v) => {
    const route = () => 'b'
    return ab(v).addConditionalEdges('a', route).addConditionalEdges('a', route)
  },
  'two conditions without names': (v) =>
    ab(v)
      .addConditionalEdges('a', () => 'b')
      .addConditionalEdges('a', () => END),
  'two conditions without names as objects': (v) =>
    ab(v)
      .addConditionalEdges({ source: 'a', path: RunnableLambda.from(() => 'b') })
      .addConditionalEdges({ source: 'a', path: RunnableLambda.from(() => END) }),
  'a condition that is no function': (v) => ab(v).addConditionalEdges('a', 'b'),
  'no condition': (v) => ab(v).addConditionalEdges('a'),
  'entry and finish': (v) => a(v).setEntryPoint('a').setFinishPoint('a').compile(),
})

mistakes('graphs that can not be compiled', {
  'an edge to a stranger': (v) => a(v).addEdge(START, 'a').addEdge('a', 'x').compile(),
  'an edge from a stranger': (v) => a(v).addEdge(START, 'a').addEdge('x', 'a').compile(),
  'a stranger only': (v) => ofLog(v).addEdge(START, 'a').compile(),
  'a condition from a stranger': (v) =>
    a(v)
      .addEdge(START, 'a')
      .addConditionalEdges('x', () => 'a')
      .compile(),
  'a condition to a stranger': (v) =>
    a(v)
      .addEdge(START, 'a')
      .addConditionalEdges('a', () => 'x', ['x'])
      .compile(),
  'ends that are strangers': (v) =>
    ofLog(v)
      .addNode('a', noting('a'), { ends: ['x'] })
      .addEdge(START, 'a')
      .compile(),
  'a node that nothing leads to': (v) => ab(v).addEdge(START, 'a').compile(),
  'a node that only itself leads to': (v) =>
    ab(v)
      .addEdge(START, 'a')
      .addConditionalEdges('b', () => 'b')
      .compile(),
  'a node that only its loop leads to': (v) => ab(v).addEdge(START, 'a').addEdge('b', 'b').compile(),
  'no edge from the start': (v) => ab(v).addEdge('a', 'b').addEdge('b', 'a').compile(),
  'no nodes': (v) => ofLog(v).compile(),
  'no nodes, and an edge from start to end': (v) => ofLog(v).addEdge(START, END).compile(),
  'no nodes, run': (v) => ofLog(v).addEdge(START, END).compile().invoke({}),
  'a breakpoint before a stranger': (v) =>
    a(v)
      .addEdge(START, 'a')
      .compile({ interruptBefore: ['x'] }),
  'a breakpoint after a stranger': (v) =>
    a(v)
      .addEdge(START, 'a')
      .compile({ interruptAfter: ['a', 'x'] }),
  'a reserved name': (v) =>
    ofLog(v).addNode('__interrupt__', noting('a')).addEdge(START, '__interrupt__').compile(),
  'a breakpoint at all': (v) => a(v).addEdge(START, 'a').compile({ interruptAfter: '*' }),
  'a breakpoint at the start': (v) =>
    a(v)
      .addEdge(START, 'a')
      .compile({ interruptBefore: [START] }),
  'a default handler whose name is taken': (v) =>
    ofLog(v)
      .addNode('__default_error_handler__', noting('a'))
      .addEdge(START, '__default_error_handler__')
      .setNodeDefaults({ errorHandler: () => ({}) })
      .compile(),
  'a valid graph, validated': (v) => a(v).addEdge(START, 'a').validate(),
  'validate with a stranger': (v) => a(v).addEdge(START, 'a').validate(['x']),
  'validate an unreachable node': (v) => ab(v).addEdge(START, 'a').validate(),
  'validate an edge to a stranger': (v) => a(v).addEdge(START, 'x').addEdge(START, 'a').validate(),
  'a default timeout that is negative': (v) => a(v).setNodeDefaults({ timeout: -5 }),
})

differential('what a builder holds', ({ StateGraph }) => {
  const Private = Annotation.Root({ secret: Annotation<string> })
  const builder = new StateGraph({ state: Counter, input: Log, output: Log })
    .addNode('a', noting('a'), {
      metadata: { team: 'x' },
      retryPolicy: { maxAttempts: 3 },
      cachePolicy: true,
      timeout: 100,
      ends: ['a'],
      defer: true,
    })
    .addNode('b', () => ({}), { input: Private, cachePolicy: false, errorHandler: () => ({}) })
    .addNode({ c: RunnableLambda.from(() => ({})), d: noting('d') })
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge(['a', 'b'], 'c')
    .addConditionalEdges('c', () => 'd', { left: 'd', right: END })
    .addConditionalEdges(
      'c',
      Object.assign(
        RunnableLambda.from(() => 'd'),
        { name: 'named' },
      ),
    )
  const fields = (graph: typeof builder) => ({
    nodes: Object.entries(graph.nodes).map(([name, spec]) => [
      name,
      { ...(spec as object), runnable: kindOf(spec) },
    ]),
    edges: [...graph.edges],
    waitingEdges: [...graph.waitingEdges],
    allEdges: [...graph.allEdges],
    branches: Object.entries(graph.branches).map(([from, branches]) => [
      from,
      Object.entries(branches).map(([name, { ends, path }]) => [name, ends, path.getName()]),
    ]),
    channels: Object.entries(graph.channels).map(([key, channel]) => [key, channel.lc_graph_name]),
    isCompiled: graph.compiled,
  })
  const before = fields(builder)
  const compiled = builder.compile()
  return {
    before,
    after: fields(builder),
    isItsBuilder: (compiled.builder as unknown) === builder,
    channels: Object.entries(compiled.channels).map(([key, channel]) => [key, channel.lc_graph_name]),
    nodes: Object.entries(compiled.nodes).map(([name, { triggers, channels, metadata, tags }]) => [
      name,
      { triggers, channels, metadata, tags },
    ]),
    outputs: compiled.outputChannels,
    streams: compiled.streamChannels,
    inputs: compiled.inputChannels,
    mode: compiled.streamMode,
    isGraph: compiled.lg_is_pregel,
  }
})

function kindOf({
  runnable,
}: {
  runnable: { getName(): string; trace?: boolean; recurse?: boolean }
}): unknown {
  return [runnable.constructor.name, runnable.getName(), runnable.trace, runnable.recurse]
}

differential(
  'a builder goes on after it was compiled, and says that the graph does not',
  async ({ StateGraph }) => {
    const warnings: unknown[] = []
    const warn = vi.spyOn(console, 'warn').mockImplementation((...words) => void warnings.push(words))
    try {
      const builder = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a')
      const first = builder.compile({ name: 'first', description: 'one node' })
      const more = builder.addNode('b', noting('b')).addNode('c', noting('c')).addEdge('a', 'b')
      more
        .addEdge(['a', 'b'], 'c')
        .addConditionalEdges('c', () => END)
        .setFinishPoint('c')
      const second = more.compile({ name: 'second' })
      return {
        warnings,
        first: [first.name, first.description, first.getName(), await first.invoke({})],
        second: [second.name, second.description, second.getName(), await second.invoke({})],
        unnamed: more.compile().getName(),
      }
    } finally {
      warn.mockRestore()
    }
  },
)

const Joined = Annotation.Root({ ...Log.spec, left: Annotation<string>, right: Annotation<string> })

sameRuns(
  'a node that is an object of runnables gives an object of what they give',
  (vocabulary) =>
    untyped(vocabulary, Joined)
      .addNode('both', {
        left: () => 'l',
        right: RunnableLambda.from(({ log }: { log: string[] }) => `r${log.length}`),
      })
      .addEdge(START, 'both'),
  [{ log: ['in'] }],
)

sameRuns(
  'a node that returns a runnable has it run with the same input',
  (vocabulary) =>
    untyped(vocabulary, Log)
      .addNode('a', () =>
        RunnableLambda.from(({ log }: typeof Log.State) => ({ log: [`ran after ${log.length}`] })),
      )
      .addNode(
        'b',
        async () => RunnableLambda.from(() => new Command({ goto: 'c', update: { log: ['b'] } })),
        {
          ends: ['c'],
        },
      )
      .addNode(
        'c',
        RunnableLambda.from(() => RunnableLambda.from(() => ({ log: ['c'] }))),
      )
      .addNode('graph', () =>
        new vocabulary.StateGraph(Log).addNode('x', noting('x')).addEdge(START, 'x').compile(),
      )
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('c', 'graph'),
  [{ log: ['in'] }],
)

const returns: Record<string, unknown> = {
  nothing: undefined,
  null: null,
  false: false,
  zero: 0,
  'an empty text': '',
  'an empty object': {},
  'a text': 'text',
  'a number': 1,
  true: true,
  'a list': [1],
  'an empty list': [],
  'a list of updates': [{ log: ['x'] }],
  'a list with a command': [{ log: ['update'] }, new Command({ update: { log: ['command'] } }), null],
  'a list with a command and a text': [new Command({ update: { log: ['command'] } }), 'text'],
  'a list with a send': [new Send('b', {})],
  'a send': new Send('b', { log: ['sent'] }),
  'a command without anything': new Command({}),
  'a command with pairs': new Command({
    update: [
      ['log', ['one']],
      ['log', ['two']],
    ],
  }),
  'a command with unknown pairs': new Command({
    update: [
      ['nothing', 1],
      ['log', ['one']],
    ],
  }),
  'an instance of a class': new (class Update {
    log = ['of a class']
  })(),
  'a map': new Map([['log', ['in a map']]]),
  'an undefined key': { log: undefined },
  'a date': new Date(0),
}
for (const [label, returned] of Object.entries(returns)) {
  sameRuns(
    `a node that returns ${label}`,
    (vocabulary) =>
      untyped(vocabulary, Annotation.Root({ ...Log.spec, n: Annotation<number> }))
        .addNode('a', () => returned, { ends: ['b'] })
        .addNode('b', noting('b'))
        .addEdge(START, 'a'),
    [{ log: ['in'] }],
  )
}

sameRuns(
  'a router sees what its own task wrote, and not what a sibling wrote',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('a', () => ({ log: ['a'], n: 1 }))
      .addNode('b', () => ({ log: ['b'] }))
      .addNode('end', noting('end'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addConditionalEdges('a', (state) => new Send('end', { log: [JSON.stringify(state)] }), ['end'])
      .addConditionalEdges('b', (state) => new Send('end', { log: [JSON.stringify(state)] }), ['end']),
  [{ log: ['in'] }],
)

const reserved = [
  '__error__',
  '__resume__',
  '__no_writes__',
  '__return__',
  '__pregel_push',
  '__self__',
  '__input__',
  '__copy__',
]
for (const name of reserved) {
  sameRuns(
    `a node named ${name}`,
    (vocabulary) =>
      untyped(vocabulary, Log)
        .addNode(name, noting(name))
        .addEdge(START, name)
        .addNode('b', noting('b'))
        .addEdge(name, 'b'),
    [{ log: ['in'] }],
  )
}
