import { getEventListeners } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { MemorySaver, START, Send } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { Log } from '../differential/harness/states.ts'
import { Cairn, LangGraph, endOf, type Builder } from './both-engines.ts'

describe('a signal that outlives its runs', () => {
  /** How many listeners are left after runs, streams and failures, nested graphs and parallel tasks included. */
  const listenersAfter = async (StateGraph: Builder) => {
    const { signal } = new AbortController()
    const later = async () => {
      await setImmediate()
      return { log: ['later'] }
    }
    const inner = new StateGraph(Log).addNode('inner', later).addEdge(START, 'inner').compile()
    const graph = new StateGraph(Log)
      .addNode('child', inner)
      .addNode('work', later)
      .addNode('fails', async () => {
        await setImmediate()
        throw new Error('fails')
      })
      .addEdge(START, 'child')
      .addConditionalEdges('child', ({ log }) =>
        log.includes('fail') ? 'fails' : [1, 2, 3].map(() => new Send('work', {})),
      )
      .compile({ checkpointer: new MemorySaver() })
    for (let run = 0; run < 5; run++) {
      const config = { configurable: { thread_id: `${run}` }, signal }
      await graph.invoke({}, config)
      for await (const _ of await graph.stream({}, { ...config, streamMode: 'values' }));
      await endOf(graph.invoke({ log: ['fail'] }, config))
    }
    return getEventListeners(signal, 'abort').length
  }

  test('LangGraph leaves listeners of each of them on it', async () => {
    expect(await listenersAfter(LangGraph)).toBeGreaterThan(5)
  })

  test('Cairn leaves none', async () => {
    expect(await listenersAfter(Cairn)).toBe(0)
  })
})
