import * as langgraph from '@langchain/langgraph'
import { Command, Send, START, StateSchema, UntrackedValue, interrupt } from '@langchain/langgraph'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { SqliteSaver } from '@cairn/sqlite'
import * as cairn from '../../src/index.ts'

class Connection {
  count = 0
  ask = () => `row ${++this.count}`
}

const State = new StateSchema({ rows: z.string().optional(), db: new UntrackedValue<Connection>() })

/** Asks the connection that came with the input, and one that came with what was sent. */
const graph = ({ StateGraph }: Pick<typeof langgraph, 'StateGraph'>) =>
  new StateGraph(State)
    .addNode(
      'first',
      ({ db }) => {
        const rows = `${db?.ask()}`
        return new Command({ update: { rows }, goto: [new Send('second', { rows, db: new Connection() })] })
      },
      { ends: ['second'] },
    )
    .addNode('second', ({ rows, db }) => ({
      rows: `${rows}, ${db === undefined ? 'gone' : db.ask()}, ${interrupt('go on?')}`,
    }))
    .addEdge(START, 'first')

const thread = { configurable: { thread_id: 't' } }

const sqlite = SqliteSaver.open(':memory:')
afterEach(() => sqlite.deleteThread('t'))
afterAll(() => sqlite.close())

describe('a connection that is given to a value that is never stored, in an input and in what is sent', () => {
  for (const durability of ['sync', 'async', 'exit'] as const) {
    const outcome = async (vocabulary: typeof langgraph, checkpointer: langgraph.BaseCheckpointSaver) => {
      const compiled = graph(vocabulary).compile({ checkpointer })
      const config = { ...thread, durability }
      const { rows } = await compiled.invoke({ db: new Connection() }, config)
      const { next, values } = await compiled.getState(thread)
      const { db: _, ...stored } = values as { db?: unknown }
      return { rows, next, stored }
    }

    test(`is there for the nodes, whatever saver there is, with durability "${durability}"`, async () => {
      const expected = await outcome(langgraph, new langgraph.MemorySaver())
      expect(expected).toEqual({ rows: 'row 1', next: ['second'], stored: { rows: 'row 1' } })
      for (const saver of [new cairn.MemorySaver(), sqlite, new langgraph.MemorySaver()])
        expect(await outcome(cairn as unknown as typeof langgraph, saver)).toEqual(expected)
    })
  }

  test('is gone when the thread goes on', async () => {
    const compiled = graph(cairn).compile({ checkpointer: new cairn.MemorySaver() })
    await compiled.invoke({ db: new Connection() }, thread)
    expect(await compiled.invoke(new Command({ resume: 'yes' }), thread)).toEqual({
      rows: 'row 1, gone, yes',
    })
  })
})

test('data that is given to such a value stays in the input, as in LangGraph', async () => {
  const inputs = async (vocabulary: typeof langgraph, checkpointer: langgraph.BaseCheckpointSaver) => {
    const state = new StateSchema({ seen: z.unknown(), scratch: new UntrackedValue() })
    const compiled = new vocabulary.StateGraph(state)
      .addNode('see', ({ scratch }) => ({ seen: JSON.stringify(scratch) }))
      .addEdge(START, 'see')
      .compile({ checkpointer })
    const scratch = { list: [1, null, { deep: new Map([['a', 1]]) }] }
    await compiled.invoke({ scratch }, thread)
    const found: unknown[] = []
    for await (const { checkpoint } of checkpointer.list(thread))
      found.push(checkpoint.channel_values['__start__'])
    return found
  }
  const expected = await inputs(langgraph, new langgraph.MemorySaver())
  expect(expected.at(-1)).toMatchObject({ scratch: { list: [1, null, { deep: new Map([['a', 1]]) }] } })
  expect(await inputs(cairn as unknown as typeof langgraph, new cairn.MemorySaver())).toEqual(expected)
})
