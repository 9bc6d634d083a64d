import { RunnableLambda } from '@langchain/core/runnables'
import { StateGraph as LangGraphStateGraph } from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  Annotation,
  Command,
  END,
  interrupt,
  MessagesAnnotation,
  node,
  Send,
  START,
  StateGraph,
  StateSchema,
  writer,
  type CompiledStateGraph,
  type ConditionalEdgeRouter,
  type GraphNode,
  type Interrupt,
  type LangGraphRunnableConfig,
  type NodeError,
  type Runtime,
} from '../../src/index.ts'

const State = Annotation.Root({ count: Annotation<number>, name: Annotation<string> })
type Values = typeof State.State
const Item = Annotation.Root({ file: Annotation<string> })
const builder = () => new StateGraph(State)
const noUpdate = () => ({})
const twoNodes = () => builder().addNodes({ plan: noUpdate, act: noUpdate })

describe('nodes declared as one object', () => {
  test('are given the state and a runtime', () => {
    new StateGraph(State, {
      context: z.object({ userId: z.string() }),
      interrupt: interrupt<string, number>,
      writer: writer<{ progress: number }>,
    }).addNodes({
      plan: (state, runtime) => {
        expectTypeOf(state).toEqualTypeOf<Values>()
        expectTypeOf(runtime.context).toEqualTypeOf<{ userId: string } | undefined>()
        expectTypeOf(runtime.interrupt('how many?')).toEqualTypeOf<number>()
        runtime.writer({ progress: 1 })
        // @ts-expect-error there is no such key
        expectTypeOf(state.nmae).toBeAny()
        return { count: 1 }
      },
      act: node(
        (state, runtime) => {
          expectTypeOf(state).toEqualTypeOf<Values>()
          expectTypeOf(runtime.context).toEqualTypeOf<{ userId: string } | undefined>()
          return { name: state.name }
        },
        { retryPolicy: { maxAttempts: 3 } },
      ),
      config: (_state, config: LangGraphRunnableConfig<{ userId: string }>) => ({
        name: config.context?.userId ?? '',
      }),
      // @ts-expect-error the user id is a string
      wrong: (_state, runtime: Runtime<{ userId: number }>) => ({ count: runtime.context?.userId ?? 0 }),
    })
  })

  test('return an update, nothing, a command, or a promise of either', () => {
    const declaredElsewhere: GraphNode<typeof State> = () => ({ count: 1 })
    interface NamedUpdate {
      name: string
    }
    builder().addNodes({
      some: () => ({ name: 'x' }),
      none: noUpdate,
      promise: async () => ({ count: 1 }),
      command: async () => new Command({ update: { count: 1 }, goto: 'none' }),
      either: (state) => (state.count > 1 ? new Command({ goto: END }) : { count: 1 }),
      interface: (): NamedUpdate => ({ name: 'x' }),
      declaredElsewhere,
    })
  })

  test('may be runnables and graphs', () => {
    const inner = builder()
      .addNodes({ a: () => ({ count: 1 }) })
      .addEdge(START, 'a')
      .compile()
    builder().addNodes({
      runnable: RunnableLambda.from((state: Values) => ({ count: state.count })),
      inner,
      retried: node(inner, { retryPolicy: { maxAttempts: 3 }, metadata: { team: 'x' } }),
      schema: node(inner, { input: Item }),
    })
  })

  test('may have an input of their own', () => {
    builder().addNodes({
      annotated: (item: { file: string }) => ({ name: item.file }),
      declared: node((item: { file: string }) => ({ name: item.file }), { defer: true }),
      annotation: node((item) => ({ name: item.file }), { input: Item }),
      zod: node((item) => ({ name: item.file }), { input: z.object({ file: z.string() }) }),
      schema: node((item) => ({ name: item.file }), { input: new StateSchema({ file: z.string() }) }),
      // @ts-expect-error an item has a file only
      wrong: node((item) => ({ name: item.path }), { input: Item }),
    })
  })

  test('may not return an update of another type', () => {
    // @ts-expect-error a count is no string
    builder().addNodes({ a: () => ({ count: 'one' }) })
    // @ts-expect-error neither as a promise
    builder().addNodes({ a: async () => ({ count: 'one' }) })
    // @ts-expect-error nor with options
    builder().addNodes({ a: node(() => ({ count: 'one' }), {}) })
    // @ts-expect-error nor from a handler of errors
    builder().addNodes({ a: node(noUpdate, { errorHandler: () => ({ count: 'one' }) }) })
    // @ts-expect-error nor from a runnable
    builder().addNodes({ a: RunnableLambda.from(() => ({ count: 'one' })) })
    // @ts-expect-error nor with a command
    builder().addNodes({ a: (state) => new Command({ update: { count: state.name } }) })
    // @ts-expect-error a node returns an object
    builder().addNodes({ a: () => 1 })
  })

  test('are functions, runnables, or made by node', () => {
    // @ts-expect-error options are given with node()
    builder().addNodes({ a: { run: noUpdate } })
    // @ts-expect-error no node
    builder().addNodes({ a: 'noUpdate' })
    // @ts-expect-error there is no such option
    builder().addNodes({ a: node(noUpdate, { defre: true }) })
  })
})

