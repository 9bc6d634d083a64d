import { Annotation, START, interrupt } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ log: Annotation<string[]>(appended) })

/** A node that asks twice, between two that do not ask; with each answer comes an update of the state. */
export const question: Shape = {
  name: 'question',
  input: { log: ['asked for'] },
  answers: { 'which?': 'the red one', 'sure?': true },
  update: { log: ['answered'] },
  compile: (checkpointer, notes) =>
    new StateGraph(State)
      .addNode(
        'before',
        notes.noting(() => ({ log: ['before'] })),
      )
      .addNode(
        'ask',
        notes.noting(() => {
          const which: unknown = interrupt('which?')
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
