import { Annotation, END, START } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { Shape } from '../shape.ts'

interface Message {
  readonly id: string
  readonly text: string
}

const message = (id: string, edition = 0): Message => ({ id, text: `${id}, edition ${edition}. `.repeat(40) })

/** Adds messages, puts those with a known id in place of the old ones, and removes those without text. */
function merge(list: readonly Message[], more: readonly Message[]): Message[] {
  const merged = [...list]
  for (const each of more) {
    const known = merged.findIndex(({ id }) => id === each.id)
    if (known === -1) merged.push(each)
    else merged[known] = each
  }
  return merged.filter(({ text }) => text !== '')
}

const State = Annotation.Root({
  turn: Annotation<number>,
  messages: Annotation<Message[]>({ reducer: merge, default: () => [] }),
  pages: Annotation<Record<string, string>>({
    reducer: (pages, more) => ({ ...pages, ...more }),
    default: () => ({}),
  }),
})

/**
 * A long list and a large record, of which a store keeps the parts that are new: at the end, in the middle, in place of
 * others, and without what was removed.
 */
export const conversation: Shape = {
  name: 'conversation',
  isSequential: true,
  input: {
    turn: 0,
    messages: Array.from({ length: 150 }, (_, number) => message(`m${number}`)),
    pages: Object.fromEntries(
      Array.from({ length: 80 }, (_, number) => [`p${number}`, `${number} `.repeat(300)]),
    ),
  },
  compile: (checkpointer, notes) =>
    new StateGraph(State)
      .addNode(
        'ask',
        notes.noting(({ turn, messages }: typeof State.State) => ({
          turn: turn + 1,
          messages: [
            message(`q${turn}`),
            message(`m${turn * 7}`, turn + 1),
            { id: messages[3]!.id, text: '' },
          ],
        })),
      )
      .addNode(
        'answer',
        notes.noting(({ turn, messages }: typeof State.State) => ({
          messages: [message(`a${turn}`, messages.length)],
          pages: { [`p${turn * 11}`]: `turn ${turn} `.repeat(200), [`new ${turn}`]: 'new '.repeat(200) },
        })),
      )
      .addEdge(START, 'ask')
      .addEdge('ask', 'answer')
      .addConditionalEdges('answer', ({ turn }) => (turn < 4 ? 'ask' : END))
      .compile({ checkpointer }),
}
