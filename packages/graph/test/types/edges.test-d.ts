import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  Annotation,
  END,
  Send,
  START,
  StateGraph,
  type CompiledStateGraph,
  type ConditionalEdgeRouter,
} from '../../src/index.ts'

const State = Annotation.Root({ step: Annotation<number>, isDone: Annotation<boolean> })
const noUpdate = () => ({})
const twoNodes = () => new StateGraph(State).addNode('plan', noUpdate).addNode('act', noUpdate)
const addedNode = () => new StateGraph(State).addNode('plan', noUpdate)

describe('names of nodes', () => {
  test('are known one by one', () => {
    expectTypeOf(namesOf(twoNodes())).toEqualTypeOf<'__start__' | 'plan' | 'act'>()
  })

  test('are known from a list', () => {
    const graph = new StateGraph(State).addNode([
      ['plan', noUpdate],
      ['act', noUpdate, { defer: true }],
    ])
    expectTypeOf(namesOf(graph)).toEqualTypeOf<'__start__' | 'plan' | 'act'>()
  })

  test('are known from a sequence that is a list', () => {
    const graph = new StateGraph(State).addSequence([
      ['plan', noUpdate],
      ['act', noUpdate],
    ])
    expectTypeOf(namesOf(graph)).toEqualTypeOf<'__start__' | 'plan' | 'act'>()
  })

  test('may be any once they come from a map, as in LangGraph', () => {
    expectTypeOf(namesOf(new StateGraph(State).addNode({ plan: noUpdate }))).toEqualTypeOf<string>()
    expectTypeOf(namesOf(new StateGraph(State).addSequence({ plan: noUpdate }))).toEqualTypeOf<string>()
  })

  test('are known from the start when they are listed', () => {
    const graph = new StateGraph(State, { nodes: ['plan', 'act'] })
    expectTypeOf(namesOf(graph)).toEqualTypeOf<'plan' | 'act'>()
    graph.addNode('plan', noUpdate)
    graph.addNode('act', noUpdate)
    graph.addEdge(START, 'plan').addEdge('plan', 'act')
    // @ts-expect-error there is no such node
    graph.addEdge('act', 'nowhere')
    const inOne = new StateGraph({ state: State, nodes: ['plan', 'act'] })
    expectTypeOf(namesOf(inOne)).toEqualTypeOf<'plan' | 'act'>()
  })

  test('may be any, for graphs that are built in a loop', () => {
    const graph = new StateGraph(State) as StateGraph<
      typeof State,
      typeof State.State,
      typeof State.Update,
      string
    >
    for (const name of ['plan', 'act']) graph.addNode(name, noUpdate).addEdge(START, name)
    graph.addEdge('plan', 'act').addJoin(['plan', 'act'], 'anywhere')
  })
})

describe('an edge', () => {
  test('joins nodes that are there, the start and the end', () => {
    twoNodes()
      .addEdge(START, 'plan')
      .addEdge('plan', 'act')
      .addEdge(['plan', 'act'], 'act')
      .addEdge('act', END)
  })

  test('may not name a node that is not there', () => {
    // @ts-expect-error there is no such node
    twoNodes().addEdge(START, 'nowhere')
    // @ts-expect-error there is no such node
    twoNodes().addEdge('nowhere', 'plan')
    // @ts-expect-error there is no such node
    twoNodes().addEdge(['plan', 'nowhere'], 'act')
    // @ts-expect-error nothing comes after the end
    twoNodes().addEdge(END, 'act')
    // @ts-expect-error added on another builder
    addedNode().addEdge('plan', 'act')
  })
})

describe('a join', () => {
  test('joins nodes that are there, by a rule', () => {
    const graph = twoNodes()
      .addNode('report', noUpdate)
      .addJoin(['plan', 'act'], 'report')
      .addJoin(['plan', 'act'], 'report', {})
      .addJoin(['plan', 'act'], 'report', { when: 'all' })
      .addJoin(['plan', 'act'], 'report', { when: 'any' })
      .addJoin(['plan', 'act'] as const, 'report', { when: 'activated' })
      .addEdge('report', END)
    expectTypeOf(namesOf(graph)).toEqualTypeOf<'__start__' | 'plan' | 'act' | 'report'>()
  })

  test('may not name a node that is not there', () => {
    // @ts-expect-error there is no such node
    twoNodes().addJoin(['plan', 'nowhere'], 'act')
    // @ts-expect-error there is no such node
    twoNodes().addJoin(['plan', 'act'], 'nowhere')
    // @ts-expect-error the start is no node
    twoNodes().addJoin([START, 'plan'], 'act')
    // @ts-expect-error the end is no node
    twoNodes().addJoin(['plan', 'act'], END)
    // @ts-expect-error parents are a list
    twoNodes().addJoin('plan', 'act')
  })

  test('may not have an unknown rule', () => {
    // @ts-expect-error there is no such rule
    twoNodes().addJoin(['plan'], 'act', { when: 'some' })
    // @ts-expect-error there is no such option
    twoNodes().addJoin(['plan'], 'act', { unless: 'all' })
  })
})

