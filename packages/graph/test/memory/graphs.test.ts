// `SqliteMemory` as the store of graphs and agents, on both engines, in the file that holds their checkpoints.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import {
  Annotation,
  START,
  StateGraph as LangGraph,
  getStore,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { SqliteMemory, SqliteSaver, type SqliteMemoryOptions } from '@cairn/sqlite'
import { createAgent } from 'langchain'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod/v4'
import { StateGraph as Cairn, adopt } from '../../src/index.ts'
import { createReactAgent } from '../../src/subpaths/prebuilt.ts'
import { ScriptedModel } from '../differential/harness/scripted-model.ts'

/** Opens the memory and the checkpoints of one file, again and again. */
function file(): (options?: SqliteMemoryOptions) => { memory: SqliteMemory; saver: SqliteSaver } {
  const directory = mkdtempSync(join(tmpdir(), 'cairn-memory-'))
  const path = join(directory, 'threads.db')
  const open: (SqliteMemory | SqliteSaver)[] = []
  onTestFinished(() => {
    for (const each of open) each.close()
    rmSync(directory, { recursive: true })
  })
  return (options) => {
    const memory = SqliteMemory.open(path, options)
    const saver = SqliteSaver.open(path)
    open.push(memory, saver)
    return { memory, saver }
  }
}

const Visits = Annotation.Root({ user: Annotation<string>, log: Annotation<string> })
type Visit = typeof Visits.State

/** Counts how often a user has come, over all threads. */
const greeter = (StateGraph: typeof LangGraph) =>
  new StateGraph(Visits)
    .addNode('recall', async ({ user }: Visit, { store }: LangGraphRunnableConfig) => {
      const known = await store!.get(['users', user], 'visits')
      const visits = Number(known?.value['count'] ?? 0) + 1
      await store!.put(['users', user], 'visits', { count: visits, at: new Date(visits) })
      return { log: `visit ${visits}` }
    })
    .addNode('look', async ({ user, log }: Visit) => {
      const found = await getStore()!.search(['users', user], { filter: { at: { $gt: new Date(0) } } })
      const within = await task(
        'within',
        async () => (await getStore()!.get(['users', user], 'visits'))?.value,
      )()
      return { log: `${log}, found ${found[0]?.value['count']}, within a task ${within?.['count']}` }
    })
    .addEdge(START, 'recall')
    .addEdge('recall', 'look')

test.for([
  ['Cairn', Cairn as unknown as typeof LangGraph],
  ['LangGraph', LangGraph],
] as const)(
  'nodes and tasks of %s keep what they know between threads and processes',
  async ([, StateGraph]) => {
    const open = file()
    for (const visit of [1, 2, 3]) {
      const { memory, saver } = open()
      const graph = greeter(StateGraph).compile({ store: memory, checkpointer: saver })
      const result = await graph.invoke({ user: 'ada' }, { configurable: { thread_id: `thread-${visit}` } })
      expect(result.log).toBe(`visit ${visit}, found ${visit}, within a task ${visit}`)
      memory.close()
      saver.close()
    }
    const { memory } = open()
    expect((await memory.get(['users', 'ada'], 'visits'))?.value).toEqual({ count: 3, at: new Date(3) })
  },
)

test('what parallel nodes put in one superstep is all kept', async () => {
  const { memory, saver } = file()()
  let builder = new Cairn(Visits) as never as LangGraph<typeof Visits.spec>
  const names = Array.from({ length: 20 }, (_, index) => `node-${index}`)
  for (const name of names) {
    const node = async (_: unknown, { store }: LangGraphRunnableConfig) => {
      await store!.put(['found'], name, { by: name })
      return {}
    }
    builder = builder.addNode(name, node).addEdge(START, name) as never
  }
  await builder
    .compile({ store: memory, checkpointer: saver })
    .invoke({}, { configurable: { thread_id: 't' } })
  const kept = await memory.search(['found'], { limit: 100 })
  expect(kept.map(({ key }) => key).toSorted()).toEqual(names.toSorted())
})

const calling = (id: string, name: string, args: object) =>
  new AIMessage({ content: '', tool_calls: [{ id, name, args: { ...args } }] })

const remember = tool(
  async ({ fact }: { fact: string }) => {
    await getStore()!.put(['facts'], fact, { fact })
    return 'noted'
  },
  { name: 'remember', description: 'keeps a fact', schema: z.object({ fact: z.string() }) },
)

const recall = tool(
  async ({ about }: { about: string }) => {
    const found = await getStore()!.search(['facts'], { query: about, limit: 1 })
    return String(found[0]?.value['fact'])
  },
  { name: 'recall', description: 'finds a fact', schema: z.object({ about: z.string() }) },
)

/** Counts letters. */
const embeddings = (texts: string[]) =>
  texts.map((text) => Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => text.split(letter).length - 1))

const script = () =>
  new ScriptedModel([
    calling('call-1', 'remember', { fact: 'tea is at five' }),
    calling('call-2', 'remember', { fact: 'bob plays chess' }),
    calling('call-3', 'recall', { about: 'who plays chess' }),
    'done',
  ])

const hello = { messages: [new HumanMessage('hello')] }

test.for([
  [
    'createReactAgent',
    (store: SqliteMemory) => createReactAgent({ llm: script(), tools: [remember, recall], store }),
  ],
  [
    'createAgent',
    (store: SqliteMemory) =>
      adopt(createAgent({ model: script() as never, tools: [remember, recall], store })),
  ],
] as const)('tools of %s remember, and find by meaning', async ([, agent]) => {
  const { memory } = file()({ index: { dims: 26, embeddings, fields: ['fact'] } })
  const { messages } = (await (agent(memory) as ReturnType<typeof createReactAgent>).invoke(hello)) as {
    messages: { text: string }[]
  }
  expect(messages.map(({ text }) => text).slice(-2)).toEqual(['bob plays chess', 'done'])
  expect((await memory.search(['facts'])).map(({ key }) => key)).toEqual([
    'tea is at five',
    'bob plays chess',
  ])
})
