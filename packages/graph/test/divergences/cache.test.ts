import { START, Send } from '@langchain/langgraph'
import { InMemoryCache } from '@langchain/langgraph-checkpoint'
import { describe, expect, test } from 'vitest'
import { Log } from '../differential/harness/states.ts'
import { Cairn, LangGraph, type Builder } from './both-engines.ts'

describe('two tasks of one superstep with the same input, which is in the cache', () => {
  const sentTwice = async (StateGraph: Builder) => {
    let runs = 0
    const graph = new StateGraph(Log)
      .addNode('work', () => ({ log: [`run ${++runs}`] }), { cachePolicy: true })
      .addConditionalEdges(START, ({ log }) => log.map(() => new Send('work', {})), ['work'])
      .compile({ cache: new InMemoryCache() })
    await graph.invoke({ log: ['once'] })
    const { log } = await graph.invoke({ log: ['one', 'two'] })
    return { log, runs }
  }

  test('LangGraph gives one of them what was found for both, and runs the other', async () => {
    expect(await sentTwice(LangGraph)).toEqual({ log: ['one', 'two', 'run 2', 'run 1', 'run 1'], runs: 2 })
  })

  test('Cairn gives it to both', async () => {
    expect(await sentTwice(Cairn)).toEqual({ log: ['one', 'two', 'run 1', 'run 1'], runs: 1 })
  })
})