describe('a conditional edge', () => {
  test('gives its router the state, and a config', () => {
    new StateGraph(State, { context: z.object({ userId: z.string() }) })
      .addNode('plan', noUpdate)
      .addConditionalEdges('plan', (state, config) => {
        expectTypeOf(state).toEqualTypeOf<{ step: number; isDone: boolean }>()
        expectTypeOf(config.context).toEqualTypeOf<{ userId: string } | undefined>()
        return state.isDone ? END : 'plan'
      })
  })

  test('takes names, sends, lists and promises of them', () => {
    twoNodes()
      .addConditionalEdges(START, () => 'plan')
      .addConditionalEdges('plan', () => new Send('act', { step: 1 }))
      .addConditionalEdges('plan', () => ['act', new Send('act', { step: 1 })])
      .addConditionalEdges('act', async ({ isDone }) => (isDone ? END : 'act'))
      .addConditionalEdges({ source: 'plan', path: () => 'act', pathMap: ['act'] })
      .addJoin(['plan'], 'act')
    // @ts-expect-error a route is no number
    twoNodes().addConditionalEdges('plan', () => 1)
  })

  test('maps to nodes that are there', () => {
    twoNodes()
      .addConditionalEdges('plan', () => 'yes', { yes: 'act', no: END })
      .addConditionalEdges('plan', () => 'act', ['act', END])
    // @ts-expect-error there is no such node
    twoNodes().addConditionalEdges('plan', () => 'yes', { yes: 'nowhere' })
    // @ts-expect-error there is no such node
    twoNodes().addConditionalEdges('plan', () => 'act', ['nowhere'])
    // @ts-expect-error there is no such node
    twoNodes().addConditionalEdges('nowhere', () => 'act')
    // @ts-expect-error there is no such node
    twoNodes().addConditionalEdges({ source: 'plan', path: () => 'act', pathMap: ['nowhere'] })
  })

  test('takes a ConditionalEdgeRouter', () => {
    const router: ConditionalEdgeRouter<typeof State, { userId: string }, 'act'> = (state, config) => {
      expectTypeOf(state).toEqualTypeOf<{ step: number; isDone: boolean }>()
      expectTypeOf(config.context).toEqualTypeOf<{ userId: string } | undefined>()
      return state.isDone ? END : [new Send('act', state)]
    }
    const later: ConditionalEdgeRouter<{ InputSchema: typeof State; Nodes: 'plan' | 'act' }> = async (
      state,
    ) => (state.isDone ? 'plan' : 'act')
    new StateGraph(State, { context: z.object({ userId: z.string() }) })
      .addNode('plan', noUpdate)
      .addNode('act', noUpdate)
      .addConditionalEdges('plan', router, ['act', END])
      .addConditionalEdges('act', later)
    // @ts-expect-error there is no such node
    const lost: ConditionalEdgeRouter<typeof State, object, 'act'> = () => 'nowhere'
    // @ts-expect-error there is no such node
    const sent: ConditionalEdgeRouter<typeof State, object, 'act'> = (state) => new Send('nowhere', state)
    expectTypeOf(lost).toEqualTypeOf(sent)
  })
})

describe('entry and finish', () => {
  test('are set in the chain', () => {
    twoNodes().setEntryPoint('plan').addEdge('plan', 'act').setFinishPoint('act').addJoin(['plan'], 'act')
    // @ts-expect-error there is no such node
    twoNodes().setEntryPoint('nowhere')
  })
})

declare function namesOf<N extends string>(graph: {
  compile(): CompiledStateGraph<typeof State.State, typeof State.Update, N>
}): N
