import { Command, END, MemorySaver, START, interrupt, type StateSnapshot } from '@langchain/langgraph'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { historyOf, kindOfOutcome, outcomeOf } from './harness/observe.ts'
import { Counter, Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

const chain = ({ StateGraph }: Vocabulary, saver: MemorySaver) =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addNode('c', noting('c'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('b', 'c')
    .compile({ checkpointer: saver })

/** The snapshot of the thread in which these nodes are next. */
function before(history: readonly StateSnapshot[], ...next: string[]): StateSnapshot {
  return history.find((snapshot) => snapshot.next.join() === next.join())!
}

differential('null at an old checkpoint runs on from there, in a branch', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver)
  await graph.invoke({ log: ['in'] }, thread)
  const { config } = before(await historyOf(graph), 'b')
  const replayed = await graph.invoke(null, config)
  return {
    replayed,
    head: await graph.getState(thread),
    history: await historyOf(graph),
    records: storedRecords(saver),
  }
})

differential('null at every checkpoint of a thread', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver)
  await graph.invoke({ log: ['in'] }, thread)
  const results: unknown[] = []
  for (const { config } of await historyOf(graph))
    results.push(await outcomeOf(() => graph.invoke(null, config)))
  return { results, records: storedRecords(saver) }
})

differential('null at the newest checkpoint goes on without a branch', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile({ checkpointer: saver, interruptBefore: ['b'] })
  await graph.invoke({}, thread)
  const { config } = await graph.getState(thread)
  return { result: await graph.invoke(null, config), records: storedRecords(saver) }
})

differential('new input at an old checkpoint', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver)
  await graph.invoke({ log: ['one'] }, thread)
  await graph.invoke({ log: ['two'] }, thread)
  const { config } = (await historyOf(graph)).at(4)!
  return { result: await graph.invoke({ log: ['other'] }, config), records: storedRecords(saver) }
})

differential('a command at an old checkpoint forks', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver)
  await graph.invoke({ log: ['in'] }, thread)
  const { config } = before(await historyOf(graph), 'b')
  const edited = await graph.invoke(new Command({ update: { log: ['edited'] } }), config)
  const moved = await graph.invoke(new Command({ goto: 'c' }), config)
  const both = await graph.invoke(new Command({ update: { log: ['both'] }, goto: 'c' }), config)
  return { edited, moved, both, records: storedRecords(saver) }
})

differential(
  'a question is answered once more, from the checkpoint at which it was asked',
  async ({ StateGraph }) => {
    const saver = new MemorySaver()
    const graph = new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
      .addNode('c', noting('c'))
      .addEdge(START, 'a')
      .addEdge('a', 'ask')
      .addEdge('ask', 'c')
      .compile({ checkpointer: saver })
    await graph.invoke({}, thread)
    await graph.invoke(new Command({ resume: 'first' }), thread)
    const { config } = before(await historyOf(graph), 'ask')
    const asked = await graph.invoke(null, config)
    const again = await graph.invoke(new Command({ resume: 'second' }), thread)
    const direct = await graph.invoke(new Command({ resume: 'third' }), config)
    return { asked, again, direct, history: await historyOf(graph), records: storedRecords(saver) }
  },
)

differential('a checkpoint before a failure is run again', async ({ StateGraph }) => {
  let failures = 1
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('flaky', () => {
      if (failures-- > 0) throw new Error('failed')
      return { log: ['flaky'] }
    })
    .addEdge(START, 'a')
    .addEdge('a', 'flaky')
    .compile({ checkpointer: saver })
  const failed = await outcomeOf(() => graph.invoke({}, thread))
  const { config } = before(await historyOf(graph), 'a')
  return { failed, replayed: await graph.invoke(null, config), records: storedRecords(saver) }
})

differential('a checkpoint that does not exist', async (vocabulary) => {
  const graph = chain(vocabulary, new MemorySaver())
  await graph.invoke({}, thread)
  const missing = { configurable: { thread_id: 't', checkpoint_id: '1ef00000-0000-6000-8000-000000000000' } }
  return [
    await kindOfOutcome(() => graph.invoke(null, missing)),
    await outcomeOf(() => graph.getState(missing)),
    await outcomeOf(() => graph.invoke({ log: ['fresh'] }, missing)),
  ]
})

