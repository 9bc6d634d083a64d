import { Annotation, END, START } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { LedgerNotes } from '../ledger-notes.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ log: Annotation<string[]>(appended) })

function branch(notes: LedgerNotes, name: string, turns: number) {
  return notes.noting(async ({ log }: typeof State.State) => {
    await notes.turns(turns)
    return { log: [`${name} after ${log.length}`] }
  })
}

/** A short and a long branch, and an edge that waits for both of them. */
export const branches: Shape = {
  name: 'branches',
  input: { log: [] },
  compile: (checkpointer, notes) =>
    new StateGraph(State)
      .addNode('short', branch(notes, 'short', 1))
      .addNode('long', branch(notes, 'long', 2))
      .addNode('longer', branch(notes, 'longer', 1))
      .addNode('join', branch(notes, 'join', 0))
      .addEdge(START, 'short')
      .addEdge(START, 'long')
      .addEdge('long', 'longer')
      .addEdge(['short', 'longer'], 'join')
      .addEdge('join', END)
      .compile({ checkpointer }),
}
