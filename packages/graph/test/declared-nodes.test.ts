// `addNodes`: the same graph as by `addNode`, declared as one object.
import { RunnableLambda } from '@langchain/core/runnables'
import { MemorySaver } from '@langchain/langgraph'
import { InvalidPlanError } from '@cairn/engine'
import { describe, expect, test } from 'vitest'
import { Annotation, Command, END, node, Send, START, StateGraph, type NodeError } from '../src/index.ts'
import { collect, outcomeOf } from './differential/harness/observe.ts'
import { inTaskOrder } from './differential/harness/in-task-order.ts'
import { storedRecords } from './differential/harness/stored-records.ts'
import { normalise } from './differential/harness/normalise.ts'

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (log, more) => [...log, ...more], default: () => [] }),
  topic: Annotation<string>,
})
const Item = Annotation.Root({ file: Annotation<string> })
const says = (text: string) => () => ({ log: [text] })

const inner = new StateGraph(State)
  .addNodes({ deep: says('deep') })
  .addEdge(START, 'deep')
  .compile()

const plan = (state: typeof State.State) => ({ log: [`plan ${state.topic}`] })
const act = () => new Command({ goto: [new Send('work', { file: 'x' }), 'child'], update: { log: ['act'] } })
const work = (item: { file: string }) => ({ log: [`work ${JSON.stringify(item)}`] })
const lambda = RunnableLambda.from(says('lambda'))

const declared = () =>
  new StateGraph(State)
    .addNodes({
      plan,
      act: node(act, { ends: ['work', 'child'], metadata: { team: 'x' } }),
      work: node(work, { input: Item }),
      child: inner,
      report: node(lambda, { defer: true }),
    })
    .addEdge(START, 'plan')
    .addEdge('plan', 'act')
    .addEdge('work', 'report')
    .addConditionalEdges('child', () => 'done', { done: 'report', no: END })

const chained = () =>
  new StateGraph(State)
    .addNode('plan', plan)
    .addNode('act', act, { ends: ['work', 'child'] as never, metadata: { team: 'x' } })
    .addNode('work', work, { input: Item })
    .addNode('child', inner)
    .addNode('report', lambda, { defer: true })
    .addEdge(START, 'plan')
    .addEdge('plan', 'act')
    .addEdge('work', 'report')
    .addConditionalEdges('child', () => 'done', { done: 'report', no: END })

describe('a graph of declared nodes', () => {
  test('runs and is stored as one whose nodes were added one by one', async () => {
    const seen = async (build: typeof declared | typeof chained) => {
      const checkpointer = new MemorySaver()
      const graph = build().compile({ checkpointer })
      const modes = ['values', 'updates', 'tasks'] as const
      const config = { configurable: { thread_id: 't' }, streamMode: [...modes], subgraphs: true }
      const chunks = inTaskOrder(await collect<unknown>(await graph.stream({ topic: 'cairns' }, config)))
      return normalise({ chunks, records: storedRecords(checkpointer) })
    }
    expect(await seen(declared)).toEqual(await seen(chained))
  })

  test('has the same drawing', async () => {
    const drawing = async (build: typeof declared | typeof chained) =>
      (await build().compile().getGraphAsync()).drawMermaid()
    expect(await drawing(declared)).toEqual(await drawing(chained))
  })

  test('has its nodes in the order of the object', () => {
    expect(Object.keys(declared().nodes)).toEqual(['plan', 'act', 'work', 'child', 'report'])
  })

  test('may be added to: more nodes, joins, nodes one by one', async () => {
    const graph = new StateGraph(State)
      .addNodes({ a: says('a'), b: says('b') })
      .addNodes({
        c: node(() => new Command({ goto: 'd', update: { log: ['c'] } }), { ends: ['d'] }),
        d: says('d'),
      })
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addJoin(['a', 'b'], 'c')
      .addNode('e', says('e'))
      .addEdge('d', 'e')
    expect(await graph.compile().invoke({})).toEqual({ log: ['a', 'b', 'c', 'd', 'e'] })
  })

  test('has the policies that its nodes were given', async () => {
    let attempts = 0
    const graph = new StateGraph(State)
      .addNodes({
        flaky: node(
          () => {
            attempts++
            throw new Error('down')
          },
          {
            retryPolicy: { maxAttempts: 2, initialInterval: 1, jitter: false, logWarning: false },
            errorHandler: (_state: unknown, failed: NodeError) => ({
              log: [`${failed.node}: ${failed.error.message}`],
            }),
          },
        ),
      })
      .addEdge(START, 'flaky')
      .compile()
    expect(await graph.invoke({})).toEqual({ log: ['flaky: down'] })
    expect(attempts).toBe(2)
  })
})

describe('what is no node', () => {
  test('is refused, all of it at once', () => {
    const nodes = { good: says('x'), object: { run: says('x') }, nothing: null, wrapped: node('x' as never) }
    expect(() => new StateGraph(State).addNodes(nodes as never)).toThrow(
      new InvalidPlanError('graph', [
        'Node "object" is no function, no runnable and no node(run, options): it is object.',
        'Node "nothing" is no function, no runnable and no node(run, options): it is null.',
        'Node "wrapped" is no function, no runnable and no node(run, options): it is what node() was given.',
      ]),
    )
  })

  test('is an empty object, too', () => {
    expect(() => new StateGraph(State).addNodes({})).toThrow('addNodes was given no nodes.')
  })

  test("is refused with LangGraph's errors where LangGraph has one", () => {
    expect(() => new StateGraph(State).addNodes({ topic: says('x') })).toThrow(
      'topic is already being used as a state attribute',
    )
    expect(() => new StateGraph(State).addNodes({ 'a:b': says('x') })).toThrow('":" is a reserved character')
    expect(() => new StateGraph(State).addNodes({ a: says('x') }).addNodes({ a: says('x') })).toThrow(
      'Node `a` already present.',
    )
  })

  test('is caught at run time where the types could not see it', async () => {
    const graph = new StateGraph(State)
      .addNodes({ a: () => new Command({ goto: 'nowhere' as string }) })
      .addEdge(START, 'a')
      .compile()
    expect(await outcomeOf(() => graph.invoke({}))).toMatchObject({ error: { name: 'UnknownNodeError' } })
  })
})
