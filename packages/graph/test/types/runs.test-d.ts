import type { AIMessageChunk, BaseMessage } from '@langchain/core/messages'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  Annotation,
  Command,
  INTERRUPT,
  interrupt,
  isInterrupted,
  START,
  StateGraph,
  writer,
  type Interrupt,
  type StateSnapshot,
  type StreamMode,
} from '../../src/index.ts'

interface Values {
  foo: string[]
}
const State = Annotation.Root({
  foo: Annotation<string[], string>({ reducer: (all, one) => [...all, one], default: () => [] }),
})
const graph = new StateGraph(State)
  .addNode('one', () => ({ foo: '1' as const }))
  .addNode('two', () => ({ foo: '2' as const }))
  .addEdge(START, 'one')
  .addEdge('one', 'two')
  .compile()
/** What a node wrote, by its name. */
interface Updates {
  one?: { foo: '1' }
  two?: { foo: '2' }
}
type ChunkOf<Streamed extends Promise<AsyncIterable<unknown>>> =
  Awaited<Streamed> extends AsyncIterable<infer Chunk> ? Chunk : never

describe('the stream', () => {
  const input = { foo: 'x' }
  test('gives updates by default', () => {
    const stream = () => graph.stream(input)
    expectTypeOf<ChunkOf<ReturnType<typeof stream>>>().toEqualTypeOf<Updates>()
  })

  test('gives the chunks of its mode', () => {
    const values = () => graph.stream(input, { streamMode: 'values' })
    expectTypeOf<ChunkOf<ReturnType<typeof values>>>().toEqualTypeOf<Values>()
    const updates = () => graph.stream(input, { streamMode: 'updates' })
    expectTypeOf<ChunkOf<ReturnType<typeof updates>>>().toEqualTypeOf<Updates>()
    const messages = () => graph.stream(input, { streamMode: 'messages' })
    expectTypeOf<ChunkOf<ReturnType<typeof messages>>[0]>().toEqualTypeOf<BaseMessage>()
    expectTypeOf<AIMessageChunk>().toExtend<ChunkOf<ReturnType<typeof messages>>[0]>()
    const checkpoints = () => graph.stream(input, { streamMode: 'checkpoints' })
    expectTypeOf<ChunkOf<ReturnType<typeof checkpoints>>['values']>().toEqualTypeOf<Values>()
    const tasks = () => graph.stream(input, { streamMode: 'tasks' })
    expectTypeOf<ChunkOf<ReturnType<typeof tasks>>['name']>().toEqualTypeOf<string>()
    const tools = () => graph.stream(input, { streamMode: 'tools' })
    expectTypeOf<ChunkOf<ReturnType<typeof tools>>['name']>().toEqualTypeOf<string>()
    // @ts-expect-error there is no such mode
    const unknown = () => graph.stream(input, { streamMode: 'everything' })
    expectTypeOf(unknown).toBeFunction()
  })

  test('names the mode when there are several', () => {
    const both = () => graph.stream(input, { streamMode: ['updates', 'values'] })
    expectTypeOf<ChunkOf<ReturnType<typeof both>>>().toEqualTypeOf<
      ['updates', Updates] | ['values', Values]
    >()
    const any = () => graph.stream(input, { streamMode: ['values'] as StreamMode[] })
    expectTypeOf<ChunkOf<ReturnType<typeof any>>[0]>().toEqualTypeOf<StreamMode>()
  })

  test('says where a chunk comes from when subgraphs are asked for', () => {
    const one = () => graph.stream(input, { streamMode: 'values', subgraphs: true })
    expectTypeOf<ChunkOf<ReturnType<typeof one>>>().toEqualTypeOf<[string[], Values]>()
    const both = () => graph.stream(input, { streamMode: ['updates', 'values'], subgraphs: true })
    expectTypeOf<ChunkOf<ReturnType<typeof both>>>().toEqualTypeOf<
      [string[], 'updates', Updates] | [string[], 'values', Values]
    >()
  })

  test('gives bytes when it is encoded', () => {
    const encoded = () => graph.stream(input, { streamMode: 'values', encoding: 'text/event-stream' })
    expectTypeOf<ChunkOf<ReturnType<typeof encoded>>>().toEqualTypeOf<Uint8Array>()
  })

  test('takes the input of the graph only', () => {
    // @ts-expect-error the state has no such key
    void graph.stream({ bar: 'x' })
  })
})

