import { Command, END, MemorySaver, START, Send, interrupt } from '@langchain/langgraph'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'

const chain = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addNode('c', noting('c'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('b', 'c')

sameRuns('stops before a node, and goes on with null', chain, {
  inputs: [{}, null, { log: ['again'] }, null],
  compile: { interruptBefore: ['b'] },
})

sameRuns('stops after a node', chain, { inputs: [{}, null, {}], compile: { interruptAfter: ['a'] } })

sameRuns('stops before and after', chain, {
  inputs: [{}, null, null, null],
  compile: { interruptBefore: ['b'], interruptAfter: ['b'] },
})

sameRuns('stops before every node', chain, {
  inputs: [{}, null, null, null],
  compile: { interruptBefore: '*' },
})

sameRuns('stops after every node', chain, {
  inputs: [{}, null, null, null],
  compile: { interruptAfter: '*' },
})

sameRuns('breakpoints of the run instead of those of the graph', chain, {
  inputs: [{}, null, null],
  compile: { interruptBefore: ['b'] },
  config: { interruptBefore: ['c'] },
})

sameRuns('no breakpoints for this run', chain, {
  inputs: [{}],
  compile: { interruptBefore: ['b'] },
  config: { interruptBefore: [] },
})

sameRuns(
  'stops before one of several parallel nodes, and none of them runs',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(['a', 'b'], 'c'),
  { inputs: [{}, null, null], compile: { interruptBefore: ['b', 'c'] } },
)

sameRuns(
  'stops in every round of a loop',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('count', ({ n }) => ({ n: n + 1, log: [`${n}`] }))
      .addEdge(START, 'count')
      .addConditionalEdges('count', ({ n }) => (n < 3 ? 'count' : END)),
  { inputs: [{ n: 0 }, null, null, null], compile: { interruptBefore: ['count'] } },
)

sameRuns(
  'stops before tasks that were sent',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('work', ({ id }: { id: number }) => ({ log: [`work ${id}`] }))
      .addNode('after', noting('after'))
      .addConditionalEdges(START, () => [new Send('work', { id: 1 }), new Send('work', { id: 2 })])
      .addEdge('work', 'after'),
  { inputs: [{}, null, null], compile: { interruptBefore: ['work'], interruptAfter: ['work'] } },
)

sameRuns(
  'a question and a breakpoint on the same node',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', () => ({ log: [`${interrupt('?')}`] }))
      .addNode('after', noting('after'))
      .addEdge(START, 'ask')
      .addEdge('ask', 'after'),
  {
    inputs: [{}, null, new Command({ resume: 'yes' }), null],
    compile: { interruptBefore: ['ask'], interruptAfter: ['ask'] },
  },
)

sameRuns('a command at a breakpoint updates the state and goes elsewhere', chain, {
  inputs: [{}, new Command({ update: { log: ['edited'] }, goto: 'c' }), null, null],
  compile: { interruptBefore: ['b'] },
})

sameRuns('an answer at a breakpoint goes on as null does', chain, {
  inputs: [{}, new Command({ resume: 'go' })],
  compile: { interruptBefore: ['b'] },
})

sameRuns(
  'stops inside a nested graph',
  (vocabulary) => {
    const child = chain(vocabulary).compile({ interruptBefore: ['b'] })
    return new vocabulary.StateGraph(Log)
      .addNode('before', noting('before'))
      .addNode('nested', child)
      .addNode('after', noting('after'))
      .addEdge(START, 'before')
      .addEdge('before', 'nested')
      .addEdge('nested', 'after')
  },
  [{}, null, null],
)

sameRuns(
  'stops inside a nested graph after its last node',
  (vocabulary) => {
    const child = chain(vocabulary).compile({ interruptAfter: ['c'] })
    return new vocabulary.StateGraph(Log)
      .addNode('nested', child)
      .addNode('after', noting('after'))
      .addEdge(START, 'nested')
      .addEdge('nested', 'after')
  },
  [{}, null],
)

differential('breakpoints without a saver end the run where they are', async (vocabulary) => {
  const graph = chain(vocabulary).compile({ interruptBefore: ['c'] })
  return [
    await outcomeOf(() => graph.invoke({})),
    await outcomeOf(() => graph.invoke({}, { interruptAfter: ['a'] })),
  ]
})

differential('a breakpoint on a node that does not exist is found at compile time', (vocabulary) =>
  outcomeOf(() =>
    chain(vocabulary).compile({
      ...({ interruptBefore: ['none'] } as object),
      checkpointer: new MemorySaver(),
    }),
  ),
)
