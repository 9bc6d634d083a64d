import { Command, END, Overwrite, START, interrupt } from '@langchain/langgraph'
import type { Vocabulary } from './harness/differential.ts'
import { countdown, deltaLog } from './harness/delta-log.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { sameThread, thread, type AnyGraph } from './harness/same-thread.ts'

function loop(options: Parameters<typeof deltaLog>[0] = {}) {
  return ({ StateGraph }: Vocabulary) =>
    new StateGraph(deltaLog(options))
      .addNode('work', countdown)
      .addEdge(START, 'work')
      .addConditionalEdges('work', ({ n }) => (n > 0 ? 'work' : END))
}

function withQuestion({ StateGraph }: Vocabulary) {
  return new StateGraph(deltaLog())
    .addNode('a', () => ({ log: 'a' }))
    .addNode('b', () => ({ log: 'b' }))
    .addNode('ask', () => ({ log: `answered ${String(interrupt('?'))}` }))
    .addNode('d', ({ log }) => ({ log: `d after ${log.length}` }))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('a', 'ask')
    .addEdge(['b', 'ask'], 'd')
}

async function configAt(graph: AnyGraph, step: number): Promise<object> {
  const history = await historyOf(graph, thread)
  return history.find(({ metadata }) => metadata?.step === step)!.config
}

type Config = Parameters<AnyGraph['updateState']>[0]

for (const durability of ['async', 'exit'] as const) {
  for (const step of [-1, 0, 1, 2, 3]) {
    const at = `from step ${step}, with durability ${durability}`

    sameThread(`a delta channel is replayed ${at}`, loop(), async (graph) => {
      await graph.invoke({ log: 'in', n: 3 }, thread)
      const from = await configAt(graph, step)
      return [
        await outcomeOf(() => graph.invoke(null, { ...from, durability })),
        await graph.getState(thread),
        await outcomeOf(() => graph.invoke({ log: 'more', n: 1 }, { ...thread, durability })),
      ]
    })

    sameThread(`a delta channel takes another input ${at}`, loop({ snapshotFrequency: 3 }), async (graph) => {
      await graph.invoke({ log: 'in', n: 3 }, thread)
      const from = await configAt(graph, step)
      return [
        await outcomeOf(() => graph.invoke({ log: 'other', n: 2 }, { ...from, durability })),
        await outcomeOf(() => graph.invoke({ log: 'more', n: 1 }, { ...thread, durability })),
      ]
    })

    if (step >= 0)
      sameThread(`a command writes to a delta channel ${at}`, loop(), async (graph) => {
        await graph.invoke({ log: 'in', n: 3 }, thread)
        const from = await configAt(graph, step)
        const command = new Command({ update: { log: 'command', n: 2 }, goto: 'work' }) as never
        return [
          await outcomeOf(() => graph.invoke(command, { ...from, durability })),
          await outcomeOf(() => graph.invoke({ log: 'more', n: 1 }, { ...thread, durability })),
        ]
      })

    sameThread(`a delta channel is edited ${at}`, loop(), async (graph) => {
      await graph.invoke({ log: 'in', n: 3 }, thread)
      const from = await configAt(graph, step)
      const edited = await graph.updateState(from, { log: 'edited', n: 2 }, 'work')
      return [
        await graph.getState(edited),
        await outcomeOf(() => graph.invoke(null, { ...edited, durability })),
        await outcomeOf(() => graph.invoke({ log: 'more', n: 1 }, { ...thread, durability })),
      ]
    })
  }

  sameThread(
    `a delta channel beside a question that is answered again, ${durability}`,
    withQuestion,
    async (graph) => {
      const config = { ...thread, durability }
      await graph.invoke({ log: 'in' }, config)
      const asked = await graph.getState(thread)
      const first = await graph.invoke(new Command({ resume: 'one' }), config)
      const past = { ...asked.config, durability }
      return [
        asked,
        first,
        await outcomeOf(() => graph.invoke(new Command({ resume: 'two' }), past)),
        await outcomeOf(() => graph.invoke(null, past)),
      ]
    },
  )

  sameThread(
    `a delta channel is edited while a question is open, ${durability}`,
    withQuestion,
    async (graph) => {
      const config = { ...thread, durability }
      await graph.invoke({ log: 'in' }, config)
      await graph.updateState(thread, { log: 'edit' }, 'a')
      return [
        await graph.getState(thread),
        await outcomeOf(() => graph.invoke(null, config)),
        await outcomeOf(() => graph.invoke(new Command({ resume: 'two' }), config)),
      ]
    },
  )
}

sameThread('all forms of updateState on a delta channel', loop({ snapshotFrequency: 3 }), async (graph) => {
  const seen: unknown[] = []
  const update = async (...[values, asNode]: [values: unknown, asNode?: string]) => {
    seen.push(await outcomeOf(() => graph.updateState(thread, values, asNode)))
    seen.push(await graph.getState(thread))
  }
  await update({ log: 'first' }, START)
  await update({ log: ['second', 'third'], n: 2 }, 'work')
  await update({ log: new Overwrite(['over']) }, 'work')
  await update({ log: 'after' }, 'work')
  await update(null)
  await update(null, '__copy__')
  seen.push(await outcomeOf(() => graph.invoke(null, thread)))
  await update({ log: 'input', n: 1 }, '__input__')
  seen.push(await outcomeOf(() => graph.invoke(null, thread)))
  await update({ log: 'unnamed' })
  await update(null, END)
  return seen
})

sameThread('bulkUpdateState on a delta channel', loop({ snapshotFrequency: 3 }), async (graph) => [
  await graph.bulkUpdateState(thread, [
    { updates: [{ values: { log: 'in', n: 2 }, asNode: '__input__' }] },
    { updates: [{ values: { log: 'a', n: 1 }, asNode: 'work' }] },
    {
      updates: [
        { values: { log: 'b' }, asNode: 'work' },
        { values: { log: 'c' }, asNode: 'work' },
      ],
    },
    { updates: [{ values: { log: 'd' }, asNode: 'work' }] },
  ]),
  await graph.getState(thread),
  await outcomeOf(() => graph.invoke({ log: 'on', n: 2 }, thread)),
])

sameThread(
  'a delta channel of a nested graph is replayed and edited',
  ({ StateGraph }) => {
    const child = new StateGraph(deltaLog({ snapshotFrequency: 2 }))
      .addNode('x', ({ log }) => ({ log: `x after ${log.length}` }))
      .addNode('ask', () => ({ log: `answered ${String(interrupt('?'))}` }))
      .addNode('y', ({ log }) => ({ log: `y after ${log.length}` }))
      .addEdge(START, 'x')
      .addEdge('x', 'ask')
      .addEdge('ask', 'y')
      .compile()
    return new StateGraph(deltaLog())
      .addNode('before', () => ({ log: 'before' }))
      .addNode('child', child)
      .addEdge(START, 'before')
      .addEdge('before', 'child')
  },
  async (graph) => {
    await graph.invoke({ log: 'in' }, thread)
    const asked = await graph.getState(thread, { subgraphs: true })
    const inner = asked.tasks[0]!.state as { config: Config }
    const edited = await graph.updateState(inner.config, { log: 'edited' }, 'x')
    const first = await outcomeOf(() => graph.invoke(new Command({ resume: 'one' }), thread))
    return [
      asked,
      edited,
      first,
      await historyOf(graph, inner.config),
      await outcomeOf(() => graph.invoke(null, asked.config)),
      await outcomeOf(() => graph.invoke(new Command({ resume: 'two' }), thread)),
    ]
  },
)
