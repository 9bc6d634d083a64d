// A thread that was pruned goes on as one that was not: the same graph runs on two files, and one of them is pruned
// between two turns.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Annotation, Command, START, StateGraph, interrupt } from '@cairn/graph'
import { Housekeeper, type RetentionPolicy, SqliteSaver } from '@cairn/sqlite'
import { DeltaChannel } from '@langchain/langgraph/channels'
import { expect, onTestFinished, test } from 'vitest'

const thread = { configurable: { thread_id: 'thread-1' } }
const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (log, more) => [...log, ...more], default: () => [] }),
})

interface File {
  readonly saver: SqliteSaver
  readonly housekeeper: Housekeeper
}

function newFile(): File {
  const directory = mkdtempSync(join(tmpdir(), 'cairn-pruning-'))
  const path = join(directory, 'threads.db')
  const saver = SqliteSaver.open(path)
  const housekeeper = Housekeeper.open(path)
  onTestFinished(() => {
    saver.close()
    housekeeper.close()
    rmSync(directory, { recursive: true })
  })
  return { saver, housekeeper }
}

interface Thread {
  invoke(input: unknown, config: object): Promise<unknown>
  getState(config: object): Promise<{ values: unknown; next: unknown }>
  getStateHistory(config: object): AsyncIterable<{
    values: unknown
    next: unknown
    metadata?: { step?: number }
    config: { configurable?: { checkpoint_id?: string } }
  }>
}

/** What a thread shows of its checkpoints, newest first. */
async function historyOf(graph: Thread): Promise<{ step: number; values: unknown; next: unknown }[]> {
  const history = []
  for await (const { metadata, values, next } of graph.getStateHistory(thread))
    history.push({ step: metadata!.step!, values, next })
  return history
}

/** Ids of questions are made of random ones. */
function withoutIds(outcome: unknown): unknown {
  return JSON.parse(JSON.stringify(outcome).replaceAll(/[0-9a-f]{32}/g, '<id>'))
}

/** Runs the turns on both files and prunes one after each turn; gives the two graphs. */
async function twins(
  build: (saver: SqliteSaver) => Thread,
  turns: readonly unknown[],
  policy: RetentionPolicy,
): Promise<{ pruned: Thread; whole: Thread; removed: number; file: File }> {
  const file = newFile()
  const pruned = build(file.saver)
  const whole = build(newFile().saver)
  let removed = 0
  for (const turn of turns) {
    const expected = withoutIds(await whole.invoke(turn, thread))
    expect(withoutIds(await pruned.invoke(turn, thread))).toEqual(expected)
    removed += (await file.housekeeper.prune({ policy })).removed
    expect(await pruned.getState(thread)).toMatchObject({
      values: (await whole.getState(thread)).values,
    })
  }
  const left = await historyOf(pruned)
  const all = new Map((await historyOf(whole)).map((state) => [state.step, state]))
  expect(left).toEqual(left.map(({ step }) => all.get(step)))
  return { pruned, whole, removed, file }
}

test('a thread with a delta channel keeps what its value is rebuilt from', async () => {
  const State = Annotation.Root({
    log: () =>
      new DeltaChannel<string[], string>((log, more) => [...log, ...more], {
        snapshotFrequency: 7,
        initialValueFactory: () => [],
      }),
  })
  const { removed, pruned } = await twins(
    (saver) =>
      new StateGraph(State)
        .addNode('note', ({ log }) => ({ log: `note ${log.length}` }))
        .addNode('again', ({ log }) => ({ log: `again ${log.length}` }))
        .addEdge(START, 'note')
        .addEdge('note', 'again')
        .compile({ checkpointer: saver }),
    Array.from({ length: 20 }, (_, turn) => ({ log: `turn ${turn}` })),
    { keepLast: 1 },
  )
  expect(removed).toBeGreaterThan(50)
  expect(await historyOf(pruned)).not.toHaveLength(1)
})

