// Tasks that belong to other tasks: those that a node calls, and the handlers of its failure.
import { Command, MemorySaver, START, interrupt, task } from '@langchain/langgraph'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

const noted = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log).addNode('inner', noting('inner')).addEdge(START, 'inner').compile()

const asking = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('ask', () => ({ log: [String(interrupt('of the child'))] }))
    .addEdge(START, 'ask')
    .compile()

const fail = () => {
  throw new Error('for the handler')
}

differential('called tasks are streamed with the metadata of their callers', async ({ StateGraph }) => {
  const inner = task('inner', () => 1)
  const outer = task('outer', async () => inner())
  const graph = new StateGraph(Log)
    .addNode('calls', async () => ({ log: [String(await outer())] }), { metadata: { own: 1 } })
    .addEdge(START, 'calls')
    .compile()
  return collect(graph.stream({}, { streamMode: ['tasks', 'updates'], tags: ['mine'], metadata: { run: 1 } }))
})

differential('graphs within tasks and handlers keep their checkpoints beneath them', async (vocabulary) => {
  const child = noted(vocabulary)
  const inner = task('inner', async () => (await child.invoke({})).log)
  const outer = task('outer', async () => inner())
  const saver = new MemorySaver()
  const graph = new vocabulary.StateGraph(Log)
    .addNode('calls', async () => ({ log: await outer() }))
    .addNode('fails', fail, { errorHandler: async () => ({ log: (await child.invoke({})).log }) })
    .addEdge(START, 'calls')
    .addEdge('calls', 'fails')
    .compile({ checkpointer: saver })
  return [await graph.invoke({}, thread), storedRecords(saver)]
})

differential('a graph within a called task asks', async (vocabulary) => {
  const child = asking(vocabulary)
  const called = task('called', async () => (await child.invoke({})).log)
  const saver = new MemorySaver()
  const graph = new vocabulary.StateGraph(Log)
    .addNode('calls', async () => ({ log: await called() }))
    .addEdge(START, 'calls')
    .compile({ checkpointer: saver })
  return [
    await graph.invoke({}, thread),
    await graph.getState(thread, { subgraphs: true }),
    await graph.invoke(new Command({ resume: 'yes' }), thread),
    storedRecords(saver),
  ]
})

differential('an error handler asks, and then a graph within it', async (vocabulary) => {
  const child = asking(vocabulary)
  const saver = new MemorySaver()
  const errorHandler = async () => {
    const own = String(interrupt('of the handler'))
    return { log: [own, ...(await child.invoke({})).log] }
  }
  const graph = new vocabulary.StateGraph(Log)
    .addNode('fails', fail, { errorHandler })
    .addEdge(START, 'fails')
    .compile({ checkpointer: saver })
  return [
    await outcomeOf(() => graph.invoke({}, thread)),
    await outcomeOf(() => graph.invoke(new Command({ resume: 'one' }), thread)),
    await outcomeOf(() => graph.invoke(new Command({ resume: 'two' }), thread)),
    storedRecords(saver),
  ]
})
