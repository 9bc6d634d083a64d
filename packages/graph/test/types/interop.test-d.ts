// Graphs of Cairn where LangGraph's types are expected, and the other way round.
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { BaseMessage } from '@langchain/core/messages'
import {
  RunnableLambda,
  type Runnable,
  type RunnableInterface,
  type RunnableLike,
} from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import * as langGraph from '@langchain/langgraph'
import { createReactAgent, ToolNode } from '@langchain/langgraph/prebuilt'
import { RemoteGraph } from '@langchain/langgraph/remote'
import { createSupervisor } from '@langchain/langgraph-supervisor'
import { createSwarm } from '@langchain/langgraph-swarm'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import * as cairn from '../../src/index.ts'

const { MessagesAnnotation, START } = cairn
const llm = {} as BaseChatModel
const build = (StateGraph: typeof langGraph.StateGraph) =>
  new StateGraph(MessagesAnnotation)
    .addNode('talk', ({ messages }) => ({ messages: messages.slice(-1) }))
    .addEdge(START, 'talk')
    .compile({ name: 'talker' })
const ours = build(cairn.StateGraph)
const theirs = build(langGraph.StateGraph)

describe('a graph', () => {
  test('is a node of the other kind of graph', async () => {
    const aroundOurs = new langGraph.StateGraph(MessagesAnnotation)
      .addNode('inner', ours)
      .addNode('called', async (state, config) => ours.invoke(state, config))
      .addEdge(START, 'inner')
      .compile()
    const aroundTheirs = new cairn.StateGraph(MessagesAnnotation)
      .addNode('inner', theirs)
      .addNode('called', async (state, config) => theirs.invoke(state, config))
      .addEdge(START, 'inner')
      .compile()
    expectTypeOf(await aroundOurs.invoke({ messages: [] })).toEqualTypeOf<{ messages: BaseMessage[] }>()
    expectTypeOf(await aroundTheirs.invoke({ messages: [] })).toEqualTypeOf<{ messages: BaseMessage[] }>()
    new cairn.StateGraph(MessagesAnnotation).addNodes({ inner: theirs, own: ours })
  })

  test('has the type that LangGraph gives it, so that variables may hold either', () => {
    expectTypeOf(ours).toEqualTypeOf(theirs)
    let either = theirs
    either = ours
    const builders: (typeof langGraph.StateGraph)[] = [cairn.StateGraph, langGraph.StateGraph]
    expectTypeOf([either, builders]).toBeArray()
  })

  test('is a Runnable', () => {
    const runnables: [Runnable, RunnableInterface, RunnableLike] = [ours, ours, ours]
    expectTypeOf(runnables).toBeArray()
    const piped = RunnableLambda.from((text: string) => ({ messages: text })).pipe((input) =>
      ours.invoke(input),
    )
    expectTypeOf(piped.invoke('hello')).resolves.toEqualTypeOf<{ messages: BaseMessage[] }>()
    ours.asTool({ name: 'talk', description: 'talks', schema: z.object({ messages: z.string() }) })
  })

  test('is what libraries ask for', () => {
    expectTypeOf(anyCompiled).toBeCallableWith(ours)
    expectTypeOf(anyPregel).toBeCallableWith(ours)
    expectTypeOf(withMessages).toBeCallableWith(ours)
    expectTypeOf(byType).toBeCallableWith(ours)
    createSupervisor({
      agents: [createReactAgent({ llm, tools: [], name: 'agent' }), ours as never],
      llm,
    }).compile()
    createSwarm({ agents: [ours as never], defaultActiveAgent: 'talker' }).compile()
  })
})

describe('what LangGraph has prebuilt', () => {
  test('is a node of a graph', () => {
    const search = tool(() => new cairn.Command({ goto: 'own', graph: cairn.Command.PARENT }), {
      name: 'search',
      description: 'searches',
      schema: z.object({ query: z.string() }),
    })
    const agent = createReactAgent({ llm, tools: [search], checkpointSaver: new cairn.MemorySaver() })
    const graph = new cairn.StateGraph(MessagesAnnotation)
      .addNode('agent', agent, { ends: ['agent'] })
      .addNode('tools', new ToolNode([search]))
      .addNode('remote', new RemoteGraph({ graphId: 'x', url: 'http://localhost' }))
      .addEdge(START, 'agent')
    expectTypeOf(graph.compile().invoke).toBeFunction()
    new cairn.StateGraph(MessagesAnnotation).addNodes({
      agent,
      tools: new ToolNode([search]),
      remote: new RemoteGraph({ graphId: 'x', url: 'http://localhost' }),
    })
  })
})

describe('a function over graphs of any kind', () => {
  test('may build and compile them', () => {
    const Schema = new cairn.StateSchema({ count: z.number() })
    compileAny(new cairn.StateGraph(MessagesAnnotation))
    compileAny(new cairn.StateGraph(Schema))
    compileAny(new cairn.StateGraph(z.object({ count: z.number() })))
  })

  test('may be a class with nodes as methods', async () => {
    class Agent {
      readonly graph = new cairn.StateGraph(MessagesAnnotation)
        .addNode('talk', this.talk.bind(this))
        .addNode('listen', (state) => this.listen(state))
        .addEdge(START, 'talk')
        .compile()

      async talk(state: typeof MessagesAnnotation.State): Promise<typeof MessagesAnnotation.Update> {
        return { messages: state.messages }
      }

      listen(state: typeof MessagesAnnotation.State): Partial<typeof MessagesAnnotation.State> {
        return { messages: state.messages }
      }
    }
    expectTypeOf(await new Agent().graph.invoke({ messages: 'hello' })).toEqualTypeOf<{
      messages: BaseMessage[]
    }>()
  })
})

// oxlint-disable typescript/no-explicit-any -- how programs ask for any graph
declare function anyCompiled(graph: langGraph.CompiledStateGraph<any, any, any, any, any, any>): void
declare function anyPregel(graph: langGraph.Pregel<any, any>): void
declare function withMessages<S extends { messages: BaseMessage[] }>(
  graph: langGraph.CompiledStateGraph<S, any, any, any, any, any>,
): S
declare function byType(graph: langGraph.CompiledGraphType<{ state: { messages: BaseMessage[] } }>): void
declare function compileAny(builder: langGraph.StateGraph<any, any, any, any, any, any, any>): unknown
