// Threads that were exported and imported go on as the ones they were taken from.
import { createLangchainCodec, STORE, StoreSaver } from '@cairn/checkpoint'
import { MemoryStore } from '@cairn/engine/memory-store'
import { exportThreads, importThreads } from '@cairn/engine/transfer'
import { SqliteSaver } from '@cairn/sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Annotation, Command, interrupt, START, StateGraph } from '../../src/index.ts'

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (log, more) => [...log, ...more], default: () => [] }),
  since: Annotation<Date>,
})
const builder = new StateGraph(State)
  .addNode('first', () => ({ log: ['first'], since: new Date(0) }))
  .addNode('ask', () => ({ log: [`asked: ${interrupt<string, string>('Well?')}`] }))
  .addNode('last', () => ({ log: ['last'] }))
  .addEdge(START, 'first')
  .addEdge('first', 'ask')
  .addEdge('ask', 'last')

const thread = { configurable: { thread_id: 't' } }
const codec = createLangchainCodec()
let here: SqliteSaver

beforeEach(() => void (here = SqliteSaver.open(':memory:')))
afterEach(() => here.close())

async function moved(): Promise<StoreSaver> {
  const store = new MemoryStore({ codec })
  await importThreads(store, exportThreads(here[STORE], { codec }), { codec })
  return new StoreSaver(store)
}

async function historyOf(saver: StoreSaver): Promise<object[]> {
  const found: object[] = []
  for await (const { values, next, tasks, metadata, config, parentConfig } of builder
    .compile({ checkpointer: saver })
    .getStateHistory(thread)) {
    found.push({ values, next, tasks, metadata, config, parentConfig })
  }
  return found
}

test('a moved thread that waits for an answer has the same history, and takes the answer', async () => {
  await builder.compile({ checkpointer: here }).invoke({ log: ['in'] }, thread)
  const there = await moved()
  expect(await historyOf(there)).toEqual(await historyOf(here))
  const results = [here, there].map((saver) =>
    builder.compile({ checkpointer: saver }).invoke(new Command({ resume: 'yes' }), thread),
  )
  const [expected, result] = await Promise.all(results)
  expect(result).toEqual(expected)
  expect(result).toEqual({ log: ['in', 'first', 'asked: yes', 'last'], since: new Date(0) })
})

test('a moved thread with a fork has both branches, and goes on from either', async () => {
  const graph = builder.compile({ checkpointer: here })
  await graph.invoke({ log: ['in'] }, thread)
  const before = await graph.getState(thread)
  await graph.invoke(new Command({ resume: 'yes' }), thread)
  const fork = await graph.updateState(before.config, { log: ['edited'] }, 'first')
  const there = await moved()
  expect(await historyOf(there)).toEqual(await historyOf(here))
  for (const from of [fork, before.config]) {
    const asked = async (saver: StoreSaver): Promise<unknown> => {
      const going = builder.compile({ checkpointer: saver })
      await going.invoke(null, from)
      return going.invoke(new Command({ resume: 'again' }), thread)
    }
    expect(await asked(there)).toEqual(await asked(here))
  }
})

test('what is imported into a store that is in use leaves its other threads alone', async () => {
  await builder.compile({ checkpointer: here }).invoke({ log: ['in'] }, thread)
  const text: string[] = []
  for await (const line of exportThreads(here[STORE], { codec })) text.push(line)
  const other = { configurable: { thread_id: 'u' } }
  const running = builder.compile({ checkpointer: here }).invoke({ log: ['other'] }, other)
  await importThreads(here[STORE], text, { codec, newId: (id) => `copy of ${id}` })
  await running
  const graph = builder.compile({ checkpointer: here })
  const copy = await graph.invoke(new Command({ resume: 'yes' }), {
    configurable: { thread_id: 'copy of t' },
  })
  expect(copy.log).toEqual(['in', 'first', 'asked: yes', 'last'])
  expect((await graph.getState(other)).values).toMatchObject({ log: ['other', 'first'] })
  expect((await graph.getState(thread)).next).toEqual(['ask'])
})
