// Every form of a command: returned by a node, given as input, and sent to the graph around a nested one.
import { Command, END, MemorySaver, Overwrite, START, Send, interrupt } from '@langchain/langgraph'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { nestedRuns } from './harness/nested.ts'
import type { Pair } from './harness/nesting.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { thread } from './harness/same-thread.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'
import { untyped } from './harness/untyped.ts'

const around = (vocabulary: Vocabulary, body: unknown) =>
  untyped(vocabulary, Log)
    .addNode('a', body, { ends: ['a', 'b', 'c', END] })
    .addNode('b', noting('b'))
    .addNode('c', noting('c'))
    .addEdge(START, 'a')

const returned: Readonly<Record<string, (state: typeof Log.State) => unknown>> = {
  'to a node': () => new Command({ goto: 'b' }),
  'to the same node twice': () => new Command({ goto: ['b', 'b'] }),
  'to itself, once': ({ log }) =>
    new Command({ goto: log.length < 2 ? 'a' : 'b', update: { log: ['again'] } }),
  'to the end, with an update': () => new Command({ goto: END, update: { log: ['x'] } }),
  'to nowhere': () => new Command({ goto: [], update: { log: ['x'] } }),
  'to one task that is sent': () => new Command({ goto: new Send('b', { log: ['sent'] }) }),
  'to nodes and tasks that are sent': () =>
    new Command({ goto: ['c', new Send('b', { log: ['s'] }), new Send('b', { log: ['s', 't'] })] }),
  'with no pairs': () => new Command({ update: [], goto: 'b' }),
  'with an empty update': () => new Command({ update: {}, goto: 'b' }),
  'with null for an update': () => new Command({ update: null as never, goto: 'b' }),
  'with a text for an update': () => new Command({ update: 'text' as never, goto: 'b' }),
  'with a replacement': () => new Command({ update: { log: new Overwrite(['new']) as never }, goto: 'b' }),
  'with an answer, which nobody asked for': () =>
    new Command({ resume: 5, goto: 'b', update: { log: ['r'] } }),
  'in a list with an update': () => [
    { log: ['plain'] },
    new Command({ goto: 'c', update: { log: ['two'] } }),
  ],
  'in a list with nothing': () => [null, new Command({ goto: 'b' })],
  'for a graph of another name': () => new Command({ graph: 'other', goto: 'b' }),
  'as a plain object': () => ({ lg_name: 'Command', goto: 'b', update: { log: ['plain'] } }),
  'as JSON': () => new Command({ goto: 'b', update: { log: ['json'] } }).toJSON(),
  'which is a send, alone': () => new Send('b', { log: ['sent'] }),
}

for (const [form, body] of Object.entries(returned))
  sameRuns(`a command ${form}`, (vocabulary) => around(vocabulary, body), [{ log: ['in'] }])

const given: Readonly<Record<string, unknown>> = {
  'to a node': new Command({ goto: 'b' }),
  'to nodes': new Command({ goto: ['b', 'c'] }),
  'to the end': new Command({ goto: END }),
  'to a task that is sent': new Command({ goto: new Send('b', { log: ['sent'] }) }),
  'with an update': new Command({ update: { log: ['updated'] } }),
  'with pairs': new Command({
    update: [
      ['log', ['one']],
      ['log', ['two']],
    ],
  }),
  'with an update and a node': new Command({ update: { log: ['updated'] }, goto: 'c' }),
  'with a replacement': new Command({ update: { log: new Overwrite(['new']) as never } }),
  'with a text for an update': new Command({ update: 'text' as never }),
  'for a graph of another name': new Command({ graph: 'other', goto: 'b' }),
  'as a plain object': { lg_name: 'Command', goto: 'b' },
}

for (const [form, command] of Object.entries(given)) {
  const build = (vocabulary: Vocabulary) => around(vocabulary, noting('a')).addEdge('a', 'b')
  sameRuns(`the first input is a command ${form}`, build, [command])
  sameRuns(`a thread that has ended gets a command ${form}`, build, [{ log: ['in'] }, command, null])
  sameRuns(`a thread at a breakpoint gets a command ${form}`, build, {
    inputs: [{ log: ['in'] }, command, null],
    compile: { interruptBefore: ['b'] },
  })
}

differential('commands for a state that is one value', async (vocabulary) => {
  const saver = new MemorySaver()
  const list = { reducer: (all: string[], more: string[]) => all.concat(more), default: () => [] }
  const graph = untyped(vocabulary, { channels: { __root__: list } })
    .addNode('a', () => new Command({ update: ['a'] as never, goto: 'b' }), { ends: ['b'] })
    .addNode('b', (all: string[]) => [`b after ${all.length}`])
    .addEdge(START, 'a')
    .compile({ checkpointer: saver })
  return [
    await outcomeOf(() => graph.invoke(['in'], thread)),
    await outcomeOf(() => graph.invoke(new Command({ update: { __root__: ['c'] }, goto: 'b' }), thread)),
    await outcomeOf(() => graph.invoke(new Command({ update: [['__root__', ['d']]], goto: 'b' }), thread)),
    await outcomeOf(() => graph.updateState(thread, ['edited'], 'a')),
    await outcomeOf(() => graph.invoke(null, thread)),
    await historyOf(graph),
    storedRecords(saver),
  ]
})