describe('a run', () => {
  test('takes a context of the schema', async () => {
    const withContext = [
      new StateGraph(State, { context: z.object({ userId: z.string() }) }),
      new StateGraph(State, z.object({ userId: z.string() })),
      new StateGraph({ state: State, context: z.object({ userId: z.string() }) }),
    ] as const
    for (const builder of withContext) {
      const greeting = builder
        .addNode('a', (_state, { context, configurable }) => {
          expectTypeOf(context).toEqualTypeOf<{ userId: string } | undefined>()
          expectTypeOf(configurable).toEqualTypeOf<{ userId: string } | undefined>()
          return {}
        })
        .addEdge(START, 'a')
        .compile()
      await greeting.invoke({}, { context: { userId: 'x' }, configurable: { thread_id: '1' } })
      // @ts-expect-error a user id is no number
      await greeting.invoke({}, { context: { userId: 1 } })
    }
    const annotated = new StateGraph(State, Annotation.Root({ userId: Annotation<string> }))
      .addNode('a', (_state, { context }) => ({ foo: context?.userId ?? '' }))
      .compile()
    await annotated.invoke({}, { context: { userId: 'x' } })
    // @ts-expect-error a user id is no number
    await annotated.invoke({}, { context: { userId: 1 } })
  })

  test('is interrupted at nodes that are there', async () => {
    await graph.invoke({}, { interruptBefore: ['one'], interruptAfter: '*' })
    // @ts-expect-error there is no such node
    await graph.invoke({}, { interruptBefore: ['nowhere'] })
  })

  test('goes on with a command of the graph', async () => {
    await graph.invoke(new Command({ resume: true }))
    await graph.invoke(new Command({ goto: 'two', update: { foo: 'x' } }))
    // @ts-expect-error there is no such node
    await graph.invoke(new Command({ goto: 'nowhere' }))
    // @ts-expect-error a foo is written one by one
    await graph.invoke(new Command({ update: { foo: ['x'] } }))
  })

  test('may be batched and configured', async () => {
    expectTypeOf(await graph.batch([{ foo: 'x' }])).toEqualTypeOf<Values[]>()
    const configured = graph.withConfig({ configurable: { thread_id: '1' } })
    expectTypeOf(await configured.invoke({ foo: 'x' })).toEqualTypeOf<Values>()
    expectTypeOf(await graph.getState({ configurable: {} })).toEqualTypeOf<StateSnapshot>()
  })

  test('may show an interrupt', async () => {
    const result = await graph.invoke({ foo: 'x' })
    if (isInterrupted<{ question: string }>(result)) {
      expectTypeOf(result[INTERRUPT]).toEqualTypeOf<Interrupt<{ question: string }>[]>()
    }
  })
})

describe('typed interrupts and writers', () => {
  const builder = new StateGraph(State, {
    interrupt: {
      approve: interrupt<{ cost: number }, { isApproved: boolean }>,
      choose: interrupt<{ options: string[] }, { choice: string }>,
    },
    writer: writer<{ progress: number }>,
    nodes: ['ask', 'tell'],
  })
  const ask: typeof builder.Node = (_state, runtime) => {
    const { isApproved } = runtime.interrupt.approve({ cost: 1 })
    expectTypeOf(isApproved).toEqualTypeOf<boolean>()
    runtime.writer({ progress: 1 })
    // @ts-expect-error a cost is no string
    runtime.interrupt.approve({ cost: '1' })
    // @ts-expect-error there is no such interrupt
    runtime.interrupt.reject({})
    // @ts-expect-error progress is what is written
    runtime.writer({ percent: 1 })
    return new Command({ goto: 'tell' })
  }
  builder.addNode('ask', ask, { ends: ['tell'] })
  builder.addNode('tell', (_state, runtime) => ({ foo: runtime.interrupt.choose({ options: [] }).choice }))
  builder.addEdge(START, 'ask').addJoin(['ask'], 'tell')
  const asking = builder.compile()

  test('give what the graph is interrupted with', async () => {
    const result = await asking.invoke({ foo: 'x' })
    if (asking.isInterrupted(result)) {
      expectTypeOf(result[INTERRUPT]).toEqualTypeOf<Interrupt<{ cost: number } | { options: string[] }>[]>()
    }
  })

  test('give what the graph is resumed with', async () => {
    await asking.invoke(new Command({ resume: { isApproved: true } }))
    await asking.invoke(new Command({ resume: { choice: 'a' } }))
    // @ts-expect-error no interrupt takes that
    await asking.invoke(new Command({ resume: { isApproved: 'yes' } }))
  })

  test('give the chunks of mode custom', () => {
    const custom = () => asking.stream({ foo: 'x' }, { streamMode: 'custom' })
    expectTypeOf<ChunkOf<ReturnType<typeof custom>>>().toEqualTypeOf<{ progress: number }>()
    const several = () => asking.stream({ foo: 'x' }, { streamMode: ['custom', 'values'] })
    expectTypeOf<ChunkOf<ReturnType<typeof several>>>().toEqualTypeOf<
      ['custom', { progress: number }] | ['values', Values]
    >()
  })

  test('may be one function', async () => {
    const one = new StateGraph(State, { interrupt: interrupt<string, number> })
    one.addNode('a', (_state, runtime) => ({ foo: runtime.interrupt('how many?').toFixed() }))
    const counting = one.compile()
    await counting.invoke(new Command({ resume: 1 }))
    // @ts-expect-error the answer is a number
    await counting.invoke(new Command({ resume: 'one' }))
  })

  test('are not known to a builder that was chained, as in LangGraph', () => {
    builder.addNode('ask', ask).addNode('tell', (_state, runtime) => {
      expectTypeOf(runtime.interrupt).toEqualTypeOf<(value: unknown) => unknown>()
      return {}
    })
  })
})
