import { STORE } from '@cairn/checkpoint'
import { HumanMessage } from '@langchain/core/messages'
import { BaseCheckpointSaver, emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SqliteSaver, SqliteStore } from '@cairn/sqlite'
import { temporaryPath } from './temporary-directory.ts'

const metadata = { source: 'loop', step: 0, parents: {} } as const

function openSaver(path: string, options?: Parameters<typeof SqliteSaver.open>[1]): SqliteSaver {
  const saver = SqliteSaver.open(path, options)
  onTestFinished(() => saver.close())
  return saver
}

describe('the saver', () => {
  test("is one of LangGraph's, over a store that answers at once", () => {
    const saver = openSaver(':memory:')
    expect(saver).toBeInstanceOf(BaseCheckpointSaver)
    expect(saver[STORE]).toBeInstanceOf(SqliteStore)
    expect(saver[STORE].load({ threadId: 'none', namespace: '' })).toBeUndefined()
  })

  test('keeps what it was given in its file', async () => {
    const path = temporaryPath()
    const saver = SqliteSaver.fromConnString(path)
    const checkpoint = {
      ...emptyCheckpoint(),
      id: uuid6(0),
      channel_values: { messages: [new HumanMessage('which way?')] },
      channel_versions: { messages: 1 },
    }
    const config = await saver.put(
      { configurable: { thread_id: 'one', checkpoint_ns: '' } },
      checkpoint,
      metadata,
      { messages: 1 },
    )
    saver.close()
    const tuple = await openSaver(path).getTuple(config)
    expect(tuple?.checkpoint).toEqual(checkpoint)
    expect(tuple?.checkpoint.channel_values['messages']).toEqual([expect.any(HumanMessage)])
  })

  test('may be closed twice, and refuses any use afterwards', async () => {
    const saver = SqliteSaver.open(temporaryPath())
    saver.close()
    saver.close()
    const config = { configurable: { thread_id: 'one', checkpoint_ns: '', checkpoint_id: uuid6(0) } }
    const closed = expect.objectContaining({ code: 'STORE_CLOSED', path: saver.path }) as Error
    await expect(saver.getTuple(config)).rejects.toThrow(closed)
    await expect(saver.put(config, emptyCheckpoint(), metadata, {})).rejects.toThrow(closed)
    await expect(saver.putWrites(config, [['a', 1]], 'task')).rejects.toThrow(closed)
    await expect(saver.list(config).next()).rejects.toThrow(closed)
    await expect(saver.deleteThread('one')).rejects.toThrow(closed)
  })

  test('keeps objects of the classes it is told of', async () => {
    class Stone {
      constructor(readonly weight: number) {}
    }
    const stones = {
      name: 'stone',
      match: (value: unknown) => value instanceof Stone,
      encode: (stone: unknown) => (stone as Stone).weight,
      decode: (weight: unknown) => new Stone(weight as number),
    }
    const saver = openSaver(':memory:', { extensions: [stones] })
    const checkpoint = { ...emptyCheckpoint(), channel_values: { top: new Stone(3) } }
    const config = await saver.put({ configurable: { thread_id: 'one' } }, checkpoint, metadata, {})
    expect((await saver.get(config))?.channel_values).toStrictEqual({ top: new Stone(3) })
  })

  test('over a store that is open shares it', async () => {
    const store = SqliteStore.open(':memory:')
    const saver = new SqliteSaver(store)
    await saver.put({ configurable: { thread_id: 'one' } }, emptyCheckpoint(), metadata, {})
    expect([...store.list({})]).toHaveLength(1)
    saver.close()
    expect(() => store.load({ threadId: 'one', namespace: '' })).toThrow('is closed')
  })
})
