import { Command, MemorySaver, Overwrite } from '@langchain/langgraph'
import { DeltaChannel, EphemeralValue, LastValue } from '@langchain/langgraph/channels'
import { Channel } from '@langchain/langgraph/pregel'
import { afterEach } from 'vitest'
import { differential, type Vocabulary } from './harness/differential.ts'
import { listedRecords, ownSaver } from './harness/listed-records.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { thread, type AnyGraph } from './harness/same-thread.ts'

const bound = 'LANGGRAPH_DELTA_MAX_SUPERSTEPS_SINCE_SNAPSHOT'
afterEach(() => {
  delete process.env[bound]
})

type Lines = string | readonly string[]

/** A Pregel whose input goes straight to a delta channel, which makes its nodes due. */
function pregel({ Pregel }: Vocabulary, more: object): AnyGraph {
  return new Pregel({
    nodes: {
      heard: Channel.subscribeTo('log')
        .pipe((log: string[]) => log.length)
        .pipe(Channel.writeTo(['size'])),
      sized: Channel.subscribeTo(['size'])
        .join(['log'])
        .pipe(({ size, log }: { size: number; log: string[] }) => `${size} of ${log.length}`)
        .pipe(Channel.writeTo(['note', 'output'])),
    },
    channels: {
      log: new DeltaChannel<string[], Lines>((log, writes) => [...log, ...writes.flat()]),
      note: new DeltaChannel<string[], Lines>((log, writes) => [...log, ...writes.flat()], {
        snapshotFrequency: 2,
      }),
      size: new EphemeralValue<number>(),
      output: new LastValue<string>(),
    },
    inputChannels: 'log',
    outputChannels: ['output', 'note'],
    streamMode: 'values',
    ...more,
  } as never) as unknown as AnyGraph
}

type Play = (graph: AnyGraph) => Promise<unknown>

function samePregel(name: string, play: Play, more: object = {}): void {
  for (const [through, open] of [
    ['', () => new MemorySaver()],
    [", with the engine's own saver", ownSaver],
  ] as const) {
    differential(`${name}${through}`, async (vocabulary) => {
      const saver = open(vocabulary)
      const graph = pregel(vocabulary, { checkpointer: saver, ...more })
      return {
        seen: await play(graph),
        state: await graph.getState(thread),
        history: await historyOf(graph, thread),
        records: await listedRecords(saver),
      }
    })
  }
}

const inputs =
  (given: readonly unknown[], config: object = {}): Play =>
  async (graph) => {
    const seen: unknown[] = []
    for (const input of given) {
      seen.push(await outcomeOf(() => graph.invoke(input as never, { ...thread, ...config })))
      seen.push(await graph.getState(thread))
    }
    return seen
  }

for (const durability of ['async', 'exit'] as const) {
  samePregel(`an input that is a write to a delta channel, ${durability}`, (graph) =>
    inputs(['one', ['two', 'three'], new Overwrite(['four']), 'five'], { durability })(graph),
  )

  samePregel(`snapshots of a delta channel that makes nodes due, ${durability}`, (graph) => {
    process.env[bound] = '2'
    return inputs(['one', 'two', 'three', null], { durability })(graph)
  })

  samePregel(
    `snapshots of a delta channel before a breakpoint, ${durability}`,
    (graph) => {
      process.env[bound] = '1'
      return inputs(['one', null, null, 'two', null, null], { durability })(graph)
    },
    { interruptBefore: ['sized'] },
  )

  samePregel(`an input at a past checkpoint, ${durability}`, async (graph) => {
    await inputs(['one', 'two'])(graph)
    const history = await historyOf(graph, thread)
    const seen: unknown[] = []
    for (const { config } of history) {
      seen.push(await outcomeOf(() => graph.invoke('other' as never, { ...config, durability })))
      seen.push(await outcomeOf(() => graph.invoke(null, { ...config, durability })))
    }
    return seen
  })
}

samePregel('an edit of a delta channel that makes nodes due', async (graph) => [
  await inputs(['one'])(graph),
  await outcomeOf(() => graph.updateState(thread, 'edited', 'sized')),
  await outcomeOf(() => graph.updateState(thread, 'input', '__input__')),
  await outcomeOf(() => graph.invoke(null, thread)),
  await outcomeOf(() => graph.invoke(new Command({ update: { log: 'command' } }), thread)),
  await outcomeOf(() => graph.updateState(thread, 'unnamed')),
])
