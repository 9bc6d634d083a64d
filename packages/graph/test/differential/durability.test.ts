import { setImmediate } from 'node:timers/promises'
import { Command, MemorySaver, START, interrupt } from '@langchain/langgraph'
import { differential, type Vocabulary } from './harness/differential.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }
const durabilities = ['sync', 'async', 'exit'] as const

const chain = ({ StateGraph }: Vocabulary, saver: MemorySaver) =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile({ checkpointer: saver })

for (const durability of durabilities) {
  differential(`what is stored of a run to its end with durability "${durability}"`, async (vocabulary) => {
    const saver = new MemorySaver()
    const graph = chain(vocabulary, saver)
    await graph.invoke({ log: ['one'] }, { ...thread, durability })
    await graph.invoke({ log: ['two'] }, { ...thread, durability })
    return { history: await historyOf(graph), records: storedRecords(saver) }
  })

  differential(
    `what is stored of a run that asks, with durability "${durability}"`,
    async ({ StateGraph }) => {
      const saver = new MemorySaver()
      const graph = new StateGraph(Log)
        .addNode('a', noting('a'))
        .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
        .addNode('sibling', noting('sibling'))
        .addEdge(START, 'a')
        .addEdge('a', 'ask')
        .addEdge('a', 'sibling')
        .compile({ checkpointer: saver })
      await graph.invoke({}, { ...thread, durability })
      const waiting = storedRecords(saver)
      const result = await graph.invoke(new Command({ resume: 'yes' }), { ...thread, durability })
      return { waiting, result, records: storedRecords(saver) }
    },
  )

  differential(
    `what is stored of a run that fails, with durability "${durability}"`,
    async ({ StateGraph }) => {
      const saver = new MemorySaver()
      let failures = 1
      const graph = new StateGraph(Log)
        .addNode('a', noting('a'))
        .addNode('flaky', async () => {
          await setImmediate()
          if (failures-- > 0) throw new Error('failed')
          return { log: ['recovered'] }
        })
        .addNode('sibling', noting('sibling'))
        .addEdge(START, 'a')
        .addEdge('a', 'flaky')
        .addEdge('a', 'sibling')
        .compile({ checkpointer: saver })
      const failed = await outcomeOf(() => graph.invoke({}, { ...thread, durability }))
      const kept = storedRecords(saver)
      return {
        failed,
        kept,
        result: await graph.invoke(null, { ...thread, durability }),
        records: storedRecords(saver),
      }
    },
  )

  differential(`what is stored of nested graphs with durability "${durability}"`, async ({ StateGraph }) => {
    const saver = new MemorySaver()
    const child = new StateGraph(Log)
      .addNode('inner', noting('inner'))
      .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
      .addEdge(START, 'inner')
      .addEdge('inner', 'ask')
      .compile()
    const graph = new StateGraph(Log)
      .addNode('child', child)
      .addEdge(START, 'child')
      .compile({ checkpointer: saver })
    await graph.invoke({}, { ...thread, durability })
    const waiting = storedRecords(saver)
    const result = await graph.invoke(new Command({ resume: 'yes' }), { ...thread, durability })
    return { waiting, result, records: storedRecords(saver) }
  })

  differential(
    `what is stored of a limit reached with durability "${durability}"`,
    async ({ StateGraph }) => {
      const saver = new MemorySaver()
      const graph = new StateGraph(Log)
        .addNode('loop', noting('loop'))
        .addEdge(START, 'loop')
        .addEdge('loop', 'loop')
        .compile({ checkpointer: saver })
      await graph.invoke({}, { ...thread, durability, recursionLimit: 3 }).catch(() => undefined)
      return storedRecords(saver)
    },
  )
}

differential('the old form of durability, and both at once', async (vocabulary) => {
  const stored = async (options: object) => {
    const saver = new MemorySaver()
    const outcome = await outcomeOf(() => chain(vocabulary, saver).invoke({}, { ...thread, ...options }))
    return [outcome, storedRecords(saver)]
  }
  return [
    await stored({ checkpointDuring: true }),
    await stored({ checkpointDuring: false }),
    await stored({ checkpointDuring: true, durability: 'sync' }),
    await stored({ configurable: { thread_id: 't', __pregel_durability: 'exit' } }),
  ]
})

/** Refuses the checkpoint of one step. */
class FailingSaver extends MemorySaver {
  readonly #step: number

  constructor(step: number) {
    super()
    this.#step = step
  }

  override async put(...args: Parameters<MemorySaver['put']>): ReturnType<MemorySaver['put']> {
    if (args[2].step === this.#step) throw new Error(`step ${this.#step} cannot be kept`)
    return super.put(...args)
  }
}

differential('a saver that fails fails the run', (vocabulary) =>
  Promise.all(
    durabilities.map((durability) =>
      outcomeOf(() =>
        chain(vocabulary, new FailingSaver(durability === 'exit' ? 2 : 1)).invoke(
          {},
          { ...thread, durability },
        ),
      ),
    ),
  ),
)
