import { Annotation, START, interrupt } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ log: Annotation<string[]>(appended) })

/** A node that asks twice, between two that do not ask; with each answer comes an update of the state. */
export const question: Shape = {
  name: 'question',
  isSequential: true,
  input: { log: ['asked for'] },
  answers: { 'which?': 'the red one', 'sure?': true },
  updates: { 'which?': { log: ['has a colour'] }, 'sure?': { log: ['is sure'] } },
  compile: (checkpointer, notes) =>
    new StateGraph(State)
      .addNode(
        'before',
        notes.noting(() => ({ log: ['before'] })),
      )
      .addNode(
        'ask',
        notes.noting(async () => {
          const which: unknown = interrupt('which?')
          // So the answer is kept before the node ends.
          await notes.turns(1)
          const isSure: unknown = interrupt('sure?')
          return { log: [`${String(which)}: ${String(isSure)}`] }
        }),
      )
      .addNode(
        'after',
        notes.noting(({ log }: typeof State.State) => ({ log: [`after ${log.length}`] })),
      )
      .addEdge(START, 'before')
      .addEdge('before', 'ask')
      .addEdge('ask', 'after')
      .compile({ checkpointer }),
}
