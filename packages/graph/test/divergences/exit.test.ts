// Runs with durability `exit`, which store at their end.
import { Command, MemorySaver, Overwrite, START, interrupt } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { deltaLog } from '../differential/harness/delta-log.ts'
import { Log } from '../differential/harness/states.ts'
import { Cairn, LangGraph, endOf, thread, type Builder } from './both-engines.ts'

const atExit = { ...thread, durability: 'exit' } as const

describe('a superstep that fails when it is applied', () => {
  const stored = async (StateGraph: Builder) => {
    const replacing = (name: string) => () => ({ log: new Overwrite([name]) as never })
    const saver = new MemorySaver()
    const graph = new StateGraph(Log)
      .addNode('a', replacing('a'))
      .addNode('b', replacing('b')) // two in one superstep are an error
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .compile({ checkpointer: saver })
    await endOf(graph.invoke({ log: ['in'] }, atExit))
    return (await saver.getTuple(thread))!.checkpoint.channel_values['log']
  }

  test('LangGraph stores what was applied before it failed', async () => {
    expect(await stored(LangGraph)).toEqual(['a'])
  })

  test('Cairn stores the state as it was before', async () => {
    expect(await stored(Cairn)).toEqual(['in'])
  })
})

describe('the state after a command that led to a question', () => {
  const updated = async (StateGraph: Builder) => {
    const graph = new StateGraph(Log)
      .addNode('a', () => ({}), { ends: ['asks'] })
      .addNode('asks', () => ({ log: [String(interrupt('which?'))] }))
      .addEdge(START, 'a')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({ log: ['in'] }, atExit)
    await graph.invoke(new Command({ update: { log: ['update'] }, goto: 'asks' }), atExit)
    return (await graph.getState(thread)).values as unknown
  }

  test('LangGraph shows the update twice', async () => {
    expect(await updated(LangGraph)).toEqual({ log: ['in', 'update', 'update'] })
  })

  test('Cairn shows it once', async () => {
    expect(await updated(Cairn)).toEqual({ log: ['in', 'update'] })
  })
})

describe('what a command wrote to a delta channel before a question', () => {
  const answered = async (StateGraph: Builder) => {
    const graph = new StateGraph(deltaLog())
      .addNode('asks', () => ({ log: `answered ${String(interrupt('which?'))}` }))
      .addEdge(START, 'asks')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({ log: 'in' }, atExit)
    await graph.invoke(new Command({ update: { log: 'command' }, goto: 'asks' }), atExit)
    const { values } = await graph.getState(thread)
    const { log } = await graph.invoke(new Command({ resume: 'yes' }), atExit)
    return { asked: (values as { log: string[] }).log, log }
  }

  test('LangGraph loses it with the answer', async () => {
    expect(await answered(LangGraph)).toEqual({ asked: ['in', 'command'], log: ['in', 'answered yes'] })
  })

  test('Cairn keeps it', async () => {
    expect(await answered(Cairn)).toEqual({
      asked: ['in', 'command'],
      log: ['in', 'command', 'answered yes'],
    })
  })
})
