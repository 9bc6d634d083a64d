import { Annotation, END, START, Send } from '@langchain/langgraph'
import { DeltaChannel } from '@langchain/langgraph/channels'
import { StateGraph } from '../../../src/index.ts'
import type { Shape } from '../shape.ts'

const State = Annotation.Root({
  round: Annotation<number>,
  log: () =>
    new DeltaChannel<string[], string>((log, more) => [...log, ...more], {
      snapshotFrequency: 3,
      initialValueFactory: () => [],
    }),
})

interface Item {
  readonly item: number
}

/** A channel of which checkpoints hold a snapshot at times, and else only what was written to it, by workers too. */
export const deltas: Shape = {
  name: 'deltas',
  input: { round: 0, log: 'begin' },
  compile: (checkpointer, notes) =>
    new StateGraph(State)
      .addNode(
        'split',
        notes.noting(({ round, log }: typeof State.State) => ({
          round: round + 1,
          log: `split after ${log.length}`,
        })),
      )
      .addNode(
        'worker',
        notes.noting(
          async ({ item }: Item) => {
            await notes.turns([2, 1][item]!)
            return { log: `item ${item}` }
          },
          ({ item }) => `${item}`,
        ),
      )
      .addEdge(START, 'split')
      .addConditionalEdges('split', () => [0, 1].map((item) => new Send('worker', { item })), ['worker'])
      .addNode(
        'join',
        notes.noting(({ log }: typeof State.State) => ({ log: `joined ${log.length}` })),
      )
      .addEdge('worker', 'join')
      .addConditionalEdges('join', ({ round }) => (round < 3 ? 'split' : END))
      .compile({ checkpointer }),
}
