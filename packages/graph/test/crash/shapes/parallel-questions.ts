import { Annotation, START, interrupt } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { LedgerNotes } from '../ledger-notes.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ log: Annotation<string[]>(appended) })

function asking(notes: LedgerNotes, question: string) {
  return notes.noting(() => ({ log: [`${question} ${String(interrupt(question))}`] }))
}

/** Two questions at the same time, one of them in a nested graph, beside a node that does not ask. */
export const parallelQuestions: Shape = {
  name: 'parallel questions',
  input: { log: [] },
  answers: { 'where?': 'here', 'when?': 'now' },
  answersById: true,
  compile(checkpointer, notes) {
    const inner = new StateGraph(State)
      .addNode(
        'prepare',
        notes.noting(() => ({ log: ['prepared'] })),
      )
      .addNode('when', asking(notes, 'when?'))
      .addEdge(START, 'prepare')
      .addEdge('prepare', 'when')
    return new StateGraph(State)
      .addNode('where', asking(notes, 'where?'))
      .addNode('inner', inner.compile())
      .addNode(
        'silent',
        notes.noting(async () => {
          await notes.turns(2)
          return { log: ['silent'] }
        }),
      )
      .addNode(
        'after',
        notes.noting(({ log }: typeof State.State) => ({ log: [`after ${log.length}`] })),
      )
      .addEdge(START, 'where')
      .addEdge(START, 'inner')
      .addEdge(START, 'silent')
      .addEdge(['where', 'inner', 'silent'], 'after')
      .compile({ checkpointer })
  },
}
