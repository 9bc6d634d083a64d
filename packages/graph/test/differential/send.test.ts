import { setImmediate } from 'node:timers/promises'
import { Annotation, Command, END, START, Send } from '@langchain/langgraph'
import { differential, sameRuns } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'

const Jobs = Annotation.Root({
  ...Log.spec,
  subjects: Annotation<string[]>,
  jokes: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
})

sameRuns(
  'map and reduce: one task per item, results in the order of the items',
  ({ StateGraph }) =>
    new StateGraph(Jobs)
      .addNode('plan', () => ({ subjects: ['cats', 'ants', 'bees'] }))
      .addNode('joke', ({ subject }: { subject: string }) => ({ jokes: [`about ${subject}`] }))
      .addNode('best', ({ jokes }) => ({ log: [`best of ${jokes.join(', ')}`] }))
      .addEdge(START, 'plan')
      .addConditionalEdges('plan', ({ subjects }) => subjects.map((subject) => new Send('joke', { subject })))
      .addEdge('joke', 'best'),
  [{}, { subjects: [] }],
)

sameRuns(
  'more than ten sends keep their order',
  ({ StateGraph }) =>
    new StateGraph(Jobs)
      .addNode('joke', async ({ subject }: { subject: number }) => ({ jokes: [`${subject}`] }))
      .addConditionalEdges(START, () =>
        Array.from({ length: 12 }, (_, index) => new Send('joke', { subject: 11 - index })),
      ),
  [{}],
)

sameRuns(
  'a send carries any input, as it is',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('work', (input: unknown) => ({ log: [JSON.stringify(input) ?? String(input)] }))
      .addConditionalEdges(START, () => [
        new Send('work', 'text'),
        new Send('work', 7),
        new Send('work', null),
        new Send('work', [1, [2]]),
        new Send('work', { extra: true, log: ['mine'] }),
      ]),
  [{ log: ['state'] }],
)

sameRuns(
  'sends from several nodes are put in the order of those nodes',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('b', () => ({}))
      .addNode('a', () => ({}))
      .addNode('work', ({ from }: { from: string }) => ({ log: [from] }))
      .addEdge(START, 'b')
      .addEdge(START, 'a')
      .addConditionalEdges('b', () => [new Send('work', { from: 'b1' }), new Send('work', { from: 'b2' })])
      .addConditionalEdges('a', () => [new Send('work', { from: 'a1' }), new Send('work', { from: 'a2' })]),
  [{}],
)

sameRuns(
  'sends and edges into one node run side by side, edges applied first',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('plan', noting('plan'))
      .addNode('work', (input: { id?: number }) => ({ log: [`work ${input.id ?? 'on the state'}`] }))
      .addEdge(START, 'plan')
      .addEdge('plan', 'work')
      .addConditionalEdges('plan', () => [new Send('work', { id: 1 }), new Send('work', { id: 2 })]),
  [{}],
)

sameRuns(
  'a task that was sent may send again',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('work', ({ depth }: { depth: number }) => ({ log: [`depth ${depth}`] }))
      .addNode(
        'split',
        ({ depth }: { depth: number }) =>
          depth === 0
            ? new Command({ goto: new Send('work', { depth }) })
            : new Command({
                update: { log: [`split ${depth}`] },
                goto: [new Send('split', { depth: depth - 1 }), new Send('work', { depth })],
              }),
        { ends: ['split', 'work'] },
      )
      .addConditionalEdges(START, () => new Send('split', { depth: 2 }), ['split']),
  [{}],
)

sameRuns(
  'a node returns sends in a command, with its update',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode(
        'plan',
        () =>
          new Command({
            update: { log: ['planned'] },
            goto: [new Send('work', { id: 1 }), new Send('work', { id: 2 })],
          }),
        { ends: ['work'] },
      )
      .addNode('work', ({ id }: { id: number }) => ({ log: [`work ${id}`] }))
      .addEdge(START, 'plan'),
  [{}],
)

sameRuns(
  'conditional edges of a task that was sent see the state, not its input',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('work', ({ id }: { id: number }) => ({ log: [`work ${id}`] }))
      .addNode('after', noting('after'))
      .addConditionalEdges(START, () => [new Send('work', { id: 1 }), new Send('work', { id: 2 })])
      .addConditionalEdges('work', ({ log }) => (log.length === 2 ? 'after' : END)),
  [{ log: ['first'] }],
)

sameRuns(
  'one of several sent tasks fails: those that finished are kept, and only the failed one runs again',
  ({ StateGraph }) => {
    let failures = 1
    return new StateGraph(Log)
      .addNode('work', async ({ id }: { id: number }) => {
        if (id === 2 && failures-- > 0) {
          await setImmediate()
          throw new Error('work 2 failed')
        }
        return { log: [`work ${id}`] }
      })
      .addNode('after', noting('after'))
      .addConditionalEdges(START, () => [1, 2, 3].map((id) => new Send('work', { id })))
      .addEdge('work', 'after')
  },
  [{}, null],
)

sameRuns(
  'a join takes a node that was sent several times as arrived once',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('work', ({ id }: { id: number }) => ({ log: [`work ${id}`] }))
      .addNode('other', noting('other'))
      .addNode('joined', noting('joined'))
      .addConditionalEdges(START, () => [new Send('work', { id: 1 }), new Send('work', { id: 2 }), 'other'])
      .addEdge(['work', 'other'], 'joined'),
  [{}],
)

differential('a send to the end is an error', ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('work', noting('work'))
    .addConditionalEdges(START, () => new Send(END, {}), ['work', END])
    .compile()
  return outcomeOf(() => graph.invoke({}))
})
