// What a node does to the thread of its own run belongs to that run: it neither waits for it nor is refused.
import { setImmediate } from 'node:timers/promises'
import { StateGraph as LangGraphStateGraph } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { MemorySaver, START, Send, StateGraph, type OnBusy } from '../../src/index.ts'
import { Gate, Log, endOf, thread, turns } from './gate.ts'

/** The graph of one node, and the node may do something to the graph. */
function selfish(onBusy: OnBusy, body: (graph: Graph, config: object) => Promise<unknown>) {
  const graph: Graph = new StateGraph(Log)
    .addNode('act', async (_, config) => {
      await body(graph, config)
      return { log: ['acted'] }
    })
    .addNode('after', () => ({ log: ['after'] }))
    .addEdge(START, 'act')
    .addEdge('act', 'after')
    .compile({ checkpointer: new MemorySaver(), onBusy })
  return graph
}

interface Graph {
  invoke(input: unknown, config: object): Promise<unknown>
  getState(config: object): Promise<{ values: unknown }>
  updateState(config: object, values: object, asNode?: string): Promise<unknown>
}

const inner = () =>
  new StateGraph(Log)
    .addNode('inner', () => ({ log: ['inner'] }))
    .addEdge(START, 'inner')
    .compile({ checkpointer: new MemorySaver() })

describe.each(['reject', 'wait'] as const)('a node, with onBusy: %s,', (onBusy) => {
  test('reads and edits the state of its thread, and the run goes on from what it had', async () => {
    const graph = selfish(onBusy, async (own) => {
      await own.getState(thread)
      await own.updateState(thread, { log: ['edited'] }, 'after')
    })
    expect(await graph.invoke({ log: ['1'] }, thread)).toEqual({ log: ['1', 'acted', 'after'] })
    expect((await graph.getState(thread)).values).toEqual({ log: ['1', 'acted', 'after'] })
    await graph.updateState(thread, { log: ['free'] })
  })

  test('does the same with the config that it was given', async () => {
    const graph = selfish(onBusy, async (own, config) => {
      const { configurable } = config as { configurable: object }
      await own.updateState({ configurable: { ...configurable, checkpoint_ns: '' } }, { log: ['e'] }, 'after')
    })
    expect(await graph.invoke({ log: ['1'] }, thread)).toEqual({ log: ['1', 'acted', 'after'] })
    await graph.updateState(thread, { log: ['free'] })
  })

  test('runs another graph on its thread, which is nested in its run', async () => {
    const other = inner()
    const graph = selfish(onBusy, async () => {
      expect(await other.invoke({ log: ['2'] }, thread)).toEqual({ log: ['2', 'inner'] })
    })
    expect(await graph.invoke({ log: ['1'] }, thread)).toEqual({ log: ['1', 'acted', 'after'] })
  })

  test('edits another thread, and has it to itself meanwhile', async () => {
    const other = { configurable: { thread_id: 'other' } }
    const graph = selfish(onBusy, async (own) => own.updateState(other, { log: ['edited'] }, 'after'))
    await graph.invoke({ log: ['1'] }, thread)
    expect((await graph.getState(other)).values).toEqual({ log: ['edited'] })
    await graph.updateState(other, { log: ['free'] })
  })

  test('runs graphs of another thread side by side, each within its own task', async () => {
    const other = inner()
    const graph = new StateGraph(Log)
      .addNode('start', () => ({ log: [] }))
      .addNode('each', async () => {
        await other.invoke({ log: ['x'] }, { configurable: { thread_id: 'shared' }, onBusy })
        return { log: ['each'] }
      })
      .addEdge(START, 'start')
      .addConditionalEdges('start', () => [new Send('each', {}), new Send('each', {})])
      .compile({ checkpointer: new MemorySaver() })
    expect(await graph.invoke({ log: [] }, thread)).toEqual({ log: ['each', 'each'] })
  })
})