const up = (fields: object) => () => new Command({ graph: Command.PARENT, ...fields })

const outside = ({ outer }: Pair, child: unknown) =>
  untyped(outer, Log)
    .addNode('before', noting('before'))
    .addNode('child', child, { ends: ['x', 'y', END] })
    .addNode('x', noting('x'))
    .addNode('y', noting('y'))
    .addEdge(START, 'before')
    .addEdge('before', 'child')

const upward: Readonly<Record<string, object>> = {
  'to a node': { goto: 'x' },
  'to nodes': { goto: ['x', 'y'] },
  'to tasks that are sent': {
    goto: [new Send('x', { log: ['1'] }), new Send('x', { log: ['1', '2'] }), 'y'],
  },
  'with an update and a node': { update: { log: ['up'] }, goto: 'y' },
  'with an update alone': { update: { log: ['up'] } },
  'with pairs': {
    update: [
      ['log', ['1']],
      ['log', ['2']],
    ],
    goto: 'x',
  },
  'to the end': { goto: END, update: { log: ['up'] } },
  'with nothing': {},
}

for (const [form, fields] of Object.entries(upward)) {
  nestedRuns(
    `a command for the graph around, ${form}`,
    (pair) =>
      outside(
        pair,
        untyped(pair.inner, Log)
          .addNode('one', noting('one'))
          .addNode('leaves', up(fields))
          .addEdge(START, 'one')
          .addEdge('one', 'leaves')
          .compile(),
      ).addEdge('child', 'y'),
    [{ log: ['in'] }],
  )
  nestedRuns(
    `a command for the graph around, from two levels below, ${form}`,
    (pair) => {
      const deep = untyped(pair.inner, Log)
        .addNode('deep', up({ goto: 'relay', update: { log: ['deep'] } }))
        .addEdge(START, 'deep')
        .compile()
      const middle = untyped(pair.inner, Log)
        .addNode('nested', deep, { ends: ['relay'] })
        .addNode('relay', up(fields))
        .addEdge(START, 'nested')
        .compile()
      return outside(pair, middle)
    },
    [{ log: ['in'] }],
  )
}

nestedRuns(
  'a command for the graph around leaves a graph that a node calls, and the node with it',
  (pair) => {
    const child = untyped(pair.inner, Log)
      .addNode('leaves', up({ goto: 'x', update: { log: ['up'] } }))
      .addEdge(START, 'leaves')
      .compile()
    return outside(pair, async (state: typeof Log.State) => {
      await child.invoke(state)
      return { log: ['not reached'] }
    })
  },
  [{ log: ['in'] }],
)

nestedRuns(
  'a command for the graph around is dropped by a graph that remembers from run to run',
  (pair) =>
    outside(
      pair,
      untyped(pair.inner, Log)
        .addNode('leaves', up({ goto: 'x', update: { log: ['up'] } }))
        .addEdge(START, 'leaves')
        .compile({ checkpointer: true }),
    ),
  [{ log: ['in'] }, { log: ['again'] }],
)

nestedRuns(
  'a command for the graph around, after an answer',
  (pair) =>
    outside(
      pair,
      untyped(pair.inner, Log)
        .addNode('leaves', () => up({ goto: interrupt('where?'), update: { log: ['up'] } })())
        .addEdge(START, 'leaves')
        .compile(),
    ),
  [{ log: ['in'] }, new Command({ resume: 'y' })],
)

nestedRuns(
  'a command for the graph around, after commands and updates of its own',
  (pair) =>
    outside(
      pair,
      untyped(pair.inner, Log)
        .addNode(
          'leaves',
          () => [
            new Command({ goto: 'other', update: { log: ['own'] } }),
            up({ goto: 'x', update: { log: ['up'] } })(),
          ],
          { ends: ['other'] },
        )
        .addNode('other', noting('other'))
        .addEdge(START, 'leaves')
        .compile(),
    ),
  [{ log: ['in'] }],
)

nestedRuns(
  'of two commands for the graph around, the last one counts',
  (pair) =>
    outside(
      pair,
      untyped(pair.inner, Log)
        .addNode('first', up({ goto: 'x', update: { log: ['first'] } }))
        .addNode('second', up({ goto: 'y', update: { log: ['second'] } }))
        .addEdge(START, 'first')
        .addEdge(START, 'second')
        .compile(),
    ),
  [{ log: ['in'] }],
)
