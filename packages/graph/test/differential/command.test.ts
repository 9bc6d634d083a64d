import { Annotation, Command, END, MemorySaver, Overwrite, START, Send } from '@langchain/langgraph'
import { differential, sameRuns } from './harness/differential.ts'
import { kindOfOutcome } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'

sameRuns(
  'a command goes to a node, with an update',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', () => new Command({ goto: 'c', update: { log: ['a'] } }), { ends: ['b', 'c'] })
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addEdge(START, 'a'),
  [{}],
)

sameRuns(
  'a command goes to several nodes',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', () => new Command({ goto: ['c', 'b'], update: { log: ['a'] } }), { ends: ['b', 'c'] })
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addEdge(START, 'a'),
  [{}],
)

sameRuns(
  'a command mixes nodes and sends',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', () => new Command({ goto: [new Send('w', 1), 'b', new Send('w', 2)] }), {
        ends: ['b', 'w'],
      })
      .addNode('b', noting('b'))
      .addNode('w', (id: number) => ({ log: [`w${id}`] }))
      .addEdge(START, 'a'),
  [{}],
)

sameRuns(
  'a command to the end stops this way, and no other',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', () => new Command({ goto: END, update: { log: ['a'] } }), { ends: [END] })
      .addNode('b1', noting('b1'))
      .addNode('b2', noting('b2'))
      .addEdge(START, 'a')
      .addEdge(START, 'b1')
      .addEdge('b1', 'b2'),
  [{}],
)

sameRuns(
  'an update may be a list of pairs, a key more than once',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode(
        'a',
        () =>
          new Command({
            update: [
              ['log', ['one']],
              ['n', 3],
              ['log', ['two']],
            ],
          }),
      )
      .addNode('b', ({ n }) => ({ log: [`n is ${n}`] }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ n: 0 }],
)

sameRuns(
  'static edges are followed besides where a command goes',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', () => new Command({ goto: 'b', update: { log: ['a'] } }), { ends: ['b'] })
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addEdge(START, 'a')
      .addEdge('a', 'c'),
  [{}],
)

sameRuns(
  'a list of commands and updates is taken item by item',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode(
        'a',
        (() => [
          new Command({ goto: 'b', update: { log: ['first'] } }),
          { log: ['plain'] },
          new Command({ goto: 'c', update: { log: ['second'] } }),
        ]) as never,
        { ends: ['b', 'c'] },
      )
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addEdge(START, 'a'),
  [{}],
)

sameRuns(
  'a loop by commands',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode(
        'count',
        ({ n }) => new Command({ goto: n < 3 ? 'count' : 'done', update: { n: n + 1, log: [`${n}`] } }),
        { ends: ['count', 'done'] },
      )
      .addNode('done', noting('done'))
      .addEdge(START, 'count'),
  [{ n: 0 }],
)

sameRuns(
  'a command as the first input updates the state and starts where it goes',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [new Command({ goto: 'b', update: { n: 5, log: ['from the command'] } })],
)

sameRuns(
  'a command on a thread that has ended starts it again where it goes',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [
    { n: 1 },
    new Command({ goto: 'b', update: { n: 5 } }),
    new Command({ goto: ['a'] }),
    new Command({ update: { n: 7, log: new Overwrite(['overwritten']) as never } }),
  ],
)

sameRuns(
  'a command may send as input',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('work', (input: { id?: number }) => ({ log: [`work ${input.id}`] }))
      .addEdge(START, 'work'),
  [{}, new Command({ goto: [new Send('work', { id: 1 }), new Send('work', { id: 2 })] })],
)

sameRuns(
  'update pairs as input',
  ({ StateGraph }) => new StateGraph(Counter).addNode('a', noting('a')).addEdge(START, 'a'),
  [
    { n: 0 },
    new Command({
      goto: 'a',
      update: [
        ['log', ['x']],
        ['n', 2],
        ['log', ['y']],
      ],
    }),
  ],
)

differential('an empty command is an error', async ({ StateGraph }) => {
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  return kindOfOutcome(() => graph.invoke(new Command({})))
})

