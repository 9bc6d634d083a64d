import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { RunnableLambda } from '@langchain/core/runnables'
import { createReactAgent, ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  Annotation,
  Command,
  END,
  MessagesAnnotation,
  Send,
  START,
  StateGraph,
  StateSchema,
  type GraphNode,
  type LangGraphRunnableConfig,
  type NodeError,
  type Runtime,
} from '../../src/index.ts'

const State = Annotation.Root({
  count: Annotation<number>({ reducer: (sum, added) => sum + added, default: () => 0 }),
  name: Annotation<string>,
})
const Context = z.object({ userId: z.string() })

describe('a node', () => {
  test('is given the state, and a runtime', () => {
    new StateGraph(State).addNode('a', (state, runtime) => {
      expectTypeOf(state).toEqualTypeOf<{ count: number; name: string }>()
      expectTypeOf(runtime.signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(runtime.interrupt).toEqualTypeOf<(value: unknown) => unknown>()
      expectTypeOf(runtime.writer).toEqualTypeOf<(chunk: unknown) => void>()
      return { count: 1 }
    })
  })

  test('returns an update, nothing, a command, or a promise of either', () => {
    new StateGraph(State)
      .addNode('some', () => ({ name: 'x' }))
      .addNode('none', () => ({}))
      .addNode('command', () => new Command({ update: { count: 1 }, goto: END }))
      .addNode('promise', async () => ({ count: 1 }))
      .addNode('either', (state) => (state.count > 1 ? new Command({ goto: END }) : { count: 1 }))
      .addNode('interface', (): NamedUpdate => ({ name: 'x' }))
    interface NamedUpdate {
      name: string
    }
  })

  test('may not return an update of another type', () => {
    // @ts-expect-error a count is no string
    new StateGraph(State).addNode('a', () => ({ count: 'one' }))
    // @ts-expect-error neither in a map
    new StateGraph(State).addNode({ a: () => ({ count: 'one' }) })
    // @ts-expect-error nor in a list
    new StateGraph(State).addNode([['a', () => ({ count: 'one' })]])
    // @ts-expect-error nor in a sequence
    new StateGraph(State).addSequence({ a: () => ({ count: 'one' }) })
    // @ts-expect-error a node returns an object
    new StateGraph(State).addNode('a', () => 1)
  })

  test('may be typed with the state, the runtime or the config', () => {
    new StateGraph(State, { context: Context })
      .addNode('state', (state: typeof State.State) => ({ count: state.count }))
      .addNode('part', ({ name }: { name: string }) => ({ name }))
      .addNode('runtime', (_state, runtime: Runtime<{ userId: string }>) => ({
        name: runtime.context?.userId ?? '',
      }))
      .addNode('config', (_state, config: LangGraphRunnableConfig<{ userId: string }>) => ({
        name: config.context?.userId ?? '',
      }))
  })

  test('may be a runnable, or a graph', async () => {
    const inner = new StateGraph(State)
      .addNode('a', () => ({ count: 1 }))
      .addEdge(START, 'a')
      .compile()
    const outer = new StateGraph(State)
      .addNode(
        'runnable',
        RunnableLambda.from((state: typeof State.State) => ({ count: state.count })),
      )
      .addNode('graph', inner)
      .addSequence([
        ['runnable2', RunnableLambda.from((state: typeof State.State) => ({ count: state.count }))],
      ])
      .addEdge(START, 'graph')
      .compile()
    expectTypeOf(await outer.invoke({})).toEqualTypeOf<{ count: number; name: string }>()
  })

  test('may be what LangGraph has prebuilt', () => {
    new StateGraph(MessagesAnnotation)
      .addNode('agent', createReactAgent({ llm: {} as BaseChatModel, tools: [] }))
      .addNode('tools', new ToolNode([]))
      .addConditionalEdges('agent', toolsCondition, ['tools', END])
      .addJoin(['tools'], 'agent')
  })

  test('may have an input of its own, by its function', () => {
    const graph = new StateGraph(State).addNode('work', (item: { file: string }) => ({ name: item.file }))
    graph.addConditionalEdges(START, () => [new Send('work', { file: 'x' })])
  })

  test('may have an input of its own, by a schema', () => {
    const Item = new StateSchema({ file: z.string() })
    new StateGraph(State)
      .addNode('schema', (item) => ({ name: item.file }), { input: Item })
      .addNode('annotation', (item) => ({ name: item.file }), {
        input: Annotation.Root({ file: Annotation<string> }),
      })
      .addNode('zod', (item) => ({ name: item.file }), { input: z.object({ file: z.string() }) })
    // @ts-expect-error an item has a file only
    new StateGraph(State).addNode('a', (item) => ({ name: item.path }), { input: Item })
  })

  test('may have policies, ends and an error handler', () => {
    new StateGraph(State)
      .addNode('b', () => ({}))
      .addNode('a', () => new Command({ goto: 'b' }), {
        ends: ['b', 'a'],
        defer: true,
        retryPolicy: { maxAttempts: 3 },
        cachePolicy: { ttl: 60 },
        timeout: 1_000,
        metadata: { team: 'x' },
        errorHandler: (state: typeof State.State, error: NodeError) => ({
          name: `${state.name}: ${error.node} failed`,
        }),
      })
  })

  test('has the types of the state outside a builder, too', () => {
    const builder = new StateGraph(State, { context: Context, nodes: ['plan', 'act'] })
    const plan: typeof builder.Node = (state, runtime) => {
      expectTypeOf(state).toEqualTypeOf<{ count: number; name: string }>()
      expectTypeOf(runtime.context).toEqualTypeOf<{ userId: string } | undefined>()
      return new Command({ goto: 'act', update: { count: 1 } })
    }
    const act: typeof builder.Node = () => ({ count: 1 })
    builder
      .addNode('plan', plan, { ends: ['act'] })
      .addNode('act', act)
      .addEdge(START, 'plan')

    // @ts-expect-error there is no such node
    const lost: typeof builder.Node = () => new Command({ goto: 'nowhere' })
    // @ts-expect-error a name is no number
    const wrong: typeof builder.Node = () => ({ name: 1 })
    expectTypeOf([lost, wrong]).toEqualTypeOf<(typeof builder.Node)[]>()
  })
})

describe('a GraphNode', () => {
  test('is typed by a schema', () => {
    const node: GraphNode<typeof State> = (state) => {
      expectTypeOf(state).toEqualTypeOf<{ count: number; name: string }>()
      return { count: state.count + 1 }
    }
    expectTypeOf(node).parameter(1).toExtend<LangGraphRunnableConfig>()
    new StateGraph(State).addNode('node', node).addNode('again', node)
    // @ts-expect-error a count is no string
    const wrong: GraphNode<typeof State> = () => ({ count: 'one' })
    expectTypeOf(wrong).toEqualTypeOf(node)
  })

  test('is typed by a context, and by the nodes that it goes to', () => {
    const node: GraphNode<typeof State, { userId: string }, 'act' | 'ask'> = (_state, config) => {
      expectTypeOf(config.context).toEqualTypeOf<{ userId: string } | undefined>()
      return new Command({ goto: ['act', new Send('ask', {})] })
    }
    new StateGraph(State, { context: Context })
      .addNode('act', () => ({}))
      .addNode('ask', () => ({}))
      .addNode('node', node, { ends: ['act', 'ask'] })
    // @ts-expect-error there is no such node
    const lost: typeof node = () => new Command({ goto: 'nowhere' })
    expectTypeOf(lost).toEqualTypeOf(node)
  })

  test('is typed by a bag of schemas', () => {
    const Question = new StateSchema({ question: z.string() })
    const Answer = z.object({ answer: z.string() })
    const node: GraphNode<{
      InputSchema: typeof Question
      OutputSchema: typeof Answer
      ContextSchema: typeof Context
      Nodes: 'act'
    }> = (state, config) => {
      expectTypeOf(state).toEqualTypeOf<{ question: string }>()
      expectTypeOf(config.context).toEqualTypeOf<{ userId: string } | undefined>()
      return state.question === '' ? new Command({ goto: 'act' }) : { answer: state.question }
    }
    new StateGraph({
      state: new StateSchema({ question: z.string(), answer: z.string() }),
      context: Context,
    }).addNode('node', node)
  })
})

describe('default policies', () => {
  test('may come at any place of the chain', () => {
    const graph = new StateGraph(State)
      .setNodeDefaults({ retryPolicy: { maxAttempts: 2 }, timeout: { idleTimeout: 100 } })
      .addNode('a', () => ({}))
      .setNodeDefaults({
        errorHandler: (state, error) => {
          expectTypeOf(state).toEqualTypeOf<unknown>()
          return new Command({ goto: 'a', update: { name: error.node } })
        },
      })
      .addEdge(START, 'a')
    expectTypeOf(graph.addJoin).toBeFunction()
    // @ts-expect-error a handler's update is one of the state
    graph.setNodeDefaults({ errorHandler: () => ({ count: 'one' }) })
  })
})
