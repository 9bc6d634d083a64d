import type { BaseMessage } from '@langchain/core/messages'
import { withLangGraph } from '@langchain/langgraph/zod'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  Annotation,
  MessagesAnnotation,
  MessagesValue,
  MessagesZodMeta,
  ReducedValue,
  START,
  StateGraph,
  StateSchema,
  UntrackedValue,
  type Messages,
  type OverwriteValue,
} from '../../src/index.ts'

const noUpdate = () => ({})

describe('a state of Annotation.Root', () => {
  const State = Annotation.Root({
    count: Annotation<number>({ reducer: (sum, added) => sum + added, default: () => 0 }),
    log: Annotation<string[], string>({ reducer: (log, line) => [...log, line], default: () => [] }),
    name: Annotation<string>,
  })
  const graph = new StateGraph(State).addNode('a', noUpdate).addEdge(START, 'a').compile()

  test('is what invoke gives', async () => {
    expectTypeOf(await graph.invoke({ name: 'x' })).toEqualTypeOf<{
      count: number
      log: string[]
      name: string
    }>()
  })

  test('takes updates as input, and overwrites', async () => {
    await graph.invoke({ log: 'one line' })
    await graph.invoke({ log: { __overwrite__: ['all', 'lines'] } })
    await graph.invoke(null)
    // @ts-expect-error a log is written line by line
    await graph.invoke({ log: ['one line'] })
    // @ts-expect-error the state has no such key
    await graph.invoke({ nmae: 'x' })
    // @ts-expect-error a name is no number
    await graph.invoke({ name: 1 })
  })

  test('names its state, update and node types', () => {
    expectTypeOf<typeof State.State>().toEqualTypeOf<{ count: number; log: string[]; name: string }>()
    expectTypeOf<typeof State.Update>().toEqualTypeOf<{
      count?: number | OverwriteValue<number>
      log?: string | OverwriteValue<string[]>
      name?: string
    }>()
    const node: typeof State.Node = (state) => ({ count: state.count + 1, log: 'counted' })
    expectTypeOf(node).parameter(0).toEqualTypeOf<typeof State.State>()
  })
})

describe('a state of zod', () => {
  const State = z.object({ count: z.number().default(0), name: z.string() })
  const graph = new StateGraph(State).addNode('a', noUpdate).addEdge(START, 'a').compile()

  test('is what invoke gives', async () => {
    expectTypeOf(await graph.invoke({ name: 'x' })).toEqualTypeOf<{ count: number; name: string }>()
  })

  test('takes what the schema takes', async () => {
    await graph.invoke({ count: 1 })
    // @ts-expect-error a count is no string
    await graph.invoke({ count: '1' })
  })

  test('has the reducers that withLangGraph gives it', async () => {
    const Talk = z.object({ messages: withLangGraph(z.custom<BaseMessage[]>(), MessagesZodMeta) })
    const talk = new StateGraph(Talk).addNode('a', noUpdate).addEdge(START, 'a').compile()
    expectTypeOf(await talk.invoke({ messages: 'hello' })).toEqualTypeOf<{ messages: BaseMessage[] }>()
    // @ts-expect-error a number makes no message
    await talk.invoke({ messages: 1 })
  })
})

describe('a state of StateSchema', () => {
  const State = new StateSchema({
    messages: MessagesValue,
    step: z.number().default(0),
    log: new ReducedValue(
      z.array(z.string()).default(() => []),
      { inputSchema: z.string(), reducer: (log: string[], line: string) => [...log, line] },
    ),
    scratch: new UntrackedValue(z.string()),
  })
  const graph = new StateGraph(State).addNode('a', noUpdate).addEdge(START, 'a').compile()

  test('is what invoke gives', async () => {
    expectTypeOf(await graph.invoke({ step: 1 })).toEqualTypeOf<{
      messages: BaseMessage[]
      step: number
      log: string[]
      scratch: string
    }>()
  })

  test('takes updates as input', async () => {
    await graph.invoke({ messages: 'hello', log: 'one line' })
    // @ts-expect-error a log is written line by line
    await graph.invoke({ log: ['one line'] })
  })

  test('names its state, update and node types', () => {
    const node: typeof State.Node = (state) => ({ step: state.step + 1 })
    new StateGraph(State).addNode('node', node)
    expectTypeOf<(typeof State.State)['step']>().toEqualTypeOf<number>()
    expectTypeOf<(typeof State.Update)['log']>().toEqualTypeOf<
      string | OverwriteValue<string[]> | undefined
    >()
  })
})

