import { Annotation, Command, END, MemorySaver, START, Send, interrupt } from '@langchain/langgraph'
import { differential, type Vocabulary } from './harness/differential.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

const chain = ({ StateGraph }: Vocabulary, saver: MemorySaver, options = {}) =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addNode('c', noting('c'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('b', 'c')
    .compile({ checkpointer: saver, ...options })

differential('an edit of the newest state, as the node that ran last', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver, { interruptBefore: ['c'] })
  await graph.invoke({}, thread)
  const config = await graph.updateState(thread, { log: ['edited'] })
  const state = await graph.getState(thread)
  return { config, state, result: await graph.invoke(null, thread), records: storedRecords(saver) }
})

differential('an edit as a named node goes on after that node', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver, { interruptBefore: ['b'] })
  await graph.invoke({}, thread)
  await graph.updateState(thread, { log: ['as b'] }, 'b')
  const state = await graph.getState(thread)
  return { state, result: await graph.invoke(null, thread), records: storedRecords(saver) }
})

differential('an edit of an old state begins a branch', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver)
  await graph.invoke({ log: ['in'] }, thread)
  const old = (await historyOf(graph)).find(({ next }) => next[0] === 'b')!
  const config = await graph.updateState(old.config, { log: ['edited'] })
  return {
    addressed: await graph.getState(config),
    result: await graph.invoke(null, config),
    head: await graph.getState(thread),
    history: await historyOf(graph),
    records: storedRecords(saver),
  }
})

differential('an edit before the first run', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver)
  await graph.updateState(thread, { log: ['seed'] })
  const state = await graph.getState(thread)
  return { state, result: await graph.invoke(null, thread), records: storedRecords(saver) }
})

differential('an edit as the start, as the end, as nobody', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver, { interruptBefore: ['b'] })
  await graph.invoke({}, thread)
  await graph.updateState(thread, { log: ['as start'] }, START)
  const started = await graph.getState(thread)
  await graph.updateState(thread, null)
  const copied = await graph.getState(thread)
  await graph.updateState(thread, null, END)
  const ended = await graph.getState(thread)
  return {
    started,
    copied,
    ended,
    result: await outcomeOf(() => graph.invoke(null, thread)),
    records: storedRecords(saver),
  }
})

differential('an edit as the input, and as a copy', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver)
  await graph.invoke({ log: ['one'] }, thread)
  await graph.updateState(thread, { log: ['two'] }, '__input__')
  const result = await graph.invoke(null, thread)
  const old = (await historyOf(graph)).find(({ next }) => next[0] === 'b')!
  const copy = await graph.updateState(old.config, null, '__copy__')
  const edited = await graph.updateState(old.config, [[{ log: ['in the copy'] }, 'b']], '__copy__')
  return {
    result,
    fromCopy: await graph.invoke(null, copy),
    fromEdited: await graph.invoke(null, edited),
    records: storedRecords(saver),
  }
})

differential('an edit by a node with conditional edges follows them', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('ask', noting('ask'))
    .addNode('yes', noting('yes'))
    .addNode('no', noting('no'))
    .addEdge(START, 'ask')
    .addConditionalEdges('ask', ({ log }) => (log.includes('please') ? 'yes' : new Send('no', { log })), [
      'yes',
      'no',
    ])
    .compile({ checkpointer: new MemorySaver(), interruptBefore: ['yes', 'no'] })
  await graph.invoke({}, thread)
  const sent = await graph.getState(thread)
  await graph.updateState(thread, { log: ['please'] }, 'ask')
  const state = await graph.getState(thread)
  await graph.updateState(thread, new Command({ goto: 'no', update: { log: ['by command'] } }), 'ask')
  const commanded = await graph.getState(thread)
  return { sent, state, commanded, result: await graph.invoke(null, thread) }
})

differential('an edit of a thread that waits for answers', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('ask', ({ log }) => ({ log: [String(interrupt(`after ${log.length}`))] }))
    .addNode('sibling', noting('sibling'))
    .addEdge(START, 'ask')
    .addEdge(START, 'sibling')
    .compile({ checkpointer: saver })
  await graph.invoke({}, thread)
  await graph.updateState(thread, { log: ['instead of ask'] }, 'ask')
  const state = await graph.getState(thread)
  return { state, result: await outcomeOf(() => graph.invoke(null, thread)), records: storedRecords(saver) }
})

differential('several edits in one superstep, and several supersteps', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary, saver)
  await graph.bulkUpdateState(thread, [
    { updates: [{ values: { log: ['in'] }, asNode: '__input__' }] },
    { updates: [{ values: { log: ['as start'] }, asNode: '__start__' }] },
    {
      updates: [
        { values: { log: ['as a'] }, asNode: 'a' },
        { values: { log: ['as b'] }, asNode: 'b' },
      ],
    },
  ])
  const state = await graph.getState(thread)
  return { state, result: await graph.invoke(null, thread), records: storedRecords(saver) }
})

differential('what an edit may not be', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const graph = new StateGraph(Annotation.Root({ n: Annotation<number> }))
    .addNode('a', () => ({ n: 1 }))
    .addNode('b', () => ({}))
    .addEdge(START, 'a')
    .addEdge(START, 'b')
    .compile({ checkpointer: saver })
  await graph.invoke({}, thread)
  return [
    await outcomeOf(() => graph.updateState(thread, { n: 2 })),
    await outcomeOf(() => graph.updateState(thread, { n: 2 }, 'none')),
    await outcomeOf(() => graph.bulkUpdateState(thread, [])),
    await outcomeOf(() => graph.bulkUpdateState(thread, [{ updates: [] }])),
    await outcomeOf(() =>
      new StateGraph(Log)
        .addNode('a', noting('a'))
        .addEdge(START, 'a')
        .compile()
        .updateState(thread, { log: [] }),
    ),
  ]
})

differential('the state of a thread at each moment', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('ask', () => ({ log: [String(interrupt({ deep: ['question'] }))] }))
    .addEdge(START, 'a')
    .addEdge('a', 'ask')
    .compile({ checkpointer: saver })
  const empty = await graph.getState(thread)
  await graph.invoke({}, thread)
  const waiting = await graph.getState(thread)
  await graph.invoke(new Command({ resume: 1 }), thread)
  return {
    empty,
    waiting,
    done: await graph.getState(thread),
    addressed: await graph.getState(waiting.config),
  }
})

differential('state without a saver is an error', async ({ StateGraph }) => {
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  return [
    await outcomeOf(() => graph.getState(thread)),
    await outcomeOf(() => historyOf(graph)),
    await outcomeOf(() => graph.invoke({}, thread)),
  ]
})
