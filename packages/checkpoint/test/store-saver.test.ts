import {
  MemorySaver,
  type BaseCheckpointSaver,
  type Checkpoint,
  type CheckpointMetadata,
} from '@langchain/langgraph-checkpoint'
import { type Commit, type Store, type StoredCheckpoint } from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { createLangchainCodec, STORE, StoreSaver } from '@cairn/checkpoint'
import { beforeEach, describe, expect, test } from 'vitest'

const metadata: CheckpointMetadata = { source: 'loop', step: 0, parents: {} }
const thread = { configurable: { thread_id: 'thread' } }

/** A store that tells what was asked of it. */
class WatchedStore implements Store {
  readonly commits: Commit[] = []
  loads = 0
  readonly #store = new MemoryStore({ codec: createLangchainCodec() })

  load(...args: Parameters<Store['load']>): StoredCheckpoint | undefined {
    this.loads++
    return this.#store.load(...args)
  }

  commit(commit: Commit): void {
    this.commits.push(commit)
    this.#store.commit(commit)
  }

  list(...args: Parameters<MemoryStore['list']>): ReturnType<MemoryStore['list']> {
    return this.#store.list(...args)
  }

  deleteThread(threadId: string): void {
    this.#store.deleteThread(threadId)
  }

  /** What the last commit says of its checkpoint's values. */
  get last(): unknown {
    const { changed, removed, parentId } = this.commits.at(-1)!.checkpoint!
    return { changed, removed, parentId }
  }
}

let store: WatchedStore
let saver: StoreSaver

beforeEach(() => {
  store = new WatchedStore()
  saver = new StoreSaver(store)
})

function record(id: string, values: Record<string, unknown>, versions: Record<string, number>): Checkpoint {
  return {
    v: 4,
    id,
    ts: '2024-02-29T12:00:00.000Z',
    channel_values: values,
    channel_versions: versions,
    versions_seen: { __input__: {}, node: versions },
  }
}

describe('a record', () => {
  test('comes back exactly, undefined and defaults that were never written included', async () => {
    const checkpoint = record('1', { messages: [], untracked: undefined, at: new Date(0) }, { at: 1 })
    const more: CheckpointMetadata<{ counters: object }> = { ...metadata, counters: { messages: [1, 2] } }
    const config = await saver.put(thread, checkpoint, more, { at: 1 })
    expect(config).toEqual({ configurable: { thread_id: 'thread', checkpoint_ns: '', checkpoint_id: '1' } })
    expect(await saver.getTuple(config)).toStrictEqual({
      config,
      checkpoint,
      metadata: more,
      pendingWrites: [],
    })
    expect(await saver.get(thread)).toStrictEqual(checkpoint)
  })

  test('names its parent', async () => {
    const first = await saver.put(thread, record('1', {}, {}), metadata, {})
    const second = await saver.put(first, record('2', {}, {}), metadata, {})
    expect(await saver.getTuple(second)).toMatchObject({ config: second, parentConfig: first })
  })

  test('of an older format keeps its number, which is no metadata', async () => {
    const old = { ...record('1', { a: 1 }, { a: 1 }), v: 3 }
    await saver.put(thread, old, metadata, {})
    expect(await saver.getTuple(thread)).toMatchObject({ checkpoint: old })
    expect((await saver.getTuple(thread))?.metadata).toStrictEqual(metadata)
  })

  test('has been taken when put returns, before its promise is settled', async () => {
    const values = { list: [1] }
    const first = await saver.put(thread, record('1', values, { list: 1 }), metadata, { list: 1 })
    const versions = { list: 2 }
    const putting = saver.put(first, record('2', values, versions), metadata, { list: 2 })
    values.list.push(2)
    versions.list = 9
    expect((await saver.getTuple(await putting))?.checkpoint).toMatchObject({
      channel_values: { list: [1] },
      channel_versions: { list: 2 },
    })
  })
})

