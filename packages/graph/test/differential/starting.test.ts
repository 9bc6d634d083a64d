// What a run begins with: an input, nothing, or the rest of a run with the same id.
import { Command, MemorySaver, START } from '@langchain/langgraph'
import { differential, type Vocabulary } from './harness/differential.ts'
import { kindOfOutcome, outcomeOf } from './harness/observe.ts'
import { sameThread, thread } from './harness/same-thread.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const failingOnce = () => {
  let failures = 1
  return () => {
    if (failures-- > 0) throw new Error('failed')
    return { log: ['b'] }
  }
}

const chain = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', failingOnce())
    .addEdge(START, 'a')
    .addEdge('a', 'b')

const id = '11111111-1111-4111-8111-111111111111'

for (const [where, config] of Object.entries({
  metadata: { ...thread, metadata: { run_id: id } },
  configurable: { configurable: { thread_id: 't', run_id: id } },
  'a config': { ...thread, runId: id },
})) {
  sameThread(`the same input again, with the id of the run that failed in ${where}`, chain, async (graph) => [
    await outcomeOf(() => graph.invoke({ log: ['in'] }, config)),
    await outcomeOf(() => graph.invoke({ log: ['in'] }, config)),
    await outcomeOf(() => graph.invoke({ log: ['in'] }, config)),
  ])
}

differential('inputs of every kind', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addEdge(START, 'a')
    .compile({ checkpointer: saver })
  const seen: unknown[] = []
  const inputs: unknown[] = [undefined, null, {}, undefined, { unknown: 1 }, 'text', [], 0, false]
  for (const [index, input] of inputs.entries()) {
    for (const thread_id of ['t', `own ${index}`])
      seen.push(await kindOfOutcome(() => graph.invoke(input as never, { configurable: { thread_id } })))
  }
  return { seen, records: storedRecords(saver) }
})

differential('runs without a saver begin with an input', async ({ StateGraph }) => {
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  return [
    await outcomeOf(() => graph.invoke(null)),
    await outcomeOf(() => graph.invoke({})),
    await outcomeOf(() => graph.invoke(new Command({}))),
    await outcomeOf(() => graph.invoke(new Command({ resume: 1 }))),
    await outcomeOf(() => graph.invoke(new Command({ update: { log: ['updated'] }, goto: 'a' }))),
  ]
})

sameThread(
  'the namespace of a caller is nothing to the root',
  ({ StateGraph }) => new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a'),
  async (graph) => [
    await graph.invoke({ log: ['in'] }, { configurable: { thread_id: 't', checkpoint_ns: 'nobody' } }),
    await outcomeOf(() => graph.getState({ configurable: { thread_id: 't', checkpoint_ns: 'nobody' } })),
  ],
)
