import { Annotation, Command, START } from '@langchain/langgraph'
import { differential, sameRuns } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'

const Full = Annotation.Root({
  question: Annotation<string>,
  answer: Annotation<string>,
  notes: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
})
const Question = Annotation.Root({ question: Annotation<string> })
const Answer = Annotation.Root({ answer: Annotation<string> })
const Private = Annotation.Root({ secret: Annotation<string> })

sameRuns(
  'an input schema takes its own keys, an output schema gives its own',
  ({ StateGraph }) =>
    new StateGraph({ stateSchema: Full, input: Question, output: Answer } as unknown as typeof Full)
      .addNode('think', (state: typeof Full.State) => ({
        notes: [`thought on ${state.question} ${state.answer}`],
      }))
      .addNode('reply', (state: typeof Full.State) => ({ answer: state.notes.join() }))
      .addEdge(START, 'think')
      .addEdge('think', 'reply'),
  [{ question: 'why', answer: 'not taken', notes: ['nor this'] }, { question: 'again' }],
)

sameRuns(
  'the same with the schemas given as one object of state, input and output',
  ({ StateGraph }) =>
    new StateGraph({ state: Full, input: Question, output: Answer })
      .addNode('reply', (state: typeof Full.State) => ({ answer: `${state.question}!`, notes: ['replied'] }))
      .addEdge(START, 'reply'),
  [{ question: 'why' }],
)

sameRuns(
  'a node with an input schema of its own sees those keys, and may share private ones with others',
  ({ StateGraph }) =>
    new StateGraph(Full)
      .addNode('hide', () => ({ secret: 'hidden', notes: ['hid it'] }) as never)
      .addNode('use', (state: typeof Private.State) => ({ answer: JSON.stringify(state) }), {
        input: Private,
      })
      .addNode('plain', (state) => ({ notes: [Object.keys(state).join()] }))
      .addEdge(START, 'hide')
      .addEdge('hide', 'use')
      .addEdge('use', 'plain'),
  [{ question: 'q' }],
)

const Root = Annotation.Root({
  __root__: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
})

sameRuns(
  'a whole state that is one value',
  ({ StateGraph }) =>
    new StateGraph(Root)
      .addNode('a', (list: never) => [`a saw ${(list as string[]).length}`] as never)
      .addNode('b', () => new Command({ update: ['b'] as never }))
      .addNode('c', () => null as never)
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'c'),
  [['in']],
)

sameRuns(
  'channels given by the old form of arguments',
  ({ StateGraph }) =>
    new StateGraph({
      channels: { n: null, log: { value: (a: string[], b: string[]) => a.concat(b), default: () => [] } },
    } as never)
      .addNode('a' as never, ((state: { n: number }) => ({ n: state.n + 1, log: [`${state.n}`] })) as never)
      .addNode('b' as never, ((state: { n: number }) => ({ n: state.n * 2, log: ['b'] })) as never)
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never),
  [{ n: 1 }, { n: 7 }],
)

differential('what is not an object is no input for a state of keys', async ({ StateGraph }) => {
  const graph = new StateGraph(Full)
    .addNode('a', () => ({ answer: 'a' }))
    .addEdge(START, 'a')
    .compile()
  return [
    await outcomeOf(() => graph.invoke({})),
    await outcomeOf(() => graph.invoke({ unknown: 1 } as never)),
    await outcomeOf(() => graph.invoke({ question: undefined as never })),
    await outcomeOf(() => graph.invoke(null).catch((error: Error) => error.name)),
    await outcomeOf(() => graph.invoke('text' as never).catch((error: Error) => error.name)),
  ]
})

differential('output keys of the caller', async ({ StateGraph }) => {
  const graph = new StateGraph(Full)
    .addNode('a', () => ({ answer: 'a', notes: ['n'] }))
    .addEdge(START, 'a')
    .compile()
  return [
    await graph.invoke({ question: 'q' }, { outputKeys: 'answer' }),
    await graph.invoke({ question: 'q' }, { outputKeys: ['notes', 'question'] }),
    await outcomeOf(() => graph.invoke({ question: 'q' }, { outputKeys: ['none'] as never })),
  ]
})

sameRuns(
  'an input and an output schema may have keys that the state does not have',
  ({ StateGraph }) =>
    new StateGraph({
      state: Full,
      input: Annotation.Root({ question: Annotation<string>, hint: Annotation<string> }),
      output: Annotation.Root({ answer: Annotation<string>, score: Annotation<number> }),
    })
      .addNode('think', (state) => ({ notes: [JSON.stringify(state)], score: 1 }) as never)
      .addNode('reply', (state: { hint: string }) => ({ answer: `after ${state.hint}` }), {
        input: Annotation.Root({ hint: Annotation<string> }),
      })
      .addEdge(START, 'think')
      .addEdge('think', 'reply'),
  [{ question: 'why', hint: 'because', answer: 'not taken' }, { hint: 'again' }],
)
