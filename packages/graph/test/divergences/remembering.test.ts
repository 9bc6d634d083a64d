// Nested graphs that remember: every call of them runs.
import { Annotation, MemorySaver, START } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { Log } from '../differential/harness/states.ts'
import { Cairn, LangGraph, thread, type Builder } from './both-engines.ts'

describe('a graph that remembers, called when a thread goes on from a breakpoint', () => {
  const called = async (StateGraph: Builder) => {
    const Count = Annotation.Root({ count: Annotation<number>({ reducer: (a, b) => a + b }) })
    const inner = new StateGraph(Count)
      .addNode('add', () => ({ count: 1 }))
      .addEdge(START, 'add')
      .compile({ checkpointer: true })
    const graph = new StateGraph(Log)
      .addNode('call', async () => ({ log: [`counted ${(await inner.invoke({ count: 0 })).count}`] }))
      .addEdge(START, 'call')
      .compile({ checkpointer: new MemorySaver(), interruptBefore: ['call'] })
    for (const input of [{}, null, {}, null]) await graph.invoke(input, thread)
    return (await graph.getState(thread)).values as unknown
  }

  test('LangGraph takes the second call for the first one, which has ended: nothing runs', async () => {
    expect(await called(LangGraph)).toEqual({ log: ['counted 1', 'counted 1'] })
  })

  test('Cairn runs it', async () => {
    expect(await called(Cairn)).toEqual({ log: ['counted 1', 'counted 2'] })
  })
})
