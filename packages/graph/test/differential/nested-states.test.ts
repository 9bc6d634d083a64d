// States of nested graphs: read, listed, edited and gone on from, by their own configs and by those of the root.
import { Command, END, MemorySaver, START, interrupt, type StateSnapshot } from '@langchain/langgraph'
import { nested } from './harness/nested.ts'
import type { Pair } from './harness/nesting.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

const asking = ({ inner }: Pair, options: object) =>
  new inner.StateGraph(Log)
    .addNode('one', noting('one'))
    .addNode('ask', ({ log }) => ({ log: [`answered ${String(interrupt(`after ${log.length}`))}`] }))
    .addNode('two', noting('two'))
    .addEdge(START, 'one')
    .addEdge('one', 'ask')
    .addEdge('ask', 'two')
    .compile(options)

async function waiting(pair: Pair, options: object = {}) {
  const saver = new MemorySaver()
  const graph = new pair.outer.StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('child', asking(pair, options))
    .addNode('z', noting('z'))
    .addEdge(START, 'a')
    .addEdge('a', 'child')
    .addEdge('child', 'z')
    .compile({ checkpointer: saver })
  await graph.invoke({ log: ['0'] }, thread)
  const { config } = childOf(await graph.getState(thread, { subgraphs: true }))
  const all = async () => ({
    state: await graph.getState(thread, { subgraphs: true }),
    history: await historyOf(graph),
    records: storedRecords(saver),
  })
  return { graph, config, all }
}

function childOf(snapshot: StateSnapshot): StateSnapshot {
  return snapshot.tasks[0]!.state as StateSnapshot
}

/** The line of a nested graph, without one of its checkpoints. */
function lineOf({ configurable }: StateSnapshot['config']) {
  return { configurable: { thread_id: 't', checkpoint_ns: configurable!['checkpoint_ns'] as string } }
}

const memories = [
  ['that remembers while it runs', {}],
  ['that remembers from run to run', { checkpointer: true }],
] as const

for (const [what, options] of memories) {
  nested(`the state and the history of a nested graph ${what}`, async (pair) => {
    const { graph, config } = await waiting(pair, options)
    const line = lineOf(config)
    const shallow = await graph.getState(thread)
    const history = await historyOf(graph, line)
    const listed = async (filter: object) => {
      const found: unknown[] = []
      for await (const snapshot of graph.getStateHistory(line, filter)) found.push(snapshot)
      return found
    }
    return {
      shallow,
      throughIt: await graph.getState(shallow.tasks[0]!.state as StateSnapshot['config']),
      newest: await graph.getState(line),
      addressed: await graph.getState(config),
      history,
      first: await listed({ limit: 1 }),
      input: await listed({ filter: { source: 'input' } }),
      before: await listed({ before: history[1]!.config }),
    }
  })

  const nodes = [undefined, 'one', 'ask', 'two', START, END, '__copy__', '__input__']
  for (const values of [{ log: ['edited'] }, null]) {
    nested(
      `${values === null ? 'an empty edit' : 'an edit'} of a nested graph ${what}, as each of its nodes`,
      async (pair) => {
        const seen: unknown[] = []
        for (const node of nodes) {
          const { graph, config, all } = await waiting(pair, options)
          seen.push(await outcomeOf(() => graph.updateState(config, values, node)))
          seen.push(await graph.getState(thread, { subgraphs: true }))
          seen.push(await outcomeOf(() => graph.invoke(null, thread)))
          seen.push(await graph.getState(thread, { subgraphs: true }))
          const isWaiting = (await graph.getState(thread)).next.length > 0
          if (isWaiting) seen.push(await outcomeOf(() => graph.invoke(new Command({ resume: 'R' }), thread)))
          seen.push(await all())
        }
        return seen
      },
    )

    nested(
      `an answer after ${values === null ? 'an empty edit' : 'an edit'} of a nested graph ${what}`,
      async (pair) => {
        const seen: unknown[] = []
        for (const node of nodes.filter((name) => name !== '__input__')) {
          const { graph, config, all } = await waiting(pair, options)
          seen.push(await outcomeOf(() => graph.updateState(config, values, node)))
          seen.push(await outcomeOf(() => graph.invoke(new Command({ resume: 'R' }), thread)))
          seen.push(await all())
        }
        return seen
      },
    )
  }

  nested(`null at every checkpoint of a nested graph ${what}`, async (pair) => {
    const { graph, config, all } = await waiting(pair, options)
    const seen: unknown[] = []
    for (const past of await historyOf(graph, lineOf(config))) {
      seen.push(await outcomeOf(() => graph.invoke(null, past.config)))
      seen.push(await graph.getState(thread, { subgraphs: true }))
    }
    seen.push(await outcomeOf(() => graph.invoke(new Command({ resume: 'R' }), thread)))
    return { seen, ...(await all()) }
  })

  nested(`an answer at the checkpoint of a nested graph ${what}`, async (pair) => {
    const { graph, config, all } = await waiting(pair, options)
    return { result: await graph.invoke(new Command({ resume: 'R' }), config), ...(await all()) }
  })

  nested(`an edit at every checkpoint of a nested graph ${what}`, async (pair) => {
    const { graph, config, all } = await waiting(pair, options)
    const seen: unknown[] = []
    for (const past of await historyOf(graph, lineOf(config))) {
      const edited = await graph.updateState(past.config, { log: ['edited'] })
      seen.push(edited, await graph.getState(thread, { subgraphs: true }))
      seen.push(await outcomeOf(() => graph.invoke(null, edited)))
    }
    return { seen, ...(await all()) }
  })

  nested(`null at every checkpoint around a nested graph ${what}`, async (pair) => {
    const { graph, all } = await waiting(pair, options)
    await graph.invoke(new Command({ resume: 'first' }), thread)
    const seen: unknown[] = []
    for (const { config } of await historyOf(graph)) {
      seen.push(await outcomeOf(() => graph.invoke(null, config)))
      const state = await graph.getState(thread, { subgraphs: true })
      seen.push(state)
      if (state.next.length > 0) seen.push(await graph.invoke(new Command({ resume: 'again' }), thread))
    }
    return { seen, ...(await all()) }
  })

  nested(`an edit at every checkpoint around a nested graph ${what}`, async (pair) => {
    const { graph, all } = await waiting(pair, options)
    const seen: unknown[] = []
    for (const { config } of await historyOf(graph)) {
      const edited = await outcomeOf(() => graph.updateState(config, { log: ['edited'] }))
      seen.push(edited)
      if (!('value' in edited)) continue
      seen.push(await outcomeOf(() => graph.invoke(null, edited.value as object)))
      seen.push(await graph.getState(thread, { subgraphs: true }))
    }
    return { seen, ...(await all()) }
  })
}

