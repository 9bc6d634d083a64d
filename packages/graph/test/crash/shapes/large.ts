import { Annotation, END, START } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { Shape } from '../shape.ts'

const State = Annotation.Root({ count: Annotation<number>, page: Annotation<string> })

/** Enough of it that SQLite's log, which is 4 MB long, goes into the database in the midst of a run. */
export const large: Shape = {
  name: 'large',
  input: { count: 0, page: '' },
  compile: (checkpointer, notes) =>
    new StateGraph(State)
      .addNode(
        'write',
        notes.noting(({ count }: typeof State.State) => ({
          count: count + 1,
          page: `${count} `.repeat(40_000),
        })),
      )
      .addEdge(START, 'write')
      .addConditionalEdges('write', ({ count }) => (count < 60 ? 'write' : END))
      .compile({ checkpointer }),
}