differential('a command for a graph around the root is an error as input', async ({ StateGraph }) => {
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  return kindOfOutcome(() => graph.invoke(new Command({ graph: Command.PARENT, goto: 'a' })))
})

differential(
  'a command for a graph around the root is dropped when a node returns it, with the edges of that node',
  async ({ StateGraph }) => {
    const graph = new StateGraph(Log)
      .addNode('a', () => new Command({ graph: Command.PARENT, goto: 'b', update: { log: ['lost'] } }))
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addEdge(START, 'a')
      .addEdge(START, 'c')
      .addEdge('a', 'b')
      .compile({ checkpointer: new MemorySaver() })
    const thread = { configurable: { thread_id: 't' } }
    const result = await graph.invoke({}, thread)
    const { values, next, metadata } = await graph.getState(thread)
    return { result, values, next, metadata }
  },
)

sameRuns(
  'a nested graph updates its parent and says where that goes',
  ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode(
        'inner',
        () => new Command({ graph: Command.PARENT, goto: 'after', update: { log: ['for the parent'] } }),
      )
      .addEdge(START, 'inner')
      .compile()
    return new StateGraph(Log)
      .addNode('before', noting('before'))
      .addNode('nested', child, { ends: ['after'] })
      .addNode('after', noting('after'))
      .addEdge(START, 'before')
      .addEdge('before', 'nested')
  },
  [{}],
)

sameRuns(
  'a command for the parent, called within a node',
  ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode('inner', () => new Command({ graph: Command.PARENT, goto: 'after', update: { log: ['up'] } }))
      .addEdge(START, 'inner')
      .compile()
    return new StateGraph(Log)
      .addNode(
        'calls',
        async (state) => {
          const result = await child.invoke(state)
          return { log: [`got back ${result.log.length}`] }
        },
        { ends: ['after'] },
      )
      .addNode('after', noting('after'))
      .addEdge(START, 'calls')
  },
  [{}],
)

sameRuns(
  'a command passes through two levels when the middle passes it on',
  ({ StateGraph }) => {
    const inner = new StateGraph(Log)
      .addNode(
        'deep',
        () => new Command({ graph: Command.PARENT, goto: 'relay', update: { log: ['from deep'] } }),
      )
      .addEdge(START, 'deep')
      .compile()
    const middle = new StateGraph(Log)
      .addNode('inner', inner, { ends: ['relay'] })
      .addNode(
        'relay',
        ({ log }) =>
          new Command({
            graph: Command.PARENT,
            goto: 'after',
            update: { log: [`relayed ${log.join('+')}`] },
          }),
      )
      .addEdge(START, 'inner')
      .compile()
    return new StateGraph(Log)
      .addNode('middle', middle, { ends: ['after'] })
      .addNode('after', noting('after'))
      .addEdge(START, 'middle')
  },
  [{}],
)

sameRuns(
  'siblings of a task that leaves for the parent finish first',
  ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode(
        'leaves',
        () => new Command({ graph: Command.PARENT, goto: 'after', update: { log: ['left'] } }),
      )
      .addNode('stays', noting('stays'))
      .addEdge(START, 'leaves')
      .addEdge(START, 'stays')
      .compile()
    return new StateGraph(Log)
      .addNode('nested', child, { ends: ['after'] })
      .addNode('after', noting('after'))
      .addEdge(START, 'nested')
  },
  [{}],
)

differential('what a node may not return', async ({ StateGraph }) => {
  const returning = (value: unknown) =>
    kindOfOutcome(() =>
      new StateGraph(Annotation.Root({ n: Annotation<number> }))
        .addNode('a', () => value as never)
        .addEdge(START, 'a')
        .compile()
        .invoke({ n: 1 }),
    )
  return [
    await returning('text'),
    await returning(7),
    await returning([1, 2]),
    await returning([{ n: 2 }]),
    await returning(true),
    await returning(null),
    await returning(undefined),
    await returning(0),
    await returning(''),
    await returning({}),
    await returning([]),
  ]
})