differential('null on a thread that has ended, and on one that never began', async (vocabulary) => {
  const graph = chain(vocabulary, new MemorySaver())
  await graph.invoke({}, thread)
  return [
    await outcomeOf(() => graph.invoke(null, thread)),
    await outcomeOf(() =>
      graph.invoke(null, { configurable: { thread_id: 'new' } }).catch((error: Error) => error.name),
    ),
  ]
})

differential('history with a limit, before a checkpoint, and by metadata', async (vocabulary) => {
  const graph = chain(vocabulary, new MemorySaver())
  await graph.invoke({ log: ['one'] }, thread)
  await graph.invoke({ log: ['two'] }, thread)
  const all = await historyOf(graph)
  const collect = async (options: object) => {
    const found: unknown[] = []
    for await (const { metadata, next } of graph.getStateHistory(thread, options))
      found.push([metadata, next])
    return found
  }
  return [
    await collect({ limit: 2 }),
    await collect({ before: all[3]!.config }),
    await collect({ filter: { source: 'input' } }),
    await collect({ filter: { step: 1 }, limit: 1 }),
  ]
})

differential('a replayed graph replays those within it', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const child = new StateGraph(Log)
    .addNode('inner', noting('inner'))
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
    .addEdge(START, 'inner')
    .addEdge('inner', 'ask')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('child', child)
    .addNode('z', noting('z'))
    .addEdge(START, 'a')
    .addEdge('a', 'child')
    .addEdge('child', 'z')
    .compile({ checkpointer: saver })
  await graph.invoke({}, thread)
  const waiting = await graph.getState(thread, { subgraphs: true })
  await graph.invoke(new Command({ resume: 'first' }), thread)
  const { config } = before(await historyOf(graph), 'child')
  const asked = await graph.invoke(null, config)
  const answered = await graph.invoke(new Command({ resume: 'second' }), thread)
  return { waiting, asked, answered, history: await historyOf(graph), records: storedRecords(saver) }
})

differential('a nested graph that remembers is replayed from what it was', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const child = new StateGraph(Log)
    .addNode('inner', noting('inner'))
    .addEdge(START, 'inner')
    .compile({ checkpointer: true })
  const graph = new StateGraph(Counter)
    .addNode('count', ({ n }) => ({ n: n + 1 }))
    .addNode('child', async ({ n }) => ({ log: (await child.invoke({ log: [`round ${n}`] })).log }))
    .addEdge(START, 'count')
    .addEdge('count', 'child')
    .addConditionalEdges('child', ({ n }) => (n < 3 ? 'count' : END), ['count', END])
    .compile({ checkpointer: saver })
  const first = await graph.invoke({ n: 0 }, thread)
  const { config } = before(await historyOf(graph), 'child')
  const replayed = await graph.invoke(null, config)
  return { first, replayed, records: storedRecords(saver) }
})

differential('the checkpoint of a nested graph is run on from, by its own config', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const child = new StateGraph(Log)
    .addNode('one', noting('one'))
    .addNode('two', noting('two'))
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
    .addEdge(START, 'one')
    .addEdge('one', 'two')
    .addEdge('two', 'ask')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('child', child)
    .addEdge(START, 'child')
    .compile({ checkpointer: saver })
  await graph.invoke({}, thread)
  const waiting = await graph.getState(thread, { subgraphs: true })
  const childConfig = (waiting.tasks[0]!.state as StateSnapshot).config
  const childHistory: StateSnapshot[] = []
  for await (const snapshot of graph.getStateHistory({
    configurable: { thread_id: 't', checkpoint_ns: childConfig.configurable!['checkpoint_ns'] as string },
  }))
    childHistory.push(snapshot)
  const earlier = childHistory.find(({ next }) => next.join() === 'two')!
  const rerun = await graph.invoke(null, earlier.config)
  return {
    childHistory,
    rerun,
    answered: await graph.invoke(new Command({ resume: 'yes' }), thread),
    records: storedRecords(saver),
  }
})

sameRuns(
  'several inputs on one thread',
  ({ StateGraph }) =>
    new StateGraph(Counter).addNode('a', ({ n }) => ({ n: n + 1, log: [`${n}`] })).addEdge(START, 'a'),
  [{ n: 1 }, { log: ['keep n'] }, { n: 10 }],
)
