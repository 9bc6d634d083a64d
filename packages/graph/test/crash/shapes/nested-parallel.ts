import { Annotation, END, START, Send } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { LedgerNotes } from '../ledger-notes.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ round: Annotation<number>, log: Annotation<string[]>(appended) })
const Inner = Annotation.Root({ item: Annotation<number>, log: Annotation<string[]>(appended) })
type InnerState = typeof Inner.State

/** A node that ends so many turns of the event loop later, which is another number for each item. */
function logging(notes: LedgerNotes, name: string, turnsOf: (item: number) => number) {
  return notes.noting(
    async ({ item }: InnerState) => {
      await notes.turns(turnsOf(item))
      return { log: [`${name} ${item}`] }
    },
    ({ item }) => `${item}`,
  )
}

/**
 * Graphs in graphs, two deep, several of each at a time: items are sent to a graph of two branches, one of which is a
 * graph of two branches again.
 */
export const nestedParallel: Shape = {
  name: 'nested-parallel',
  input: { round: 0 },
  compile(checkpointer, notes) {
    const inner = new StateGraph(Inner)
      .addNode(
        'left',
        logging(notes, 'left', (item) => 1 + item),
      )
      .addNode(
        'right',
        logging(notes, 'right', (item) => 2 - item),
      )
      .addEdge(START, 'left')
      .addEdge(START, 'right')
    const middle = new StateGraph(Inner)
      .addNode(
        'beside',
        logging(notes, 'beside', () => 1),
      )
      .addNode('inner', inner.compile())
      .addNode(
        'after',
        logging(notes, 'after', () => 0),
      )
      .addEdge(START, 'beside')
      .addEdge(START, 'inner')
      .addEdge(['beside', 'inner'], 'after')
    return new StateGraph(State)
      .addNode(
        'split',
        notes.noting(({ round }: typeof State.State) => ({ round: round + 1 })),
      )
      .addNode('middle', middle.compile())
      .addNode(
        'join',
        notes.noting(({ log }: typeof State.State) => ({ log: [`joined ${log.length}`] })),
      )
      .addEdge(START, 'split')
      .addConditionalEdges('split', () => [0, 1].map((item) => new Send('middle', { item, log: [] })), [
        'middle',
      ])
      .addEdge('middle', 'join')
      .addConditionalEdges('join', ({ round }) => (round < 2 ? 'split' : END))
      .compile({ checkpointer })
  },
}