describe('names', () => {
  test('are known to all nodes, also to those before', () => {
    builder().addNodes({
      plan: () => new Command({ goto: 'act' }),
      act: (state) => new Command({ goto: ['plan', new Send('ask', state), END], update: { count: 1 } }),
      ask: node(() => new Command({ goto: 'plan' }), {
        ends: ['plan', 'act', END],
        errorHandler: (state, error) => {
          expectTypeOf(state).toEqualTypeOf<Values>()
          expectTypeOf(error).toEqualTypeOf<NodeError>()
          return new Command({ goto: 'act', update: { name: error.node } })
        },
      }),
    })
  })

  test('have to be those of nodes that are there', () => {
    // @ts-expect-error There is no node 'nowhere' in this graph
    builder().addNodes({ a: () => new Command({ goto: 'nowhere' }) })
    builder().addNodes({
      // @ts-expect-error There is no node 'nowhere' in this graph
      a: (state) => (state.count > 1 ? new Command({ goto: ['a', 'nowhere'] }) : { count: 1 }),
    })
    // @ts-expect-error There is no node 'nowhere' in this graph
    builder().addNodes({ a: (state) => new Command({ goto: [new Send('nowhere', state)] }) })
    // @ts-expect-error There is no node 'nowhere' in this graph
    builder().addNodes({ a: node(noUpdate, { ends: ['nowhere'] }) })
    // @ts-expect-error There is no node 'nowhere' in this graph
    builder().addNodes({ a: node(noUpdate, { errorHandler: () => new Command({ goto: 'nowhere' }) }) })
    // @ts-expect-error the start is nothing to go to
    builder().addNodes({ a: () => new Command({ goto: START }) })
  })

  test('of the graph around are for those who say so', () => {
    builder().addNodes({
      annotated: (): Command => new Command({ graph: Command.PARENT, goto: 'a sibling of this graph' }),
      widened: () => new Command({ graph: Command.PARENT, goto: 'a sibling of this graph' as string }),
    })
  })

  test('are known to edges and joins', () => {
    twoNodes()
      .addEdge(START, 'plan')
      .addEdge(['plan', 'act'], 'act')
      .addEdge('act', END)
      .addJoin(['plan', 'act'], 'plan', { when: 'any' })
    // @ts-expect-error there is no such node
    twoNodes().addEdge(START, 'nowhere')
    // @ts-expect-error there is no such node
    twoNodes().addEdge(['plan', 'nowhere'], 'act')
    // @ts-expect-error nothing leads to the start
    twoNodes().addEdge('plan', START)
    // @ts-expect-error there is no such node
    twoNodes().addJoin(['plan'], 'nowhere')
  })

  test('are known to routers', () => {
    const router: ConditionalEdgeRouter<typeof State, Record<string, unknown>, 'plan' | 'act'> = ({
      count,
    }) => (count > 1 ? END : 'plan')
    twoNodes()
      .addConditionalEdges(START, (state, config) => {
        expectTypeOf(state).toEqualTypeOf<Values>()
        expectTypeOf(config.signal).toEqualTypeOf<AbortSignal | undefined>()
        return 'plan'
      })
      .addConditionalEdges('plan', async (state) =>
        state.count > 1 ? END : ['act', new Send('plan', state)],
      )
      .addConditionalEdges('plan', ({ count }) => (count > 1 ? 'yes' : 'no'), { yes: 'act', no: END })
      .addConditionalEdges('plan', ({ count }) => (count > 1 ? 'act' : END), ['act', END])
      .addConditionalEdges({ source: 'plan', path: () => 'yes', pathMap: { yes: 'act' } })
      .addConditionalEdges({ source: 'plan', path: () => 'act' })
      .addConditionalEdges('act', router)
    // @ts-expect-error there is no such node
    twoNodes().addConditionalEdges('plan', ({ count }) => (count > 1 ? 'nowhere' : END))
    // @ts-expect-error there is no such node
    twoNodes().addConditionalEdges('plan', (state) => [new Send('nowhere', state)])
    // @ts-expect-error there is no such label
    twoNodes().addConditionalEdges('plan', () => 'maybe', { yes: 'act', no: END })
    // @ts-expect-error there is no such node
    twoNodes().addConditionalEdges('plan', () => 'yes', { yes: 'nowhere' })
    // @ts-expect-error not in the list
    twoNodes().addConditionalEdges('plan', () => 'plan', ['act'])
    // @ts-expect-error there is no such node
    twoNodes().addConditionalEdges('nowhere', () => 'plan')
  })

  test('are those that a prebuilt router names', () => {
    const tools = new ToolNode([])
    const agent = () => ({ messages: 'hello' })
    new StateGraph(MessagesAnnotation).addNodes({ agent, tools }).addConditionalEdges('agent', toolsCondition)
    // @ts-expect-error toolsCondition goes to a node "tools"
    new StateGraph(MessagesAnnotation).addNodes({ agent }).addConditionalEdges('agent', toolsCondition)
  })

  test('are known to a compiled graph', async () => {
    const graph = twoNodes()
      .addEdge(START, 'plan')
      .compile({ interruptBefore: ['plan'] })
    expectTypeOf(graph).toExtend<
      CompiledStateGraph<Values, typeof State.Update, '__start__' | 'plan' | 'act'>
    >()
    await graph.invoke(new Command({ goto: 'act' }))
    // @ts-expect-error there is no such node
    await graph.invoke(new Command({ goto: 'nowhere' }))
    // @ts-expect-error there is no such node
    twoNodes().compile({ interruptAfter: ['nowhere'] })
  })

  test('do not keep a builder from standing where one of LangGraph is expected', () => {
    const named: StateGraph<typeof State, Values, typeof State.Update, '__start__' | 'plan' | 'act'> =
      twoNodes()
    const theirs: LangGraphStateGraph<
      typeof State,
      Values,
      typeof State.Update,
      '__start__' | 'plan' | 'act'
    > = twoNodes()
    expectTypeOf([named, theirs]).toBeArray()
  })

  test('add up', () => {
    const graph = twoNodes().addNodes({ report: () => new Command({ goto: 'plan' }) })
    graph.addEdge('act', 'report')
    const reporter: typeof graph.Node = () => new Command({ goto: ['plan', 'report'] })
    twoNodes().addNode('report', reporter).addEdge('plan', 'report')
  })
})

describe('what the builder knows besides', () => {
  test('is kept: the chunks of each node, interrupts and the writer', async () => {
    const graph = new StateGraph(State, {
      interrupt: { approve: interrupt<{ cost: number }, boolean> },
      writer: writer<{ progress: number }>,
    })
      .addNodes({
        one: () => ({ count: 1 }),
        two: () => new Command({ goto: 'one', update: { name: 'x' } }),
      })
      .addEdge(START, 'one')
      .compile()
    const chunks = () => graph.stream({}, { streamMode: ['updates', 'custom'] })
    expectTypeOf<ReturnType<typeof chunks>>().resolves.toExtend<
      AsyncIterable<
        ['updates', { one?: { count: number }; two?: { name: string } }] | ['custom', { progress: number }]
      >
    >()
    const result = await graph.invoke({})
    if (graph.isInterrupted(result)) {
      expectTypeOf(result.__interrupt__).toEqualTypeOf<Interrupt<{ cost: number }>[]>()
    }
  })
})
