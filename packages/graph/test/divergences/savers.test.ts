import { setImmediate } from 'node:timers/promises'
import { AIMessage } from '@langchain/core/messages'
import { Annotation, MemorySaver, START, interrupt, type BaseCheckpointSaver } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { MemorySaver as CairnMemorySaver } from '../../src/index.ts'
import { Log } from '../differential/harness/states.ts'
import { Cairn, LangGraph, endOf, thread, type Builder } from './both-engines.ts'

describe('a run that waits for no saver, with one that fails', () => {
  class Full extends MemorySaver {
    override async put(...args: Parameters<MemorySaver['put']>): ReturnType<MemorySaver['put']> {
      if (args[2].step === 0) throw new Error('full')
      return super.put(...args)
    }
  }

  const ran = async (StateGraph: Builder) => {
    const names: string[] = []
    const slow = (name: string) => async () => {
      for (let turn = 0; turn < 3; turn++) await setImmediate()
      names.push(name)
      return {}
    }
    const error = await endOf(
      new StateGraph(Log)
        .addNode('a', slow('a'))
        .addNode('b', slow('b'))
        .addEdge(START, 'a')
        .addEdge('a', 'b')
        .compile({ checkpointer: new Full() })
        .invoke({}, { ...thread, durability: 'async' }),
    )
    return { error, names }
  }

  test('LangGraph goes on to the end, though nothing of it is kept, and then fails', async () => {
    expect(await ran(LangGraph)).toEqual({ error: new Error('full'), names: ['a', 'b'] })
  })

  test('Cairn stops at once', async () => {
    expect(await ran(Cairn)).toEqual({ error: new Error('full'), names: [] })
  })
})

describe('a nested graph that asks, whose saver fails', () => {
  class Full extends MemorySaver {
    override async put(...args: Parameters<MemorySaver['put']>): ReturnType<MemorySaver['put']> {
      if (args[0].configurable!['checkpoint_ns'] !== '') throw new Error('full')
      return super.put(...args)
    }
  }

  const asked = (StateGraph: Builder) => {
    const child = new StateGraph(Log)
      .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
      .addEdge(START, 'ask')
      .compile()
    const graph = new StateGraph(Log)
      .addNode('child', child)
      .addEdge(START, 'child')
      .compile({ checkpointer: new Full() })
    return endOf(graph.invoke({}, thread))
  }

  test('LangGraph tells the question, though nothing of the nested graph is kept', async () => {
    expect(await asked(LangGraph)).toMatchObject({ __interrupt__: [{ value: '?' }] })
  })

  test('Cairn fails', async () => {
    expect(await asked(Cairn)).toMatchObject({ message: 'full' })
  })
})

describe('a message that is given a name after it was made', () => {
  const State = Annotation.Root({ message: Annotation<AIMessage> })

  const keptName = async (StateGraph: Builder, checkpointer: BaseCheckpointSaver) => {
    const graph = new StateGraph(State)
      .addNode('a', () => {
        const message = new AIMessage('hello')
        message.name = 'greeter'
        return { message }
      })
      .addEdge(START, 'a')
      .compile({ checkpointer })
    await graph.invoke({}, thread)
    return (await graph.getState(thread)).values.message.name
  }

  test("LangGraph's savers lose the name", async () => {
    expect(await keptName(LangGraph, new MemorySaver())).toBeUndefined()
  })

  test("Cairn's savers keep it", async () => {
    expect(await keptName(Cairn, new CairnMemorySaver())).toBe('greeter')
  })
})
