import type { Runnable } from '@langchain/core/runnables'
import {
  StateGraph as LangGraphStateGraph,
  type CompiledStateGraph as LangGraphCompiledStateGraph,
} from '@langchain/langgraph'
import type { BaseCache } from '@langchain/langgraph-checkpoint'
import { SqliteSaver } from '@cairn/sqlite'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  Annotation,
  InMemoryStore,
  interrupt,
  MemorySaver,
  START,
  StateGraph,
  StateSchema,
  writer,
  type BaseCheckpointSaver,
  type CompiledStateGraph,
  type Pregel,
} from '../../src/index.ts'

const State = Annotation.Root({ count: Annotation<number>, name: Annotation<string> })
const noUpdate = () => ({})
const builder = () =>
  new StateGraph(State)
    .addNode('plan', () => ({ count: 1 }))
    .addNode('act', noUpdate)
    .addEdge(START, 'plan')

describe('compile', () => {
  test("takes LangGraph's options", () => {
    builder().compile()
    builder().compile({})
    builder().compile({
      checkpointer: new MemorySaver(),
      store: new InMemoryStore(),
      interruptBefore: ['plan'],
      interruptAfter: ['act', 'plan'],
      name: 'agent',
      description: 'does it',
    })
    builder().compile({ checkpointer: true, interruptBefore: '*' })
    builder().compile({ checkpointer: false })
    builder().compile({ cache: {} as BaseCache })
  })

  test('takes strict', () => {
    builder().compile({ strict: true })
    builder().compile({ strict: Math.random() > 0.5 })
    // @ts-expect-error strict is yes or no
    builder().compile({ strict: 'yes' })
    // @ts-expect-error there is no such option
    builder().compile({ strickt: true })
  })

  test('interrupts at nodes that are there', () => {
    // @ts-expect-error there is no such node
    builder().compile({ interruptBefore: ['nowhere'] })
    // @ts-expect-error there is no such node
    builder().compile({ interruptAfter: ['nowhere'] })
  })

  test('keeps the types of stream transformers', () => {
    const count = () => ({
      init: () => ({ seen: 0 }),
      process: () => true,
    })
    const graph = builder().compile({ transformers: [count] })
    expectTypeOf(graph).toEqualTypeOf(langGraphs.compile({ transformers: [count] }))
  })
})

const langGraphs = new LangGraphStateGraph(State)
  .addNode('plan', () => ({ count: 1 }))
  .addNode('act', noUpdate)
  .addEdge(START, 'plan')

describe('what compile gives', () => {
  test("is LangGraph's type", () => {
    expectTypeOf(builder().compile()).toEqualTypeOf(langGraphs.compile())
  })

  test("fits where LangGraph's types are expected", () => {
    const graph = builder().compile()
    expectTypeOf(graph).toExtend<
      LangGraphCompiledStateGraph<
        { count: number; name: string },
        { count?: number; name?: string },
        '__start__' | 'plan' | 'act',
        typeof State.spec,
        typeof State.spec
      >
    >()
    takesRunnable(graph)
    takesPregel(graph)
    takesCompiled(graph)
  })
})

describe("a checkpointer of Cairn's", () => {
  test('fits where a BaseCheckpointSaver is expected', () => {
    const open: new () => BaseCheckpointSaver = MemorySaver
    const savers: BaseCheckpointSaver[] = [new MemorySaver(), new open(), SqliteSaver.open(':memory:')]
    for (const checkpointer of savers) {
      builder().compile({ checkpointer })
      langGraphs.compile({ checkpointer })
    }
  })
})

describe('a builder', () => {
  test('is a type as well as a value', () => {
    let graph: StateGraph<typeof State> = new StateGraph(State)
    graph = graph.addEdge(START, START).setNodeDefaults({})
    expectTypeOf(graph).toEqualTypeOf<StateGraph<typeof State>>()
    class Agent extends StateGraph<typeof State> {}
    new Agent(State).addNode('a', noUpdate).addJoin(['a'], 'a').compile({ strict: true })
  })

  test("fits where LangGraph's is expected", () => {
    const langGraph: typeof LangGraphStateGraph = StateGraph
    expectTypeOf(new langGraph(State)).toEqualTypeOf(new LangGraphStateGraph(State))
    const bare: LangGraphStateGraph<typeof State> = new StateGraph(State)
    let chained = langGraphs
    chained = builder()
    expectTypeOf(bare).not.toHaveProperty('addJoin')
    expectTypeOf(chained).not.toHaveProperty('addJoin')
  })

  test("knows as much as LangGraph's, whatever it is made of", () => {
    const Zod = z.object({ count: z.number() })
    const Schema = new StateSchema({ count: z.number() })
    const options = {
      context: z.object({ userId: z.string() }),
      input: Annotation.Root({ name: Annotation<string> }),
      output: Annotation.Root({ count: Annotation<number> }),
      interrupt: interrupt<string, number>,
      writer: writer<string>,
    }
    const node = () => ({ count: 1 })

    expectTypeOf(new StateGraph(Zod).addNode('a', node).compile()).toEqualTypeOf(
      new LangGraphStateGraph(Zod).addNode('a', node).compile(),
    )
    expectTypeOf(new StateGraph(Schema).addNode({ a: node }).compile()).toEqualTypeOf(
      new LangGraphStateGraph(Schema).addNode({ a: node }).compile(),
    )
    expectTypeOf(new StateGraph(State, options).addNode([['a', node]]).compile()).toEqualTypeOf(
      new LangGraphStateGraph(State, options).addNode([['a', node]]).compile(),
    )
    expectTypeOf(new StateGraph(State, options).compile()).toEqualTypeOf(
      new LangGraphStateGraph(State, options).compile(),
    )
    expectTypeOf(
      new StateGraph({ state: State, ...options }).addSequence({ a: node, b: noUpdate }).compile(),
    ).toEqualTypeOf(
      new LangGraphStateGraph({ state: State, ...options }).addSequence({ a: node, b: noUpdate }).compile(),
    )
    expectTypeOf(
      new StateGraph({ input: State, output: options.output }).addSequence([['a', node]]).compile(),
    ).toEqualTypeOf(
      new LangGraphStateGraph({ input: State, output: options.output }).addSequence([['a', node]]).compile(),
    )
    expectTypeOf(
      new StateGraph(State).addNode('a', node, { input: options.input, defer: true }).compile(),
    ).toEqualTypeOf(
      new LangGraphStateGraph(State).addNode('a', node, { input: options.input, defer: true }).compile(),
    )
    expectTypeOf(new StateGraph(State, { nodes: ['a', 'b'] }).compile()).toEqualTypeOf(
      new LangGraphStateGraph(State, { nodes: ['a', 'b'] }).compile(),
    )
    expectTypeOf(
      new StateGraph<{ count: number }>({ channels: { count: null } }).addNode('a', node).compile(),
    ).toEqualTypeOf(
      new LangGraphStateGraph<{ count: number }>({ channels: { count: null } }).addNode('a', node).compile(),
    )
  })
})

declare function takesRunnable(graph: Runnable): void
// oxlint-disable-next-line typescript/no-explicit-any -- how libraries ask for any graph
declare function takesPregel(graph: Pregel<any, any>): void
// oxlint-disable-next-line typescript/no-explicit-any -- how libraries ask for any graph
declare function takesCompiled(graph: CompiledStateGraph<any, any, any, any, any, any>): void
