import { Annotation, END, START, Send } from '@langchain/langgraph'
import { RunnableLambda } from '@langchain/core/runnables'
import { differential, sameRuns } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'

sameRuns(
  'a function names the next node',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('ask', noting('ask'))
      .addNode('small', noting('small'))
      .addNode('large', noting('large'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', ({ n }) => (n < 10 ? 'small' : 'large')),
  [{ n: 1 }, { n: 20 }],
)

sameRuns(
  'a path map translates what the function returned',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('ask', noting('ask'))
      .addNode('small', noting('small'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', ({ n }) => (n < 10 ? 'yes' : 'no'), { yes: 'small', no: END }),
  [{ n: 1 }, { n: 20 }],
)

sameRuns(
  'a list of names is a path map of names to themselves',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('ask', noting('ask'))
      .addNode('small', noting('small'))
      .addNode('large', noting('large'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', ({ n }) => (n < 10 ? 'small' : 'large'), ['small', 'large', END]),
  [{ n: 1 }, { n: 20 }],
)

sameRuns(
  'an async function may take its time',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', noting('ask'))
      .addNode('next', noting('next'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', async ({ log }) => {
        await Promise.resolve()
        return log.length === 1 ? 'next' : END
      }),
  [{}],
)

sameRuns(
  'several destinations run in one superstep, applied by name',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', noting('ask'))
      .addNode('c', noting('c'))
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', () => ['b', 'c', 'a']),
  [{}],
)

sameRuns(
  'several conditional edges of one node are all asked',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', noting('ask'))
      .addNode('one', noting('one'))
      .addNode('two', noting('two'))
      .addNode('three', noting('three'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', () => 'one')
      .addConditionalEdges(
        'ask',
        named(
          'second',
          RunnableLambda.from(async () => 'two'),
        ),
      )
      .addConditionalEdges(
        'ask',
        named(
          'third',
          RunnableLambda.from(() => 'three'),
        ),
      ),
  [{}],
)

sameRuns(
  'the function sees what its own task wrote, and nothing of its siblings',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('left', () => ({ log: ['left'] }))
      .addNode('right', () => ({ log: ['right'] }))
      .addNode('saw', (state: { seen: string[] }) => ({ log: [state.seen.join('+')] }))
      .addEdge(START, 'left')
      .addEdge(START, 'right')
      .addConditionalEdges('left', ({ log }) => new Send('saw', { seen: log }))
      .addConditionalEdges('right', ({ log }) => new Send('saw', { seen: log })),
  [{ log: ['before'] }],
)

sameRuns(
  'conditional entry chooses the first node',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('small', noting('small'))
      .addNode('large', noting('large'))
      .addConditionalEdges(START, ({ n }) => (n < 10 ? 'small' : 'large')),
  [{ n: 1 }, { n: 20 }],
)

sameRuns(
  'conditional entry that goes nowhere ends the run',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('only', noting('only'))
      .addConditionalEdges(START, () => END, ['only', END]),
  [{ n: 1 }],
)

sameRuns(
  'a function may send to some nodes and name others',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', noting('ask'))
      .addNode('worker', (input: { task: number }) => ({ log: [`worked on ${input.task}`] }))
      .addNode('other', noting('other'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', () => [
        new Send('worker', { task: 1 }),
        'other',
        new Send('worker', { task: 2 }),
      ]),
  [{}],
)

sameRuns(
  'a Runnable can decide',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', noting('ask'))
      .addNode('next', noting('next'))
      .addEdge(START, 'ask')
      .addConditionalEdges(
        'ask',
        RunnableLambda.from((state: typeof Log.State) => (state.log.length === 1 ? 'next' : END)),
      ),
  [{}],
)

sameRuns(
  'a function that returns a Runnable gives the answer of that Runnable',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', noting('ask'))
      .addNode('next', noting('next'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', (() => RunnableLambda.from(() => 'next')) as never, ['next']),
  [{}],
)

sameRuns(
  'the function gets the config of its task',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', noting('ask'))
      .addNode('next', noting('next'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', (_, config) =>
        config.metadata?.['langgraph_node'] === 'ask' && config.configurable?.['user'] === 'ada'
          ? 'next'
          : END,
      ),
  { inputs: [{}], config: { configurable: { user: 'ada' } } },
)

sameRuns(
  'an edge and a conditional edge of one node are both followed',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', noting('ask'))
      .addNode('always', noting('always'))
      .addNode('maybe', noting('maybe'))
      .addEdge(START, 'ask')
      .addEdge('ask', 'always')
      .addConditionalEdges('ask', () => 'maybe'),
  [{}],
)

sameRuns(
  'a loop ends when the function says so',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('count', ({ n }) => ({ n: n + 1, log: [`${n}`] }))
      .addEdge(START, 'count')
      .addConditionalEdges('count', ({ n }) => (n < 4 ? 'count' : END)),
  [{ n: 0 }, { n: 2 }],
)

differential('an answer that is not in the path map is an error', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('ask', noting('ask'))
    .addNode('next', noting('next'))
    .addEdge(START, 'ask')
    .addConditionalEdges('ask', () => 'elsewhere' as 'next', { there: 'next' })
    .compile()
  const { error } = (await outcomeOf(() => graph.invoke({}))) as { error: Error }
  return error.message.slice(0, 53)
})

sameRuns(
  'reducers of channels that the task wrote run for the function on the side',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({
        total: Annotation<number>({ reducer: (a, b) => a + b, default: () => 0 }),
        label: Annotation<string>,
      }),
    )
      .addNode('add', () => ({ total: 3 }))
      .addNode('done', ({ total }) => ({ label: `total ${total}` }))
      .addEdge(START, 'add')
      .addConditionalEdges('add', ({ total, label }) => (total < 10 && label === undefined ? 'add' : 'done')),
  [{ total: 1 }],
)

/** LangGraph tells several conditional edges of a node apart by their names. */
function named<T extends RunnableLambda<unknown, string>>(name: string, path: T): T {
  path.name = name
  return path
}
