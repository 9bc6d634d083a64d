import { Command, START, interrupt } from '@langchain/langgraph'
import { describe, expect, test, vi } from 'vitest'
import { SqliteSaver } from '@cairn/sqlite'
import { MemorySaver, StateGraph } from '../../src/index.ts'
import { Log } from '../differential/harness/states.ts'

const thread = { configurable: { thread_id: 't' } }

const asking = (checkpointer: MemorySaver) =>
  new StateGraph(Log)
    .addNode('ask', () => ({ log: [String(interrupt('what?'))] }))
    .addEdge(START, 'ask')
    .compile({ checkpointer })

describe('a saver of Cairn whose methods somebody has put others in front of', () => {
  test('is asked by way of them, when they are spies', async () => {
    const saver = new MemorySaver()
    const spies = (['getTuple', 'put', 'putWrites'] as const).map((name) => vi.spyOn(saver, name))
    await asking(saver).invoke({}, thread)
    expect(spies.map((spy) => spy.mock.calls.length)).toEqual([1, 2, 2])
  })

  test('is asked by way of them, when they are of a subclass', async () => {
    const steps: unknown[] = []
    class Noting extends SqliteSaver {
      override async put(...args: Parameters<SqliteSaver['put']>) {
        steps.push(args[2].step)
        return super.put(...args)
      }
    }
    const saver = Noting.open(':memory:')
    await asking(saver).invoke({}, thread)
    expect(saver).toBeInstanceOf(Noting)
    expect(steps).toEqual([-1, 0])
    saver.close()
  })
})

const savers = { MemorySaver: () => new MemorySaver(), SqliteSaver: () => SqliteSaver.open(':memory:') }

describe.each(Object.entries(savers))('a %s, for the id of a thread', (_, open) => {
  test('takes a number, with which the thread goes on and is asked for its state and history', async () => {
    const saver = open()
    const graph = asking(saver)
    const numbered = { configurable: { thread_id: 7 } }
    await graph.invoke({}, numbered)
    expect((await graph.getState(numbered)).next).toEqual(['ask'])
    expect(await graph.invoke(new Command({ resume: 'yes' }), numbered)).toEqual({ log: ['yes'] })
    const steps: unknown[] = []
    for await (const { metadata } of graph.getStateHistory(numbered)) steps.push(metadata?.step)
    expect(steps).toEqual([1, 0, -1])
    if (saver instanceof SqliteSaver) saver.close()
  })

  test('refuses what names no thread before a node has run', async () => {
    const saver = open()
    for (const id of ['', null, true, {}]) {
      await expect(asking(saver).invoke({}, { configurable: { thread_id: id } })).rejects.toMatchObject({
        code: 'INVALID_SAVER_CONFIG',
        key: 'thread_id',
      })
    }
    if (saver instanceof SqliteSaver) saver.close()
  })
})
