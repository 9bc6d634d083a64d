// Databases that LangGraph's own saver writes, while LangGraph runs, and what is read of them.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StoreSaver, storedTasks, threadStatus } from '@cairn/checkpoint'
import { SENDS, type StoredCheckpoint } from '@cairn/engine'
import { SqliteStore } from '@cairn/sqlite'
import { isLanggraphDatabase, LanggraphStore } from '@cairn/sqlite/langgraph'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import {
  Annotation,
  Command,
  END,
  interrupt,
  MessagesAnnotation,
  Send,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { emptyCheckpoint, uuid6, type CheckpointTuple } from '@langchain/langgraph-checkpoint'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
let directory: string
let file: string
let saver: SqliteSaver

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cairn-langgraph-'))
  file = path('old.db')
  saver = SqliteSaver.fromConnString(file)
  return () => {
    if (saver.db.open) saver.db.close()
    rmSync(directory, { recursive: true, force: true })
  }
})

function path(name: string): string {
  return join(directory, name)
}

const thread = { configurable: { thread_id: 't' } }

describe("a database of LangGraph's saver", () => {
  test('gives each checkpoint as that saver does', async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('answer', () => ({ messages: [new AIMessage({ content: 'yes', id: 'a' })] }))
      .addEdge(START, 'answer')
      .compile({ checkpointer: saver })
    await graph.invoke({ messages: [new HumanMessage({ content: 'well?', id: 'q' })] }, thread)
    await graph.invoke(
      { messages: [new HumanMessage({ content: 'and?', id: 'r' })] },
      { configurable: { thread_id: 'u' } },
    )
    const theirs = await tuples(saver)
    expect(theirs).toHaveLength(6)
    expect(await tuples(new StoreSaver(open()))).toEqual(theirs)
  })

  test('gives nested graphs, questions and answers as that saver does', async () => {
    const State = Annotation.Root({ name: Annotation<string>, age: Annotation<number> })
    const inner = new StateGraph(State)
      .addNode('ask', () => ({ age: Number(interrupt('How old?')) }))
      .addEdge(START, 'ask')
      .compile()
    const graph = new StateGraph(State)
      .addNode('inner', inner)
      .addNode('greet', () => ({ name: 'greeted' }))
      .addEdge(START, 'inner')
      .addEdge('inner', 'greet')
      .compile({ checkpointer: saver })
    await graph.invoke({ name: 'Ada' }, thread)
    const store = open()
    expect(threadStatus(storedTasks((await store.load({ threadId: 't', namespace: '' }))!))).toBe(
      'interrupted',
    )
    await graph.invoke(new Command({ resume: '36' }), thread)
    const theirs = await tuples(saver)
    expect(new Set(theirs.map(({ config }) => config.configurable?.['checkpoint_ns'] as string)).size).toBe(2)
    expect(await tuples(new StoreSaver(store))).toEqual(theirs)
  })

  test('gives parallel writes in the order in which they are applied, which that saver does not', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const State = Annotation.Root({
      done: Annotation<string[]>({ reducer: (left, right) => [...left, ...right], default: () => [] }),
    })
    const builder = new StateGraph(State) as unknown as StateGraph<
      typeof State,
      typeof State.State,
      typeof State.Update,
      string
    >
    for (const name of names) {
      builder.addNode(name, () => ({ done: [name] }))
      builder.addEdge(START, name)
    }
    builder.addNode('sent', (given: unknown) => ({ done: [String(given)] }))
    builder.addConditionalEdges('a', () => [3, 1, 2].map((number) => new Send('sent', number)))
    builder.addEdge('sent', END)
    const graph = builder.compile({ checkpointer: saver })
    let isReadWrongly = false
    for (let round = 0; round < 3; round++) {
      const config = { configurable: { thread_id: `t${round}` } }
      await graph.invoke({}, config)
      const store = open()
      for (const [step, expected] of [
        [0, names],
        [1, ['3', '1', '2']],
      ] as const) {
        const found = await at(store, `t${round}`, step)
        expect(doneBy(found.writes)).toEqual(expected)
        for await (const tuple of saver.list(config)) {
          if (tuple.metadata?.step === step)
            isReadWrongly ||= doneBy(tuple.pendingWrites!).join() !== expected.join()
        }
      }
    }
    // If this no longer holds, the saver has been put right.
    expect(isReadWrongly).toBe(true)
  })

  test('of an older version has the sends of the parent in their channel, in order', async () => {
    const ids = [0, 1].map((step) => uuid6(step))
    const record = (id: string, v: number) => ({
      ...emptyCheckpoint(),
      v,
      id,
      channel_values: { a: 1 },
      channel_versions: { a: 3 },
    })
    const config = (id?: string) => ({
      configurable: { thread_id: 't', checkpoint_ns: '', ...(id !== undefined && { checkpoint_id: id }) },
    })
    await saver.put(config(), record(ids[0]!, 3), { source: 'loop', step: 0, parents: {} })
    await saver.putWrites(
      config(ids[0]),
      [
        [SENDS, { node: 'n', args: 1 }],
        ['a', 2],
        [SENDS, { node: 'n', args: 2 }],
      ],
      'ffffffff-task',
    )
    await saver.putWrites(config(ids[0]), [[SENDS, { node: 'm', args: 3 }]], '00000000-task')
    await saver.put(config(ids[0]), record(ids[1]!, 3), { source: 'loop', step: 1, parents: {} })
    const head = (await open().load({ threadId: 't', namespace: '' }))!
    expect(head.values).toEqual({
      a: 1,
      [SENDS]: [
        { node: 'n', args: 1 },
        { node: 'n', args: 2 },
        { node: 'm', args: 3 },
      ],
    })
    expect(head.versions).toEqual({ a: 3, [SENDS]: 3 })
    const first = (await open().load({ threadId: 't', namespace: '' }, ids[0]))!
    expect(Object.keys(first.values)).toEqual(['a'])
  })

  test('gives a checkpoint whose parent was deleted without one', async () => {
    const config = { configurable: { thread_id: 't', checkpoint_ns: '', checkpoint_id: uuid6(0) } }
    await saver.put(config, emptyCheckpoint(), { source: 'loop', step: 1, parents: {} })
    expect((await open().load({ threadId: 't', namespace: '' }))!.parentId).toBeUndefined()
  })

  test('lists by thread, namespace, id, metadata and number', async () => {
    const graph = new StateGraph(Annotation.Root({ a: Annotation<number> }))
      .addNode('n', () => ({ a: 1 }))
      .addEdge(START, 'n')
      .compile({ checkpointer: saver })
    for (const thread_id of ['t', 'u']) await graph.invoke({}, { configurable: { thread_id } })
    const store = open()
    const all = await listed(store.list({ threadId: 't' }))
    expect(all.map(({ metadata }) => metadata.step)).toEqual([1, 0, -1])
    expect(await listed(store.list({ threadId: 't', limit: 2 }))).toEqual(all.slice(0, 2))
    expect(await listed(store.list({ threadId: 't', before: all[0]!.id }))).toEqual(all.slice(1))
    expect(await listed(store.list({ threadId: 't', filter: { source: 'input' } }))).toEqual(all.slice(2))
    expect(await listed(store.list({ namespace: 'none' }))).toEqual([])
    expect([...store.outline({})].map(({ line }) => line.threadId)).toEqual(['u', 'u', 'u', 't', 't', 't'])
  })
})

