import { Annotation, END, START } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { LedgerNotes } from '../ledger-notes.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ round: Annotation<number>, log: Annotation<string[]>(appended) })
const Inner = Annotation.Root({ log: Annotation<string[]>(appended) })

/** A node that adds its name to the log, and ends in a later turn of the event loop when `turns` is not 0. */
function logging(notes: LedgerNotes, name: string, turns = 0) {
  return notes.noting(({ log }: typeof Inner.State) => {
    const update = { log: [`${name} after ${log.length}`] }
    return turns === 0 ? update : notes.turns(turns).then(() => update)
  })
}

/** A graph in a graph in a graph, called again in each round of a loop. */
export const nested: Shape = {
  name: 'nested',
  isSequential: true,
  input: { round: 0 },
  compile(checkpointer, notes) {
    const inner = new StateGraph(Inner)
      .addNode('first', logging(notes, 'first'))
      .addNode('second', logging(notes, 'second', 2))
      .addEdge(START, 'first')
      .addEdge('first', 'second')
    const middle = new StateGraph(Inner)
      .addNode('before', logging(notes, 'before'))
      .addNode('inner', inner.compile())
      .addEdge(START, 'before')
      .addEdge('before', 'inner')
    return new StateGraph(State)
      .addNode(
        'begin',
        notes.noting(({ round }: typeof State.State) => ({ round: round + 1, log: [`round ${round}`] })),
      )
      .addNode('middle', middle.compile())
      .addEdge(START, 'begin')
      .addEdge('begin', 'middle')
      .addConditionalEdges('middle', ({ round }) => (round < 2 ? 'begin' : END))
      .compile({ checkpointer })
  },
}