test('a question in a nested graph can be answered, and the calls before it are gone', async () => {
  const inner = new StateGraph(Log)
    .addNode('ask', () => ({ log: [String(interrupt('deep?'))] }))
    .addNode('rest', () => ({ log: ['rested'] }))
    .addEdge(START, 'ask')
    .addEdge('ask', 'rest')
    .compile()
  const { file } = await twins(
    (saver) =>
      new StateGraph(Log).addNode('child', inner).addEdge(START, 'child').compile({ checkpointer: saver }),
    [{}, new Command({ resume: 'one' }), {}, new Command({ resume: 'two' }), { log: ['more'] }],
    { keepLast: 1 },
  )
  const namespaces = new Set<string>()
  for await (const { config } of file.saver.list({ configurable: { thread_id: 'thread-1' } }))
    namespaces.add(String(config.configurable!['checkpoint_ns']))
  // The last call waits still; those before have gone with their callers.
  expect([...namespaces].toSorted()).toEqual(['', expect.stringMatching(/^child:[-0-9a-f]+$/)])
})

test('a nested graph that remembers remembers, now and where a kept checkpoint is run again', async () => {
  const build = (saver: SqliteSaver) => {
    const child = new StateGraph(Log)
      .addNode('inner', ({ log }) => ({ log: [`inner after ${log.length}`] }))
      .addEdge(START, 'inner')
      .compile({ checkpointer: true })
    return new StateGraph(Annotation.Root({ log: Annotation<string[]> }))
      .addNode('child', child)
      .addEdge(START, 'child')
      .compile({ checkpointer: saver }) as unknown as Thread
  }
  const inputs = Array.from({ length: 8 }, (_, turn) => ({ log: [`turn ${turn}`] }))
  const { pruned, whole, removed } = await twins(build, inputs, { keepLast: 1, keepEvery: 9 })
  expect(removed).toBeGreaterThan(20)
  const replay = async (graph: Thread) => {
    const outcomes = []
    for (const { step } of (await historyOf(pruned)).filter(({ next }) => String(next) !== '')) {
      for await (const { metadata, config } of graph.getStateHistory(thread)) {
        if (metadata!.step !== step) continue
        outcomes.push([step, await graph.invoke(null, config)])
        break
      }
    }
    return outcomes
  }
  const expected = await replay(whole)
  expect(expected.length).toBeGreaterThan(0)
  expect(await replay(pruned)).toEqual(expected)
})

test('every branch can be gone on from', async () => {
  const build = (saver: SqliteSaver) =>
    new StateGraph(Log)
      .addNode('note', ({ log }) => ({ log: [`note ${log.length}`] }))
      .addEdge(START, 'note')
      .compile({ checkpointer: saver })
  const { saver, housekeeper } = newFile()
  const graph = build(saver)
  for (let turn = 0; turn < 6; turn++) await graph.invoke({ log: [`turn ${turn}`] }, thread)
  const past = []
  for await (const state of graph.getStateHistory(thread)) past.push(state)
  const branches = []
  for (const back of [4, 9])
    branches.push(await graph.updateState(past[back]!.config, { log: ['elsewhere'] }, 'note'))
  const before = await Promise.all(branches.map((config) => graph.getState(config)))
  expect((await housekeeper.prune({ policy: { keepLast: 1 } })).removed).toBeGreaterThan(10)
  const after = await Promise.all(branches.map((config) => graph.getState(config)))
  expect(after.map(({ values }) => values)).toEqual(before.map(({ values }) => values))
  for (const [at, config] of branches.entries()) {
    const { log } = await graph.invoke({ log: ['on'] }, config as never)
    expect(log.slice(0, -2)).toEqual((before[at]!.values as { log: string[] }).log)
  }
})

test('a run goes on while its thread is pruned', async () => {
  const { saver, housekeeper } = newFile()
  const graph = new StateGraph(Log)
    .addNode('note', async ({ log }) => {
      await housekeeper.prune({ policy: { keepLast: 2 } })
      return { log: [`note ${log.length}`.padEnd(500)] }
    })
    .addEdge(START, 'note')
    .addConditionalEdges('note', ({ log }) => (log.length < 40 ? 'note' : '__end__'))
    .compile({ checkpointer: saver })
  const { log } = await graph.invoke({}, { ...thread, recursionLimit: 100 })
  expect(log).toEqual(Array.from({ length: 40 }, (_, at) => `note ${at}`.padEnd(500)))
  await housekeeper.prune({ policy: { keepLast: 2 } })
  expect((await historyOf(graph as unknown as Thread)).map(({ step }) => step)).toEqual([40, 39])
})
