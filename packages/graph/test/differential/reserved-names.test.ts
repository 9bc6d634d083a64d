// Names that LangGraph keeps for itself, where a program can see them: in records, states, writes and drawings.
import {
  Annotation,
  Command,
  DeltaValue,
  entrypoint,
  interrupt,
  MemorySaver,
  Overwrite,
  Send,
  START,
  StateSchema,
} from '@langchain/langgraph'
import { z } from 'zod'
import { differential } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'
import { storedRecords } from './harness/stored-records.ts'
import { Log, noting } from './harness/states.ts'

const thread = { configurable: { thread_id: 't' } }
interface Stored {
  readonly namespace: string
  readonly checkpoint: { channel_versions: object; versions_seen: object }
  readonly writes: { channel: string; taskId: string }[]
}

differential(
  'the names of channels, writes and pseudo-nodes in the records of a thread',
  async ({ StateGraph }) => {
    const checkpointer = new MemorySaver()
    const graph = new StateGraph(Log)
      .addNode('a', () => ({ log: [interrupt<string, string>('a?')] }))
      .addNode('b', noting('b'))
      .addNode('none', () => null as never)
      .addNode('quiet', () => null as never)
      .addNode(
        'fails',
        () => {
          throw new Error('down')
        },
        { errorHandler: () => ({ log: ['handled'] }) },
      )
      .addNode('join', noting('join'))
      .addEdge(START, 'a')
      .addConditionalEdges('a', () => [new Send('b', { log: ['sent'] }), 'none', 'quiet', 'fails'], [
        'b',
        'none',
        'quiet',
        'fails',
      ])
      .addEdge(['none', 'b'], 'join')
      .compile({ checkpointer, interruptBefore: ['join'] })
    const paths: unknown[] = []
    const look = async () => {
      for (const { name, path } of (await graph.getState(thread)).tasks) paths.push([name, path])
    }
    await graph.invoke({ log: ['in'] }, thread)
    await look()
    await graph.invoke(new Command({ resume: 'yes', update: { log: ['told'] } }), thread)
    await look()
    await graph.invoke(null, thread)
    await graph.updateState(thread, { log: ['edited'] }, '__copy__')
    const records = storedRecords(checkpointer) as Stored[]
    const names = (of: (record: Stored) => string[]) => [...new Set(records.flatMap(of))].toSorted()
    const seen = {
      paths,
      channels: names(({ checkpoint }) => Object.keys(checkpoint.channel_versions)),
      nodes: names(({ checkpoint }) => Object.keys(checkpoint.versions_seen)),
      writes: names(({ writes }) => writes.map(({ channel }) => channel)),
      commands: records.flatMap(({ writes }) => writes).filter(({ taskId }) => /^0{8}/.test(taskId)),
    }
    const missing = [
      ...['__input__', '__interrupt__', '__start__'].filter((name) => !seen.nodes.includes(name)),
      ...['__start__', 'branch:to:a', 'join:none+b:join', '__pregel_tasks'].filter(
        (name) => !seen.channels.includes(name),
      ),
      ...['__interrupt__', '__resume__', '__error__', '__error_source_node__', '__no_writes__'].filter(
        (name) => !seen.writes.includes(name),
      ),
    ]
    if (missing.length > 0) throw new Error(`no record names ${missing.join()}`)
    return seen
  },
)

differential('the names of channels of a state that is one value', ({ StateGraph }) => {
  const Root = Annotation.Root({
    __root__: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
  })
  const graph = new StateGraph(Root)
    .addNode('a', () => ['a'] as never)
    .addEdge(START, 'a')
    .compile()
  return [Object.keys(graph.channels), graph.outputChannels, graph.streamChannels, graph.nodes['a'].channels]
})

differential('the names of channels and nodes of an entrypoint', () => {
  const flow = entrypoint('flow', async (input: number) => entrypoint.final({ value: input, save: input }))
  return [Object.keys(flow.channels), Object.keys(flow.nodes), flow.inputChannels, flow.outputChannels]
})

differential('marks by which classes are told', ({ StateGraph }) => {
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  const marks = (value: object) => {
    const own = value as Record<string | symbol, unknown>
    const named = [
      'lg_name',
      'lg_is_channel',
      'lc_graph_name',
      'lg_is_pregel',
      '__lg_type',
      'is_bubble_up',
      'name',
    ]
    return [
      ...named.filter((name) => name in own).map((name) => [name, own[name]]),
      ...Object.getOwnPropertySymbols(own).map(String),
    ]
  }
  return [
    new Send('a', {}),
    new Command({}),
    new Overwrite(1),
    graph,
    graph.channels['log']!,
    new StateSchema({ n: z.number() }),
    new DeltaValue(z.array(z.string()), {
      reducer: (list: string[], more: string[]) => [...list, ...more],
    } as never),
    entrypoint.final({ value: 1, save: 2 }),
  ].map(marks)
})

differential(
  'a node may be called like a channel, but not like a key of the state',
  async ({ StateGraph }) => {
    const names = [
      '__pregel_tasks',
      '__root__',
      '__previous__',
      'messages',
      '0',
      ' ',
      'ä/ö',
      'a.b',
      '__proto',
    ]
    return Promise.all(
      names.map((name) =>
        outcomeOf(async () => {
          const graph = new StateGraph(Log)
            .addNode(name, noting(name))
            .addEdge(START, name as '__start__')
            .compile()
          return [Object.keys(graph.nodes), await graph.invoke({ log: ['in'] })]
        }),
      ),
    )
  },
)
