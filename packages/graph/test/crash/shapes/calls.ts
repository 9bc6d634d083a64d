import { Annotation, END, START, getConfig, interrupt, task } from '@langchain/langgraph'
import { StateGraph } from '../../../src/index.ts'
import type { Shape } from '../shape.ts'
import { appended } from './appended.ts'

const State = Annotation.Root({ round: Annotation<number>, log: Annotation<string[]>(appended) })

/** A node that calls tasks, one after the other and side by side, asks in between, and all of it twice. */
export const calls: Shape = {
  name: 'calls',
  input: { round: 0 },
  answers: { 'go on?': 'yes' },
  compile(checkpointer, notes) {
    const fetched = notes.noting(
      async ({ item }: { item: string }) => {
        await notes.turns(item === 'slow' ? 2 : 1)
        return `${item}!`
      },
      ({ item }) => item,
    )
    const fetch = task('fetch', (item: string) => fetched({ item }, getConfig()))
    return new StateGraph(State)
      .addNode(
        'work',
        notes.noting(async ({ round }: typeof State.State) => {
          const first = await fetch('first')
          const answer = String(interrupt('go on?'))
          const both = await Promise.all([fetch('slow'), fetch('quick')])
          return { round: round + 1, log: [first, answer, ...both] }
        }),
      )
      .addEdge(START, 'work')
      .addConditionalEdges('work', ({ round }) => (round < 2 ? 'work' : END))
      .compile({ checkpointer })
  },
}
