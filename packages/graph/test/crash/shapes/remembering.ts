import { Annotation, END, START } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ round: Annotation<number>, log: Annotation<string[]>(appended) })
const Memory = Annotation.Root({ round: Annotation<number>, memory: Annotation<string[]>(appended) })

/** A loop over a nested graph that remembers, in a line of its own, what it was called for before. */
export const remembering: Shape = {
  name: 'remembering',
  isSequential: true,
  hasNestedMemory: true,
  input: { round: 0 },
  compile(checkpointer, notes) {
    const inner = new StateGraph(Memory)
      .addNode(
        'learn',
        notes.noting(async ({ round, memory }: typeof Memory.State) => {
          await notes.turns(1)
          return { memory: [`${round} after ${memory.length}`] }
        }),
      )
      .addNode(
        'rest',
        notes.noting(({ memory }: typeof Memory.State) => ({ memory: [`rested after ${memory.length}`] })),
      )
      .addEdge(START, 'learn')
      .addEdge('learn', 'rest')
      .compile({ checkpointer: true })
    return new StateGraph(State)
      .addNode('ask', async ({ round }: typeof State.State) => {
        const { memory } = await inner.invoke({ round })
        return { log: [`round ${round}: ${memory.join(', ')}`] }
      })
      .addNode(
        'count',
        notes.noting(({ round }: typeof State.State) => ({ round: round + 1 })),
      )
      .addEdge(START, 'ask')
      .addEdge('ask', 'count')
      .addConditionalEdges('count', ({ round }) => (round < 3 ? 'ask' : END))
      .compile({ checkpointer })
  },
}
