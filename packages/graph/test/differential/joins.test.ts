import { Annotation, END, START, Send } from '@langchain/langgraph'
import { sameRuns } from './harness/differential.ts'
import { Counter, Log, noting } from './harness/states.ts'

sameRuns(
  'parallel nodes do not see each other, and are applied by name',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('zebra', noting('zebra'))
      .addNode('ant', noting('ant'))
      .addNode('Moth', noting('Moth'))
      .addEdge(START, 'zebra')
      .addEdge(START, 'ant')
      .addEdge(START, 'Moth'),
  [{}, { log: ['x'] }],
)

sameRuns(
  'a join waits for all its parents, however long their ways are',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('long1', noting('long1'))
      .addNode('long2', noting('long2'))
      .addNode('short', noting('short'))
      .addNode('joined', noting('joined'))
      .addEdge(START, 'long1')
      .addEdge('long1', 'long2')
      .addEdge(START, 'short')
      .addEdge(['long2', 'short'], 'joined'),
  [{}, {}],
)

sameRuns(
  'without a join, a node with two parents at different depth runs twice',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('long1', noting('long1'))
      .addNode('long2', noting('long2'))
      .addNode('short', noting('short'))
      .addNode('after', noting('after'))
      .addEdge(START, 'long1')
      .addEdge('long1', 'long2')
      .addEdge(START, 'short')
      .addEdge('long2', 'after')
      .addEdge('short', 'after'),
  [{}],
)

sameRuns(
  'several joins into one node fire each on its own',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addNode('d', noting('d'))
      .addNode('joined', noting('joined'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge('a', 'c')
      .addEdge('b', 'd')
      .addEdge(['a', 'b'], 'joined')
      .addEdge(['c', 'd'], 'joined'),
  [{}],
)

sameRuns(
  'a join in a loop fires in every round',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('split', ({ n }) => ({ n: n + 1, log: [`round ${n}`] }))
      .addNode('left', noting('left'))
      .addNode('right', noting('right'))
      .addNode('joined', noting('joined'))
      .addEdge(START, 'split')
      .addEdge('split', 'left')
      .addEdge('split', 'right')
      .addEdge(['left', 'right'], 'joined')
      .addConditionalEdges('joined', ({ n }) => (n < 3 ? 'split' : END)),
  [{ n: 0 }],
)

sameRuns(
  'a join of one parent is an edge',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('joined', noting('joined'))
      .addEdge(START, 'a')
      .addEdge(['a'], 'joined'),
  [{}],
)

sameRuns(
  'a deferred node waits until no other node is due',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b1', noting('b1'))
      .addNode('b2', noting('b2'))
      .addNode('last', noting('last'), { defer: true })
      .addEdge(START, 'a')
      .addEdge(START, 'b1')
      .addEdge('b1', 'b2')
      .addEdge('a', 'last')
      .addEdge('b2', 'last'),
  [{}, {}],
)

sameRuns(
  'a deferred node with a join waits for both',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addNode('c1', noting('c1'))
      .addNode('c2', noting('c2'))
      .addNode('last', noting('last'), { defer: true })
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(START, 'c1')
      .addEdge('c1', 'c2')
      .addEdge(['a', 'b'], 'last'),
  [{}],
)

sameRuns(
  'a deferred node waits for tasks that were sent and lead to it',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('plan', noting('plan'))
      .addNode('work', (input: { id: number }) => ({ log: [`work ${input.id}`] }))
      .addNode('more', noting('more'))
      .addNode('last', noting('last'), { defer: true })
      .addEdge(START, 'plan')
      .addConditionalEdges('plan', () => [new Send('work', { id: 1 }), new Send('work', { id: 2 })])
      .addEdge('work', 'more')
      .addEdge('work', 'last')
      .addEdge('more', 'last'),
  [{}],
)

sameRuns(
  'two deferred nodes are released together',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('late1', noting('late1'), { defer: true })
      .addNode('late2', noting('late2'), { defer: true })
      .addNode('end', noting('end'))
      .addEdge(START, 'a')
      .addEdge(START, 'late1')
      .addEdge('a', 'late2')
      .addEdge('late1', 'end')
      .addEdge('late2', 'end'),
  [{}],
)

sameRuns(
  'a deferred node leads on to nodes that are not',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('work', ({ n }) => ({ n: n + 1, log: ['work'] }))
      .addNode('check', noting('check'), { defer: true })
      .addEdge(START, 'work')
      .addEdge('work', 'check')
      .addConditionalEdges('check', ({ n }) => (n < 3 ? 'work' : END)),
  [{ n: 0 }, { n: 2 }],
)

sameRuns(
  'parallel nodes that settle in another order are applied in the same one',
  ({ StateGraph }) => {
    const gate = deferred()
    return new StateGraph(Log)
      .addNode('a', async () => {
        await gate.promise
        return { log: ['a, the last to settle'] }
      })
      .addNode('b', async () => {
        setImmediate(gate.resolve)
        return { log: ['b'] }
      })
      .addEdge(START, 'a')
      .addEdge(START, 'b')
  },
  [{}],
)

sameRuns(
  'two plain writes to one key in one superstep are an error',
  ({ StateGraph }) =>
    new StateGraph(Annotation.Root({ n: Annotation<number> }))
      .addNode('a', () => ({ n: 1 }))
      .addNode('b', () => ({}))
      .addEdge(START, 'a')
      .addEdge(START, 'b'),
  [{ n: 0 }],
)

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}
