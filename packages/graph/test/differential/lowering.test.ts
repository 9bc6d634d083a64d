// What a builder becomes: channels, triggers, the order of writes, and which keys are read and written.
import { Annotation, Command, END, MemorySaver, Send, START } from '@langchain/langgraph'
import { differential, sameRuns } from './harness/differential.ts'
import { storedRecords } from './harness/stored-records.ts'
import { Counter, Log, noting } from './harness/states.ts'
import { untyped } from './harness/untyped.ts'

sameRuns(
  'a node writes its update, then destinations, edges, joins and routes, in this order',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode(
        'a',
        () =>
          [
            new Command({ goto: ['b', new Send('c', { log: ['sent'] })], update: { log: ['first'], n: 1 } }),
            { log: ['second'] },
          ] as never,
        { ends: ['b' as 'a', 'c' as 'a'] },
      )
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addNode('d', noting('d'))
      .addNode('e', noting('e'))
      .addNode('f', noting('f'))
      .addEdge(START, 'a')
      .addEdge(['a', 'b'], 'd')
      .addEdge('a', 'e')
      .addConditionalEdges('a', () => ['f', END, new Send('c', { log: ['routed'] })], ['f', END])
      .addEdge('a', END),
  [{ log: ['in'] }],
)

differential(
  'a node is triggered by its own channel, then by its joins in the order they were added',
  ({ StateGraph }) => {
    const graph = new StateGraph(Log)
      .addNode('b', noting('b'))
      .addNode('a', noting('a'))
      .addNode('late', noting('late'), { defer: true })
      .addNode('join', noting('join'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(['b', 'a'], 'join')
      .addEdge('a', 'join')
      .addEdge(['a', 'b'], 'join')
      .addEdge(['a', 'b'], 'late')
      .compile()
    return {
      triggers: Object.entries(graph.nodes).map(([name, { triggers }]) => [name, triggers]),
      channels: Object.entries(graph.channels).map(([name, channel]) => [
        name,
        channel.lc_graph_name,
        (channel as unknown as { guard?: boolean }).guard,
      ]),
    }
  },
)

differential('the start is a node whose result is the input as it came', async ({ StateGraph }) => {
  const checkpointer = new MemorySaver()
  const graph = new StateGraph({ state: Counter, input: Log })
    .addNode('a', noting('a'))
    .addEdge(START, 'a')
    .compile({ checkpointer })
  await graph.invoke({ log: ['in'], n: 4, unknown: 1 } as never, { configurable: { thread_id: 't' } })
  const { __start__: start } = graph.nodes
  return {
    records: storedRecords(checkpointer),
    tags: start.tags,
    triggers: start.triggers,
    channels: start.channels,
  }
})

sameRuns(
  'a node reads the keys of its schema that have a value, a key without one is missing',
  (vocabulary) =>
    untyped(
      vocabulary,
      Annotation.Root({
        empty: Annotation<string>,
        given: Annotation<string>,
        list: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
        seen: Annotation<string>,
      }),
    )
      .addNode('a', (state: object) => ({ seen: Object.entries(state).flat().join() }))
      .addNode('b', (state: { empty?: string }) => ({ seen: `${'empty' in state} ${state.empty}` }))
      .addNode('c', () => ({ empty: undefined, given: null }))
      .addNode('d', (state: object) => ({ seen: JSON.stringify(Object.entries(state)) }))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'c')
      .addEdge('c', 'd'),
  [{ given: 'x' }, { list: ['y'] }],
)

sameRuns(
  'streams show all keys of the state, private ones too; the result those of the output',
  (vocabulary) =>
    untyped(vocabulary, { state: Counter, output: Log })
      .addNode('a', () => ({ log: ['a'], n: 1, secret: 'hidden' }))
      .addNode('b', (state: object) => ({ log: [JSON.stringify(state)] }), {
        input: Annotation.Root({ secret: Annotation<string> }),
      })
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ log: ['in'] }],
)

sameRuns(
  'defaults for all nodes: retries and timeouts for handlers too, cache and handler for others; the node comes first',
  ({ StateGraph }) => {
    const tries: Record<string, number> = {}
    const failing = (name: string) => () => {
      tries[name] = (tries[name] ?? 0) + 1
      throw new Error(`${name} ${tries[name]}`)
    }
    const quiet = { initialInterval: 1, jitter: false, logWarning: false, retryOn: () => true }
    const inner = new StateGraph(Log).addNode('deep', failing('deep')).addEdge(START, 'deep').compile()
    return new StateGraph(Log)
      .setNodeDefaults({ retryPolicy: { ...quiet, maxAttempts: 2 } })
      .addNode('a', failing('a'))
      .addNode('b', failing('b'), { retryPolicy: { ...quiet, maxAttempts: 3 } })
      .addNode('c', failing('c'), {
        errorHandler: (_state, { error }) => ({ log: [`own: ${error.message}`] }),
      })
      .addNode('inner', inner)
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'c')
      .addEdge('c', 'inner')
      .setNodeDefaults({
        errorHandler: (_state, { node, error }) => ({ log: [`${node}: ${error.message}`] }),
      })
  },
  [{ log: ['in'] }],
)