describe('what is committed of a record', () => {
  test('without a parent is all of it, whatever the new versions are', async () => {
    await saver.put(thread, record('1', { a: 1, b: 2 }, { a: 1 }), metadata, {})
    expect(store.last).toEqual({ changed: { a: 1, b: 2 }, removed: [], parentId: undefined })
  })

  test('with a parent is what has a new version, what the parent lacks, and what is gone', async () => {
    const first = await saver.put(
      thread,
      record('1', { a: 1, b: 1, c: 1 }, { a: 1, b: 1, c: 1 }),
      metadata,
      {},
    )
    const next = record('2', { a: 1, b: 2, d: undefined }, { a: 1, b: 2, c: 2 })
    const second = await saver.put(first, next, metadata, { b: 2, c: 2 })
    expect(store.last).toStrictEqual({ changed: { b: 2, d: undefined }, removed: ['c'], parentId: '1' })
    expect((await saver.getTuple(second))?.checkpoint).toStrictEqual(next)
  })

  test('with a parent of other versions is what differs, even when no new version says so', async () => {
    const first = await saver.put(thread, record('1', { a: 1, b: 1 }, { a: 1, b: 1 }), metadata, {})
    await saver.put(first, record('2', { a: 5, b: 1 }, { a: 5, b: 1 }), { ...metadata, source: 'fork' }, {})
    expect(store.last).toEqual({ changed: { a: 5 }, removed: [], parentId: '1' })
  })

  test('without new versions is all of it, as a saver passes it on that takes three arguments', async () => {
    const first = await saver.put(thread, record('1', { a: 1, b: 1 }, { a: 1, b: 1 }), metadata)
    await saver.put(first, record('2', { a: 1, b: 2 }, { a: 1, b: 1 }), metadata)
    expect(store.last).toEqual({ changed: { a: 1, b: 2 }, removed: [], parentId: '1' })
  })

  test('with a parent that the store does not have is all of it', async () => {
    const unknown = { configurable: { ...thread.configurable, checkpoint_id: '0' } }
    const config = await saver.put(unknown, record('1', { a: 1, b: 1 }, { a: 1, b: 1 }), metadata, { b: 1 })
    expect((await saver.getTuple(config))?.checkpoint.channel_values).toEqual({ a: 1, b: 1 })
  })

  test('with a parent that somebody else has deleted since is all of it', async () => {
    const first = await saver.put(thread, record('1', { a: 1, b: 1 }, { a: 1, b: 1 }), metadata, {})
    store.deleteThread('thread')
    const second = await saver.put(first, record('2', { a: 1, b: 2 }, { a: 1, b: 2 }), metadata, { b: 2 })
    expect((await saver.getTuple(second))?.checkpoint.channel_values).toEqual({ a: 1, b: 2 })
  })

  test('does not need the parent read back, when it was put or read just before', async () => {
    const first = await saver.put(thread, record('1', { a: 1 }, { a: 1 }), metadata, {})
    const second = await saver.put(first, record('2', { a: 2 }, { a: 2 }), metadata, { a: 2 })
    expect(store.loads).toBe(0)
    const other = new StoreSaver(store)
    await other.getTuple(thread)
    await other.put(second, record('3', { a: 3 }, { a: 3 }), metadata, { a: 3 })
    expect(store.loads).toBe(1)
    await new StoreSaver(store).put(first, record('4', { a: 4 }, { a: 4 }), metadata, { a: 4 })
    expect(store.loads).toBe(2)
    expect((await saver.getTuple(thread))?.checkpoint.channel_values).toEqual({ a: 4 })
  })

  test('is nothing, when a value cannot be kept', async () => {
    const first = await saver.put(thread, record('1', { a: 1 }, { a: 1 }), metadata, {})
    const failing = saver.put(first, record('2', { a: 2, b: () => {} }, { a: 2 }), metadata, { a: 2 })
    await expect(failing).rejects.toMatchObject({ code: 'UNSERIALISABLE_VALUE', path: '$.b' })
    const second = await saver.put(first, record('2', { a: 1 }, { a: 1 }), metadata, {})
    expect((await saver.getTuple(second))?.checkpoint.channel_values).toEqual({ a: 1 })
  })
})

describe('over a store that answers later', () => {
  test('everything is as over one that answers at once', async () => {
    const inner = new MemoryStore()
    const later: Store = {
      load: async (...args) => inner.load(...args),
      commit: async (commit) => inner.commit(commit),
      async *list(query) {
        yield* inner.list(query)
      },
      deleteThread: async (threadId) => inner.deleteThread(threadId),
    }
    const first = await new StoreSaver(later).put(
      thread,
      record('1', { a: 1, b: 1 }, { a: 1, b: 1 }),
      metadata,
      {},
    )
    const asynchronous = new StoreSaver(later)
    const second = await asynchronous.put(first, record('2', { a: 2 }, { a: 2 }), metadata, { a: 2 })
    await asynchronous.putWrites(second, [['a', 3]], 'task')
    expect(await asynchronous.getTuple(second)).toMatchObject({
      checkpoint: { channel_values: { a: 2 } },
      parentConfig: first,
      pendingWrites: [['task', 'a', 3]],
    })
    expect((await asynchronous.getTuple(second))?.checkpoint.channel_values).toEqual({ a: 2 })
    expect(await ids(asynchronous, {})).toEqual(['2', '1'])
    await asynchronous.deleteThread('thread')
    expect(await asynchronous.getTuple(thread)).toBeUndefined()
  })
})

