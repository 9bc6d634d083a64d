import { Annotation, END, START, Send } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ round: Annotation<number>, log: Annotation<string[]>(appended) })

interface Item {
  readonly item: number
}

/** Sends to async workers that end in several turns of the event loop, and a join; all of it twice. */
export const fanOut: Shape = {
  name: 'fan-out',
  input: { round: 0 },
  compile: (checkpointer, notes) =>
    new StateGraph(State)
      .addNode(
        'split',
        notes.noting(({ round }: typeof State.State) => ({ round: round + 1 })),
      )
      .addNode(
        'worker',
        notes.noting(
          async ({ item }: Item) => {
            // Not in the order in which they were sent, and two of them in one turn.
            await notes.turns([3, 1, 2, 1][item]!)
            return { log: [`item ${item}`] }
          },
          ({ item }) => `${item}`,
        ),
      )
      .addNode(
        'join',
        notes.noting(({ log }: typeof State.State) => ({ log: [`joined ${log.length}`] })),
      )
      .addEdge(START, 'split')
      .addConditionalEdges('split', () => [0, 1, 2, 3].map((item) => new Send('worker', { item })), [
        'worker',
      ])
      .addEdge('worker', 'join')
      .addConditionalEdges('join', ({ round }) => (round < 2 ? 'split' : END))
      .compile({ checkpointer }),
}
