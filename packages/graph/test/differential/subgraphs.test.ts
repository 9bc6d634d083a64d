import { setImmediate } from 'node:timers/promises'
import { Annotation, Command, MemorySaver, START, Send, interrupt } from '@langchain/langgraph'
import { nested, nestedRuns } from './harness/nested.ts'
import type { Pair } from './harness/nesting.ts'
import { outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

const askingChild = ({ inner }: Pair) =>
  new inner.StateGraph(Log)
    .addNode('first', noting('first'))
    .addNode('ask', ({ log }) => ({ log: [`answered ${interrupt(`after ${log.length}`)}`] }))
    .addEdge(START, 'first')
    .addEdge('first', 'ask')

const plainChild = ({ inner }: Pair) =>
  new inner.StateGraph(Log)
    .addNode('one', noting('one'))
    .addNode('two', noting('two'))
    .addEdge(START, 'one')
    .addEdge('one', 'two')

nestedRuns(
  'a graph as a node shares the keys of its state',
  (pair) =>
    new pair.outer.StateGraph(Annotation.Root({ log: Annotation<string[]>, own: Annotation<string> }))
      .addNode('before', () => ({ log: ['before'], own: 'mine' }))
      .addNode('child', plainChild(pair).compile())
      .addNode('after', ({ log, own }) => ({ log: [...log, `${own} after`] }))
      .addEdge(START, 'before')
      .addEdge('before', 'child')
      .addEdge('child', 'after'),
  [{ log: [] }, { log: ['x'] }],
)

nestedRuns(
  'a graph with a state of its own is called in a node',
  (pair) => {
    const child = new pair.inner.StateGraph(Annotation.Root({ text: Annotation<string> }))
      .addNode('shout', ({ text }) => ({ text: `${text}!` }))
      .addEdge(START, 'shout')
      .compile()
    return new pair.outer.StateGraph(Log)
      .addNode('call', async ({ log }) => ({ log: [(await child.invoke({ text: `n${log.length}` })).text] }))
      .addNode('callWithConfig', async ({ log }, config) => ({
        log: [(await child.invoke({ text: `c${log.length}` }, config)).text],
      }))
      .addEdge(START, 'call')
      .addEdge('call', 'callWithConfig')
  },
  [{}, {}],
)

nestedRuns(
  'two calls of graphs in one node',
  (pair) => {
    const child = plainChild(pair).compile()
    return new pair.outer.StateGraph(Log)
      .addNode('call', async () => {
        const first = await child.invoke({ log: ['a'] })
        const second = await child.invoke({ log: [`${first.log.length}`] })
        return { log: second.log }
      })
      .addEdge(START, 'call')
  },
  [{}],
)

nestedRuns(
  'a nested graph asks, and goes on where it was',
  (pair) =>
    new pair.outer.StateGraph(Log)
      .addNode('before', noting('before'))
      .addNode('child', askingChild(pair).compile())
      .addNode('after', noting('after'))
      .addEdge(START, 'before')
      .addEdge('before', 'child')
      .addEdge('child', 'after'),
  [{}, new Command({ resume: 'yes' }), {}, null, new Command({ resume: 'again' })],
)

nestedRuns(
  'a graph called in a node asks; the node runs again from its beginning, the graph goes on',
  (pair) => {
    const child = askingChild(pair).compile()
    let runs = 0
    return new pair.outer.StateGraph(Log)
      .addNode('call', async () => {
        runs++
        const { log } = await child.invoke({ log: [] })
        return { log: [...log, `in ${runs} runs`] }
      })
      .addEdge(START, 'call')
  },
  [{}, new Command({ resume: 'yes' })],
)

nestedRuns(
  'three levels, the innermost asks',
  (pair) => {
    const middle = new pair.outer.StateGraph(Log)
      .addNode('inner', askingChild(pair).compile())
      .addNode('rest', noting('rest'))
      .addEdge(START, 'inner')
      .addEdge('inner', 'rest')
      .compile()
    return new pair.outer.StateGraph(Log)
      .addNode('outer', middle)
      .addNode('last', noting('last'))
      .addEdge(START, 'outer')
      .addEdge('outer', 'last')
  },
  [{}, new Command({ resume: 'deep' })],
)

nestedRuns(
  'a question twice in a nested graph',
  (pair) => {
    const child = new pair.inner.StateGraph(Log)
      .addNode('twice', () => ({ log: [`${String(interrupt('one'))} ${String(interrupt('two'))}`] }))
      .addNode('once', () => ({ log: [String(interrupt('three'))] }))
      .addEdge(START, 'twice')
      .addEdge('twice', 'once')
      .compile()
    return new pair.outer.StateGraph(Log).addNode('child', child).addEdge(START, 'child')
  },
  [{}, ...[1, 2, 3].map((resume) => new Command({ resume }))],
)

nestedRuns(
  'a nested graph in parallel with a node',
  (pair) =>
    new pair.outer.StateGraph(Log)
      .addNode('child', askingChild(pair).compile())
      .addNode('sibling', noting('sibling'))
      .addNode('joined', noting('joined'))
      .addEdge(START, 'child')
      .addEdge(START, 'sibling')
      .addEdge(['child', 'sibling'], 'joined'),
  [{}, new Command({ resume: 'yes' })],
)

nestedRuns(
  'sends into a nested graph',
  (pair) =>
    new pair.outer.StateGraph(Log)
      .addNode('child', plainChild(pair).compile())
      .addConditionalEdges(START, () => ['x', 'y', 'z'].map((item) => new Send('child', { log: [item] })), [
        'child',
      ]),
  [{}],
)

nestedRuns(
  'a graph that fails, and goes on within when tried again',
  (pair) => {
    let failures = 1
    const child = new pair.inner.StateGraph(Log)
      .addNode('one', noting('one'))
      .addNode('flaky', async () => {
        await setImmediate()
        if (failures-- > 0) throw new Error('flaky')
        return { log: ['recovered'] }
      })
      .addEdge(START, 'one')
      .addEdge('one', 'flaky')
      .compile()
    return new pair.outer.StateGraph(Log)
      .addNode('before', noting('before'))
      .addNode('child', child)
      .addEdge(START, 'before')
      .addEdge('before', 'child')
  },
  [{}, null],
)

nestedRuns(
  'checkpointer: false keeps nothing of the nested graph',
  (pair) =>
    new pair.outer.StateGraph(Log)
      .addNode('child', plainChild(pair).compile({ checkpointer: false }))
      .addEdge(START, 'child'),
  [{}, {}],
)

nested('checkpointer: false cannot ask', (pair) =>
  outcomeOf(() =>
    new pair.outer.StateGraph(Log)
      .addNode('child', askingChild(pair).compile({ checkpointer: false }))
      .addEdge(START, 'child')
      .compile({ checkpointer: new MemorySaver() })
      .invoke({}, thread),
  ),
)

nestedRuns(
  'checkpointer: true remembers from run to run',
  (pair) =>
    new pair.outer.StateGraph(Annotation.Root({ log: Annotation<string[]> }))
      .addNode('child', plainChild(pair).compile({ checkpointer: true }))
      .addEdge(START, 'child'),
  [{ log: ['first run'] }, { log: ['second run'] }, { log: [] }],
)

nestedRuns(
  'checkpointer: true remembers while it asks',
  (pair) =>
    new pair.outer.StateGraph(Annotation.Root({ log: Annotation<string[]> }))
      .addNode('child', askingChild(pair).compile({ checkpointer: true }))
      .addEdge(START, 'child'),
  [{ log: ['in'] }, new Command({ resume: 'one' }), { log: ['more'] }, new Command({ resume: 'two' })],
)

nested('checkpointer: true at the root is an error', (pair) =>
  outcomeOf(() => plainChild(pair).compile({ checkpointer: true }).invoke({}, thread)),
)

nested('a nested graph with a saver of its own uses the one it is lent', async (pair) => {
  const own = new MemorySaver()
  const lent = new MemorySaver()
  const graph = new pair.outer.StateGraph(Log)
    .addNode('child', plainChild(pair).compile({ checkpointer: own }))
    .addEdge(START, 'child')
    .compile({ checkpointer: lent })
  return [await graph.invoke({}, thread), storedRecords(own), storedRecords(lent)]
})

nested('a nested graph with a saver of its own, in one without', async (pair) => {
  const own = new MemorySaver()
  const graph = new pair.outer.StateGraph(Log)
    .addNode('child', plainChild(pair).compile({ checkpointer: own }))
    .addEdge(START, 'child')
    .compile()
  return [await outcomeOf(() => graph.invoke({}, thread)), storedRecords(own)]
})

nested('the state of nested graphs while they wait', async (pair) => {
  const middle = new pair.outer.StateGraph(Log)
    .addNode('inner', askingChild(pair).compile())
    .addEdge(START, 'inner')
    .compile()
  const graph = new pair.outer.StateGraph(Log)
    .addNode('middle', middle)
    .addEdge(START, 'middle')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({ log: ['in'] }, thread)
  const shallow = await graph.getState(thread)
  const deep = await graph.getState(thread, { subgraphs: true })
  const child = (deep.tasks[0]!.state as typeof deep).config
  return {
    shallow,
    deep,
    addressed: await graph.getState(child),
    subgraphs: [...graph.getSubgraphs(undefined, true)].map(([name]) => name),
  }
})

nested('the state of a nested graph is edited while it waits', async (pair) => {
  const graph = new pair.outer.StateGraph(Log)
    .addNode('child', askingChild(pair).compile())
    .addNode('after', noting('after'))
    .addEdge(START, 'child')
    .addEdge('child', 'after')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({ log: ['in'] }, thread)
  const deep = await graph.getState(thread, { subgraphs: true })
  const { config } = deep.tasks[0]!.state as typeof deep
  await graph.updateState(config, { log: ['edited'] })
  return [
    await graph.invoke(new Command({ resume: 'yes' }), thread),
    await graph.getState(thread, { subgraphs: true }),
  ]
})

nested('chunks of nested graphs, mode by mode', async (pair) => {
  const graph = new pair.outer.StateGraph(Log)
    .addNode('before', noting('before'))
    .addNode('child', plainChild(pair).compile())
    .addEdge(START, 'before')
    .addEdge('before', 'child')
    .compile()
  const seen: unknown[] = []
  for (const streamMode of ['values', 'updates', 'tasks', ['values', 'updates']] as const) {
    for (const subgraphs of [true, false]) {
      for await (const chunk of await graph.stream({}, { streamMode, subgraphs } as { streamMode: 'values' }))
        seen.push(chunk)
    }
  }
  return seen
})

nested('a nested graph that streams on its own inside a node', async (pair) => {
  const child = plainChild(pair).compile()
  const graph = new pair.outer.StateGraph(Log)
    .addNode('call', async () => {
      const chunks: unknown[] = []
      for await (const chunk of await child.stream({ log: ['in'] })) chunks.push(chunk)
      for await (const chunk of await child.stream({ log: ['in'] }, { streamMode: 'updates' }))
        chunks.push(chunk)
      return { log: [JSON.stringify(chunks)] }
    })
    .addEdge(START, 'call')
    .compile()
  return graph.invoke({})
})
