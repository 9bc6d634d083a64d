import { Annotation, END, START } from '@langchain/langgraph'
import { sameRuns } from './harness/differential.ts'

const State = Annotation.Root({
  n: Annotation<number>,
  log: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
})

sameRuns(
  'nodes in a row see what those before them wrote',
  ({ StateGraph }) =>
    new StateGraph(State)
      .addNode('first', ({ n }) => ({ n: n + 1, log: [`first saw ${n}`] }))
      .addNode('second', async ({ n }) => ({ n: n * 2, log: [`second saw ${n}`] }))
      .addEdge(START, 'first')
      .addEdge('first', 'second')
      .addEdge('second', END),
  [{ n: 1 }, { n: 5, log: ['again'] }],
)