describe('a state of messages', () => {
  test('takes whatever makes a message', async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('a', ({ messages }) => ({ messages: messages.slice(-1) }))
      .addEdge(START, 'a')
      .compile()
    expectTypeOf<{ messages: Messages }>().toExtend<Parameters<typeof graph.invoke>[0]>()
    expectTypeOf(await graph.invoke({ messages: 'hello' })).toEqualTypeOf<{ messages: BaseMessage[] }>()
    expectTypeOf(await graph.invoke({ messages: { role: 'user', content: 'hello' } })).toEqualTypeOf<{
      messages: BaseMessage[]
    }>()
  })
})

describe('input and output schemas', () => {
  const State = Annotation.Root({
    question: Annotation<string>,
    draft: Annotation<string>,
    answer: Annotation<string>,
  })
  const Question = Annotation.Root({ question: Annotation<string> })
  const Answer = Annotation.Root({ answer: Annotation<string> })

  test('are given with the state, as its options', async () => {
    const graph = new StateGraph(State, { input: Question, output: Answer })
      .addNode('a', (state) => {
        expectTypeOf(state).toEqualTypeOf<{ question: string; draft: string; answer: string }>()
        return { draft: state.question, answer: 'yes' }
      })
      .addEdge(START, 'a')
      .compile()
    expectTypeOf(await graph.invoke({ question: 'why?' })).toEqualTypeOf<{ answer: string }>()
    // @ts-expect-error not part of the input
    await graph.invoke({ draft: 'x' })
  })

  test('are given in one object with the state', async () => {
    const graph = new StateGraph({ state: State, input: Question, output: Answer })
      .addNode('a', (state) => {
        expectTypeOf(state).toEqualTypeOf<{ question: string; draft: string; answer: string }>()
        return { answer: 'yes' }
      })
      .addEdge(START, 'a')
      .compile()
    expectTypeOf(await graph.invoke({ question: 'why?' })).toEqualTypeOf<{ answer: string }>()
    // @ts-expect-error not part of the input
    await graph.invoke({ draft: 'x' })
  })

  test('are given in one object with stateSchema', async () => {
    const graph = new StateGraph({ stateSchema: State, input: Question, output: Answer })
      .addNode('a', (state) => ({ answer: state.draft }))
      .addEdge(START, 'a')
      .compile()
    expectTypeOf(await graph.invoke({ question: 'why?' })).toEqualTypeOf<{ answer: string }>()
  })

  test('stand for the state when there is none', async () => {
    const graph = new StateGraph({ input: State, output: Answer })
      .addNode('a', (state) => ({ answer: state.question }))
      .addEdge(START, 'a')
      .compile()
    expectTypeOf(await graph.invoke({ question: 'why?' })).toEqualTypeOf<{ answer: string }>()
  })

  test('are the state when they are not given', async () => {
    const onlyInput = new StateGraph({ state: State, input: Question }).addNode('a', noUpdate).compile()
    expectTypeOf(await onlyInput.invoke({ question: 'why?' })).toEqualTypeOf<typeof State.State>()
    const onlyOutput = new StateGraph({ state: State, output: Answer }).addNode('a', noUpdate).compile()
    expectTypeOf(await onlyOutput.invoke({ draft: 'x' })).toEqualTypeOf<{ answer: string }>()
  })

  test('may be of zod or StateSchema, and of another kind than the state', async () => {
    const graph = new StateGraph({
      state: State,
      input: z.object({ question: z.string() }),
      output: new StateSchema({ answer: z.string() }),
    })
      .addNode('a', ({ question }) => ({ answer: question }))
      .addEdge(START, 'a')
      .compile()
    expectTypeOf(await graph.invoke({ question: 'why?' })).toEqualTypeOf<{ answer: string }>()
    // @ts-expect-error a question is no number
    await graph.invoke({ question: 1 })
  })
})

describe('the deprecated channels', () => {
  test('have a state that is named', () => {
    new StateGraph<{ count: number; log: string[] }>({
      channels: { count: null, log: { reducer: (log: string[], lines: string[]) => [...log, ...lines] } },
    }).addNode('a', (state) => {
      expectTypeOf(state).toEqualTypeOf<{ count: number; log: string[] }>()
      return { count: state.count + 1 }
    })
  })
})