nested('the states of graphs three deep, each by its own config', async (pair) => {
  const saver = new MemorySaver()
  const middle = new pair.inner.StateGraph(Log)
    .addNode('m', noting('m'))
    .addNode('deep', asking(pair, {}))
    .addEdge(START, 'm')
    .addEdge('m', 'deep')
    .compile()
  const graph = new pair.outer.StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('middle', middle)
    .addEdge(START, 'a')
    .addEdge('a', 'middle')
    .compile({ checkpointer: saver })
  await graph.invoke({ log: ['0'] }, thread)
  const root = await graph.getState(thread, { subgraphs: true })
  const { config: inMiddle } = childOf(root)
  const { config: inDeep } = childOf(childOf(root))
  return {
    root,
    middle: await graph.getState(inMiddle, { subgraphs: true }),
    deep: await graph.getState(inDeep),
    histories: [await historyOf(graph, lineOf(inMiddle)), await historyOf(graph, lineOf(inDeep))],
    edited: await graph.updateState(inDeep, { log: ['edited'] }, 'one'),
    seen: await graph.getState(thread, { subgraphs: true }),
    answered: await graph.invoke(new Command({ resume: 'R' }), thread),
    past: await outcomeOf(() => graph.invoke(null, inDeep)),
    state: await graph.getState(thread, { subgraphs: true }),
    records: storedRecords(saver),
  }
})

nested('a namespace that no nested graph has is an error', async (pair) => {
  const { graph } = await waiting(pair)
  const config = { configurable: { thread_id: 't', checkpoint_ns: 'nobody:1' } }
  return [
    await outcomeOf(() => graph.getState(config)),
    await outcomeOf(() => historyOf(graph, config)),
    await outcomeOf(() => graph.updateState(config, { log: [] })),
  ]
})

nested('the graphs within a graph, by name, by namespace, and at all depths', async (pair) => {
  const middle = new pair.inner.StateGraph(Log)
    .addNode('deep', asking(pair, {}))
    .addEdge(START, 'deep')
    .compile({ name: 'middle graph' })
  const graph = new pair.outer.StateGraph(Log)
    .addNode('middle', middle)
    .addNode('declares', () => ({}), { subgraphs: [asking(pair, {})] })
    .addEdge(START, 'middle')
    .addEdge('middle', 'declares')
    .compile()
  const asked = [
    [],
    [undefined, true],
    ['middle'],
    ['middle', true],
    ['middle|deep', true],
    ['nobody'],
  ] as const
  const found: unknown[] = []
  for (const [namespace, isDeep] of asked) {
    found.push([...graph.getSubgraphs(namespace, isDeep)].map(([name, { name: own }]) => [name, own]))
    const later: unknown[] = []
    for await (const [name, { name: own }] of graph.getSubgraphsAsync(namespace, isDeep))
      later.push([name, own])
    found.push(later)
  }
  return found
})