describe('reading a database in place', () => {
  test('changes no byte of it, and leaves nothing beside it', async () => {
    await runOnce()
    saver.db.close()
    const before = readFileSync(file)
    const { mtimeMs } = statSync(file)
    const store = open()
    expect(await listed(store.list({}))).toHaveLength(3)
    expect(readdirSync(directory)).toEqual(['old.db'])
    store.close()
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(statSync(file).mtimeMs).toBe(mtimeMs)
    expect(readdirSync(directory)).toEqual(['old.db'])
  })

  test.skipIf(!existsSync('/dev/shm'))('leaves nothing on another file system either', async () => {
    await runOnce()
    saver.db.close()
    const elsewhere = mkdtempSync('/dev/shm/cairn-langgraph-')
    onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }))
    copyFileSync(file, join(elsewhere, 'old.db'))
    const store = LanggraphStore.open(join(elsewhere, 'old.db'))
    expect(await listed(store.list({}))).toHaveLength(3)
    expect(readdirSync(elsewhere)).toEqual(['old.db'])
    store.close()
  })

  test('sees what the saver writes meanwhile', async () => {
    await runOnce()
    saver.db.close()
    const store = open()
    expect(await listed(store.list({}))).toHaveLength(3)
    saver = SqliteSaver.fromConnString(file)
    await runOnce('later')
    expect(await listed(store.list({}))).toHaveLength(6)
    saver.db.close()
    expect(await listed(store.list({ threadId: 'later' }))).toHaveLength(3)
    store.close()
  })

  test('refuses to write', async () => {
    await runOnce()
    const store = open()
    expect(() => store.deleteThread()).toThrow(
      `${file} is a database of LangGraph's SqliteSaver, which is read as it is; nothing was written. ` +
        'To go on with its threads, import them into a store: cairn import --langgraph.',
    )
    await expect(
      new StoreSaver(store).putWrites(
        { configurable: { thread_id: 't', checkpoint_id: 'c' } },
        [['a', 1]],
        'task',
      ),
    ).rejects.toMatchObject({ code: 'LANGGRAPH_READ_ONLY' })
  })

  test('ends with its closing', async () => {
    await runOnce()
    const store = open()
    store.close()
    await expect(store.load({ threadId: 't', namespace: '' })).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })
})

