// Types that LangGraph exports, with a graph of Cairn in them.
import type { BaseMessage } from '@langchain/core/messages'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  Annotation,
  Command,
  END,
  entrypoint,
  getCurrentTaskInput,
  getPreviousState,
  interrupt,
  MemorySaver,
  MessagesValue,
  Overwrite,
  ReducedValue,
  Send,
  START,
  StateGraph,
  StateSchema,
  task,
  UntrackedValue,
  writer,
  type AddNodeOptions,
  type AnnotationRoot,
  type ConditionalEdgeRouter,
  type ExtractStateType,
  type ExtractUpdateType,
  type GraphNode,
  type GraphNodeReturnValue,
  type GraphNodeTypes,
  type InferExtensions,
  type InferInterruptInputType,
  type InferInterruptResumeType,
  type InferStateSchemaUpdate,
  type InferStateSchemaValue,
  type InferWriterType,
  type LangGraphRunnableConfig,
  type NodePolicyOptions,
  type OverwriteValue,
  type PregelOptions,
  type ProtocolEvent,
  type StateDefinition,
  type StateGraphAddNodeOptions,
  type StateGraphArgs,
  type StateType,
  type StreamMode,
  type ToStateDefinition,
  type UpdateType,
} from '../../src/index.ts'

const State = Annotation.Root({
  question: Annotation<string>,
  docs: Annotation<string[]>({ reducer: (docs, more) => docs.concat(more), default: () => [] }),
})
type Values = typeof State.State
const noUpdate = () => ({})

describe('types of a state', () => {
  test('are inferred from any kind of schema', () => {
    const Schema = new StateSchema({
      messages: MessagesValue,
      step: z.number().default(0),
      log: new ReducedValue(z.array(z.string()), {
        inputSchema: z.string(),
        reducer: (log: string[], line: string) => [...log, line],
      }),
      scratch: new UntrackedValue<{ x: number }>(),
    })
    expectTypeOf<ExtractStateType<typeof State>>().toEqualTypeOf<Values>()
    expectTypeOf<ExtractUpdateType<typeof State>>().toEqualTypeOf<typeof State.Update>()
    expectTypeOf<StateType<typeof State.spec>>().toEqualTypeOf<Values>()
    expectTypeOf<UpdateType<typeof State.spec>>().toEqualTypeOf<typeof State.Update>()
    expectTypeOf<StateType<ToStateDefinition<typeof State>>>().toEqualTypeOf<Values>()
    expectTypeOf<InferStateSchemaValue<typeof Schema.fields>>().toEqualTypeOf<typeof Schema.State>()
    expectTypeOf<InferStateSchemaUpdate<typeof Schema.fields>>().toEqualTypeOf<typeof Schema.Update>()
    expectTypeOf<ExtractStateType<typeof Schema>['scratch']>().toEqualTypeOf<{ x: number }>()
  })

  test('may be those of the oldest arguments', () => {
    interface Old {
      messages: BaseMessage[]
      count: number
    }
    const channels: StateGraphArgs<Old>['channels'] = {
      messages: { value: (all: BaseMessage[], more: BaseMessage[]) => all.concat(more), default: () => [] },
      count: { value: (_before: number, after: number) => after, default: () => 0 },
    }
    new StateGraph<Old>({ channels })
      .addNode('a', (state) => {
        expectTypeOf(state).toEqualTypeOf<Old>()
        return { count: state.count + 1 }
      })
      .addConditionalEdges('a', (state) => (state.count > 1 ? 'end' : 'on'), { end: END, on: 'a' })
  })

  test('may be given as type arguments', () => {
    const explicit: StateGraph<typeof State.spec, Values, typeof State.Update, 'agent' | 'tools'> =
      new StateGraph(State.spec, { nodes: ['agent', 'tools'] })
    explicit.addNode('agent', noUpdate)
    explicit.addEdge('agent', 'tools')
    expectTypeOf(ofAny(State)).toExtend<StateGraph<typeof State.spec>>()
  })

  test('may overwrite', async () => {
    const graph = new StateGraph(State).addNode('a', () => ({ docs: new Overwrite(['x']) })).compile()
    const overwrite: OverwriteValue<string[]> = new Overwrite(['x'])
    await graph.invoke({ docs: overwrite })
  })
})