describe('what a node leaves behind', () => {
  test('has to take the thread once the run has ended', async () => {
    const gate = new Gate()
    const ends: Promise<unknown>[] = []
    const graph = selfish('reject', async (own) => {
      const late = async () => {
        await gate.pass()
        return own.updateState(thread, { log: ['late'] }, 'after')
      }
      ends.push(endOf(late()))
    })
    await graph.invoke({ log: ['1'] }, thread)
    gate.open()
    await Promise.all(ends)
    expect((await graph.getState(thread)).values).toEqual({ log: ['1', 'acted', 'after', 'late'] })
  })

  test('is refused while another run has the thread', async () => {
    const gates = [new Gate(), new Gate()] as const
    const ends: Promise<unknown>[] = []
    const graph = selfish('reject', async (own) => {
      if (ends.length > 0) return gates[1].pass()
      const late = async () => {
        await gates[0].pass()
        return own.updateState(thread, { log: ['late'] }, 'after')
      }
      ends.push(endOf(late()))
    })
    await graph.invoke({ log: ['1'] }, thread)
    const second = graph.invoke({ log: ['2'] }, thread)
    await gates[1].visits()
    gates[0].open()
    expect(await ends[0]).toMatchObject({ code: 'THREAD_BUSY' })
    gates[1].open()
    expect(await second).toEqual({ log: ['1', 'acted', 'after', '2', 'acted', 'after'] })
  })

  test('a task that finishes late is not kept once another run has come', async () => {
    const gate = new Gate()
    const texts = ['late', 'new']
    const graph = new StateGraph(Log)
      .addNode('deaf', async () => {
        const text = texts.shift()!
        await gate.pass()
        return { log: [text] }
      })
      .addEdge(START, 'deaf')
      .compile({ checkpointer: new MemorySaver() })
    const controller = new AbortController()
    const first = graph.invoke({ log: ['1'] }, { ...thread, signal: controller.signal })
    await gate.visits()
    controller.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    const second = graph.invoke(null, thread)
    await gate.visits(2)
    gate.open()
    expect(await second).toEqual({ log: ['1', 'new'] })
    await turns()
    expect((await graph.getState(thread)).values).toEqual({ log: ['1', 'new'] })
  })
})

test('a graph that runs on LangGraph within the run writes within its lease, too', async () => {
  const gate = new Gate()
  const theirs = new LangGraphStateGraph(Log)
    .addNode('theirs', async () => {
      await gate.pass()
      return { log: ['theirs'] }
    })
    .addEdge(START, 'theirs')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('call', async (_, config) => theirs.invoke({ log: ['in'] }, config))
    .addEdge(START, 'call')
    .compile({ checkpointer: new MemorySaver() })
  const running = graph.invoke({ log: ['1'] }, thread)
  await gate.visits()
  await expect(graph.invoke({ log: ['2'] }, thread)).rejects.toMatchObject({ code: 'THREAD_BUSY' })
  gate.open()
  expect(await running).toEqual({ log: ['1', 'in', 'theirs'] })
  await graph.updateState(thread, { log: ['free'] })
})

test('somebody who writes past the lease makes the run fail, and not lose what it wrote', async () => {
  const checkpointer = new MemorySaver()
  const gate = new Gate()
  const build = (StateGraphOf: typeof LangGraphStateGraph) =>
    new StateGraphOf(Log)
      .addNode('slow', async () => {
        await gate.pass()
        return { log: ['slow'] }
      })
      .addEdge(START, 'slow')
      .compile({ checkpointer })
  const ours = build(StateGraph)
  const theirs = build(LangGraphStateGraph)
  const running = endOf(ours.invoke({ log: ['1'] }, thread))
  await gate.visits()
  await theirs.updateState(thread, { log: ['past'] })
  gate.open()
  expect(await running).toMatchObject({ code: 'HEAD_MOVED', threadId: 't', namespace: '' })
  await setImmediate()
  expect((await ours.getState(thread)).values).toEqual({ log: ['1', 'past'] })
})