describe('a file', () => {
  test('is told to be such a database by its tables', async () => {
    await runOnce()
    SqliteStore.open(path('own.db')).close()
    new Database(path('other.db')).exec('CREATE TABLE checkpoints (thread_id)').close()
    writeFileSync(path('text.db'), 'checkpoints')
    mkdirSync(path('directory'))
    const names = ['old.db', 'own.db', 'other.db', 'text.db', 'directory', 'missing.db']
    expect(names.filter((name) => isLanggraphDatabase(path(name)))).toEqual(['old.db'])
  })

  test('that is another database is refused, one that is missing too', () => {
    new Database(path('other.db')).exec('CREATE TABLE t (a)').close()
    expect(() => LanggraphStore.open(path('other.db'))).toThrow(
      `${path('other.db')} is not a database of LangGraph's SqliteSaver: it lacks its tables "checkpoints" and "writes". ` +
        'Give the file that SqliteSaver.fromConnString was given.',
    )
    expect(() => LanggraphStore.open(path('missing.db'))).toThrow(/missing.db cannot be opened/)
  })

  test('that LangGraph for Python wrote says so', async () => {
    await runOnce()
    saver.db.exec("UPDATE checkpoints SET type = 'msgpack'")
    await expect(open().load({ threadId: 't', namespace: '' })).rejects.toThrow(
      /of type "msgpack" .* cannot be read: LangGraph for Python wrote it, whose values are Python's\. Only databases of LangGraph\.js can be read\./,
    )
  })

  test('with a damaged record names thread, checkpoint and part', async () => {
    await runOnce()
    saver.db.exec("UPDATE writes SET value = '{' WHERE channel = 'a'")
    const listing = listed(open().list({}))
    await expect(listing).rejects.toMatchObject({
      code: 'LANGGRAPH_UNREADABLE_RECORD',
      threadId: 't',
      part: 'a',
    })
  })

  test('copied with its log is read with what stands in the log', async () => {
    await runOnce()
    mkdirSync(path('copy'))
    for (const ending of ['', '-wal']) copyFileSync(`${file}${ending}`, join(path('copy'), `old.db${ending}`))
    const store = LanggraphStore.open(join(path('copy'), 'old.db'))
    expect(await listed(store.list({}))).toHaveLength(3)
    store.close()
  })
})

function open(): LanggraphStore {
  return LanggraphStore.open(file)
}

async function runOnce(thread_id = 't'): Promise<void> {
  const graph = new StateGraph(Annotation.Root({ a: Annotation<number> }))
    .addNode('n', () => ({ a: 1 }))
    .addEdge(START, 'n')
    .compile({ checkpointer: saver })
  await graph.invoke({}, { configurable: { thread_id } })
}

async function at(store: LanggraphStore, threadId: string, step: number): Promise<StoredCheckpoint> {
  for await (const checkpoint of store.list({ threadId }))
    if (checkpoint.metadata.step === step) return checkpoint
  throw new Error(`There is no step ${step}.`)
}

function doneBy(writes: Iterable<readonly [string, string, unknown]>): string[] {
  return [...writes].flatMap(([, channel, value]) => (channel === 'done' ? (value as string[]) : []))
}

async function tuples(from: SqliteSaver | StoreSaver): Promise<CheckpointTuple[]> {
  const found: CheckpointTuple[] = []
  for await (const { pendingWrites, ...tuple } of from.list({ configurable: {} })) {
    // The one thing that is different: the order of the writes of several tasks.
    const writes = pendingWrites!.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    found.push({ ...tuple, pendingWrites: writes })
  }
  return found
}

async function listed(checkpoints: AsyncIterable<StoredCheckpoint>): Promise<StoredCheckpoint[]> {
  const found: StoredCheckpoint[] = []
  for await (const checkpoint of checkpoints) found.push(checkpoint)
  return found
}