describe('types of nodes and routers', () => {
  test('may be a bag', () => {
    const Context = z.object({ userId: z.string() })
    interface Bag extends GraphNodeTypes<typeof State, typeof State, typeof Context, 'a' | 'b'> {
      InputSchema: typeof State
      OutputSchema: typeof State
      ContextSchema: typeof Context
      Nodes: 'a' | 'b'
    }
    const a: GraphNode<Bag> = (state, config) => {
      expectTypeOf(state).toEqualTypeOf<Values>()
      expectTypeOf(config.context).toEqualTypeOf<{ userId: string } | undefined>()
      return new Command({ goto: 'b', update: { question: 'x' } })
    }
    const router: ConditionalEdgeRouter<Bag> = (state) => (state.docs.length > 0 ? 'a' : new Send('b', state))
    const returned: GraphNodeReturnValue<typeof State.Update, 'a'> = new Command({ goto: 'a' })
    new StateGraph(State, { context: Context })
      .addNode('a', a, { ends: ['a'] })
      .addNode('b', () => returned)
      .addConditionalEdges('a', router)
    new StateGraph(State, { context: Context }).addNodes({ a, b: noUpdate }).addConditionalEdges('a', router)
  })

  test('may have options that are declared elsewhere', () => {
    const policies: NodePolicyOptions = { retryPolicy: { maxAttempts: 2 }, cachePolicy: true, timeout: 10 }
    const drawn: AddNodeOptions<'a' | 'b'> = { ends: ['a'], defer: true, metadata: { team: 'x' } }
    const options: StateGraphAddNodeOptions<'a' | 'b'> = { ...policies, ...drawn }
    new StateGraph(State)
      .addNode('b', noUpdate, policies)
      .addNode('a', noUpdate, drawn)
      .addNode('c', noUpdate, options as AddNodeOptions<'a' | 'b' | 'c'>)
  })
})

describe('types of interrupts and writers', () => {
  const builder = new StateGraph(State, {
    interrupt: { ask: interrupt<{ cost: number }, number>, confirm: interrupt<string, boolean> },
    writer: writer<{ progress: number }>,
  })
  const one = interrupt<string, number>

  test('are inferred from what the builder was given', () => {
    type Given = (typeof builder)['_interrupt']
    expectTypeOf<InferInterruptInputType<Given>>().toEqualTypeOf<{ cost: number } | string>()
    expectTypeOf<InferInterruptResumeType<Given>>().toEqualTypeOf<number | boolean>()
    expectTypeOf<InferInterruptInputType<typeof one>>().toEqualTypeOf<string>()
    expectTypeOf<InferWriterType<(typeof builder)['_writer']>>().toEqualTypeOf<{ progress: number }>()
  })
})

describe('types of streams', () => {
  const counting = () => ({ init: () => ({ seen: { count: 0 } }), process: (_event: ProtocolEvent) => true })
  const naming = () => ({ init: () => ({ name: Promise.resolve('x') }), process: () => true })
  const graph = new StateGraph(State)
    .addNode('a', noUpdate)
    .addEdge(START, 'a')
    .compile({ transformers: [counting] })

  test('of version 3 have output, values, messages, subgraphs and extensions', async () => {
    const run = await graph.streamEvents({ question: 'x' }, { version: 'v3' })
    expectTypeOf(await run.output).toEqualTypeOf<Values>()
    expectTypeOf(run.extensions.seen).toEqualTypeOf<{ count: number }>()
    for await (const values of run.values) expectTypeOf(values).toEqualTypeOf<Values>()
    for await (const message of run.messages)
      for await (const text of message.text) expectTypeOf(text).toBeString()
    for await (const subgraph of run.subgraphs) expectTypeOf(subgraph.path).toEqualTypeOf<string[]>()
    for await (const event of run) expectTypeOf(event).toEqualTypeOf<ProtocolEvent>()
  })

  test('have the extensions of a call, too', async () => {
    const run = await graph.streamEvents({}, { version: 'v3', transformers: [naming] })
    expectTypeOf(await run.extensions.name).toBeString()
    type Both = InferExtensions<[typeof counting, typeof naming]>
    expectTypeOf<Both['seen']>().toEqualTypeOf<{ count: number }>()
    expectTypeOf<Both['name']>().resolves.toBeString()
  })

  test('of version 2 are events', async () => {
    for await (const event of graph.streamEvents({}, { version: 'v2' }))
      expectTypeOf(event.event).toBeString()
  })

  test('may have options that are declared elsewhere', async () => {
    const mode: StreamMode = 'values'
    // oxlint-disable-next-line typescript/no-explicit-any -- how programs write options for any graph
    const options: Partial<PregelOptions<any, any>> = {
      streamMode: mode,
      subgraphs: true,
      durability: 'sync',
    }
    for await (const chunk of await graph.stream({}, options)) expectTypeOf(chunk).not.toBeNever()
  })
})

describe('types of a functional program', () => {
  test('are those of its functions', async () => {
    const add = task('add', async (a: number, b: number) => a + b)
    const sum = entrypoint(
      { name: 'sum', checkpointer: new MemorySaver() },
      async (input: { a: number }, config: LangGraphRunnableConfig) => {
        expectTypeOf(config.writer).toEqualTypeOf<((chunk: unknown) => void) | undefined>()
        const before = getPreviousState<number>()
        const total = await add(input.a, before)
        expectTypeOf(getCurrentTaskInput<{ a: number }>()).toEqualTypeOf<{ a: number }>()
        return entrypoint.final({ value: `${total}`, save: total })
      },
    )
    expectTypeOf(await sum.invoke({ a: 1 })).toEqualTypeOf<string>()
    // @ts-expect-error a is a number
    await sum.invoke({ a: 'x' })
  })
})

declare function ofAny<SD extends StateDefinition>(root: AnnotationRoot<SD>): StateGraph<SD>