describe('listing', () => {
  beforeEach(async () => {
    let config = await saver.put(thread, record('1', {}, {}), { ...metadata, source: 'input' }, {})
    config = await saver.put(config, record('2', {}, {}), metadata, {})
    await saver.put(
      { configurable: { thread_id: 'thread', checkpoint_ns: 'child' } },
      record('3', {}, {}),
      metadata,
      {},
    )
    await saver.put({ configurable: { thread_id: 'other' } }, record('4', {}, {}), metadata, {})
  })

  test('takes thread, namespace and checkpoint from the config, newest first', async () => {
    expect(await ids(saver, {})).toEqual(['4', '3', '2', '1'])
    expect(await ids(saver, thread.configurable)).toEqual(['3', '2', '1'])
    expect(await ids(saver, { thread_id: 'thread', checkpoint_ns: '' })).toEqual(['2', '1'])
    expect(await ids(saver, { thread_id: 'thread', checkpoint_id: '2' })).toEqual(['2'])
    expect(await ids(saver, { thread_id: 'thread', checkpoint_id: '1' }, { limit: 1 })).toEqual(['1'])
  })

  test('takes before, limit and filter', async () => {
    const before = { configurable: { checkpoint_id: '3' } }
    expect(await ids(saver, {}, { before })).toEqual(['2', '1'])
    expect(await ids(saver, {}, { before, limit: 1 })).toEqual(['2'])
    expect(await ids(saver, {}, { filter: { source: 'input' } })).toEqual(['1'])
    expect(await ids(saver, {}, { limit: 0 })).toEqual([])
  })
})

test('it gives the store behind it, under a name that any copy of the package knows', () => {
  expect(saver[STORE]).toBe(store)
  expect(STORE).toBe(Symbol.for('cairn.store'))
})

test('it stays out of JSON, as a part of a config', () => {
  expect(JSON.stringify({ configurable: { saver } })).toBe('{"configurable":{"saver":"[StoreSaver]"}}')
})

test('versions count up from 1', () => {
  expect([saver.getNextVersion(undefined), saver.getNextVersion(1)]).toEqual([1, 2])
})

test('a thread whose id is a number is the one whose id is its digits', async () => {
  await saver.put({ configurable: { thread_id: 7 } }, record('1', { a: 1 }, { a: 1 }), metadata, {})
  for (const threadId of [7, '7']) {
    const configurable = { thread_id: threadId }
    expect((await saver.getTuple({ configurable }))?.config).toMatchObject({
      configurable: { thread_id: '7' },
    })
    expect(await ids(saver, configurable)).toEqual(['1'])
  }
})

test('a config that names no thread or no checkpoint is refused, with the remedy', async () => {
  expect(await saver.getTuple({ configurable: {} })).toBeUndefined()
  await expect(saver.put({}, record('1', {}, {}), metadata, {})).rejects.toThrow(
    'The config\'s "configurable.thread_id" must be a string that is not empty, but is missing. ' +
      "Pass it as in { configurable: { thread_id: '...' } }.",
  )
  await expect(saver.getTuple({ configurable: { thread_id: true } })).rejects.toMatchObject({
    code: 'INVALID_SAVER_CONFIG',
    key: 'thread_id',
    found: true,
  })
  await expect(saver.putWrites(thread, [], 'task')).rejects.toThrow('"configurable.checkpoint_id"')
})

test('a write whose config lacks an id is refused in the words of LangGraph, before its own', async () => {
  const langgraph = new MemorySaver()
  const firstOf = (message: string) => message.slice(0, message.indexOf(' property.'))
  for (const write of [
    (to: BaseCheckpointSaver) => to.put({}, record('1', {}, {}), metadata, {}),
    (to: BaseCheckpointSaver) => to.putWrites({}, [], 'task'),
    (to: BaseCheckpointSaver) => to.putWrites({ configurable: { thread_id: 't' } }, [], 'task'),
  ]) {
    const messages = await Promise.all(
      [langgraph, saver].map((to) => write(to).then(String, (error: Error) => firstOf(error.message))),
    )
    expect(messages[1]).toBe(messages[0])
    expect(messages[0]).toContain('Failed to put ')
  }
})

async function ids(
  from: StoreSaver,
  configurable: Record<string, unknown>,
  options?: Parameters<StoreSaver['list']>[1],
): Promise<string[]> {
  const found: string[] = []
  for await (const { checkpoint } of from.list({ configurable }, options)) found.push(checkpoint.id)
  return found
}
