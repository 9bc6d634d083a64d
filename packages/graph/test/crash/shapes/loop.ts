import { Annotation, END, START } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ count: Annotation<number>, log: Annotation<string[]>(appended) })

/** A counter and a log. */
export const loop: Shape = {
  name: 'loop',
  isSequential: true,
  input: { count: 0 },
  compile: (checkpointer, notes) =>
    new StateGraph(State)
      .addNode(
        'work',
        notes.noting(({ count, log }: typeof State.State) => ({
          count: count + 1,
          log: [`${count} after ${log.length}`],
        })),
      )
      .addEdge(START, 'work')
      .addConditionalEdges('work', ({ count }) => (count < 4 ? 'work' : END))
      .compile({ checkpointer }),
}
