// Every form of an edit, in every situation in which a thread may be, at its head and in its past.
import {
  Command,
  END,
  Overwrite,
  START,
  Send,
  interrupt,
  type BaseCheckpointSaver,
} from '@langchain/langgraph'
import type { Vocabulary } from './harness/differential.ts'
import { listedRecords } from './harness/listed-records.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import { sameThread, thread, type AnyGraph } from './harness/same-thread.ts'
import { Log, noting } from './harness/states.ts'

type Updates = Parameters<AnyGraph['bulkUpdateState']>[1][number]['updates']

const forms: Readonly<Record<string, Updates>> = {
  'as the input': [{ values: { log: ['in'] }, asNode: '__input__' }],
  'as the input, with nothing': [{ values: null, asNode: '__input__' }],
  'as two inputs': [
    { values: { log: ['x'] }, asNode: '__input__' },
    { values: { log: ['y'] }, asNode: '__input__' },
  ],
  'as the start': [{ values: { log: ['start'] }, asNode: START }],
  'as the start, with nothing': [{ values: null, asNode: START }],
  'as the end': [{ values: null, asNode: END }],
  'as the end, with values': [{ values: { log: ['end'] }, asNode: END }],
  'as a copy': [{ values: null, asNode: '__copy__' }],
  'as a copy, with values': [{ values: { log: ['copy'] }, asNode: '__copy__' }],
  'as a copy, edited by two nodes': [
    {
      values: [
        [{ log: ['p'] }, 'a'],
        [{ log: ['q'] }, 'b'],
      ],
      asNode: '__copy__',
    },
  ],
  'as a copy, edited by nobody': [{ values: [[{ log: ['p'] }]], asNode: '__copy__' }],
  'as two copies': [
    { values: null, asNode: '__copy__' },
    { values: null, asNode: '__copy__' },
  ],
  'as nobody, with nothing': [{ values: null }],
  'as nobody, with undefined': [{ values: undefined }],
  'as whoever ran last': [{ values: { log: ['inferred'] } }],
  'as whoever ran last, twice': [{ values: { log: ['x'] } }, { values: { log: ['y'] } }],
  'as a': [{ values: { log: ['as a'] }, asNode: 'a' }],
  'as b': [{ values: { log: ['as b'] }, asNode: 'b' }],
  'as c': [{ values: { log: ['as c'] }, asNode: 'c' }],
  'as a, with nothing': [{ values: null, asNode: 'a' }],
  'as a and b': [
    { values: { log: ['x'] }, asNode: 'a' },
    { values: { log: ['y'] }, asNode: 'b' },
  ],
  'as a, twice': [
    { values: { log: ['x'] }, asNode: 'a' },
    { values: { log: ['y'] }, asNode: 'a' },
  ],
  'as a task of a that is named': [
    {
      values: { log: ['t'] },
      asNode: 'a',
      taskId: '00000000-1111-5222-8333-444444444444',
    } as Updates[number],
  ],
  'as a, by a command': [{ values: new Command({ goto: 'c', update: { log: ['go'] } }), asNode: 'a' }],
  'as a, in place of what was there': [{ values: { log: new Overwrite(['new']) }, asNode: 'a' }],
  'as a node that does not exist': [{ values: { log: ['?'] }, asNode: 'nobody' }],
  'without updates': [],
}

interface Situation {
  readonly build: (vocabulary: Vocabulary) => unknown
  readonly compile?: object
  /** Whether the run fails on its way there. */
  readonly fails?: boolean
}

const asking = () => ({ log: [`b ${String(interrupt('?'))}`] })

const chain =
  (b: () => (state: typeof Log.State) => { log: string[] }) =>
  ({ StateGraph }: Vocabulary) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', b())
      .addNode('c', noting('c'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'c')

const failingOnce = () => {
  let failures = 1
  return () => {
    if (failures-- > 0) throw new Error('failed')
    return { log: ['b'] }
  }
}

const situations: Readonly<Record<string, Situation>> = {
  'has ended': { build: chain(() => noting('b')) },
  'stands before b': { build: chain(() => noting('b')), compile: { interruptBefore: ['b'] } },
  'stands after a': { build: chain(() => noting('b')), compile: { interruptAfter: ['a'] } },
  'waits in b': { build: chain(() => asking) },
  'failed in b': { build: chain(failingOnce), fails: true },
  'waits in b, beside a and c that finished': {
    build: ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('a', noting('a'))
        .addNode('b', asking)
        .addNode('c', noting('c'))
        .addNode('d', noting('d'))
        .addEdge(START, 'a')
        .addEdge(START, 'b')
        .addEdge(START, 'c')
        .addEdge(['a', 'b', 'c'], 'd'),
  },
  'waits in two tasks that were sent to b': {
    build: ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('a', noting('a'))
        .addNode('b', ({ id }: { id: number }) => ({ log: [`b ${id} ${String(interrupt('?'))}`] }))
        .addNode('c', noting('c'))
        .addEdge(START, 'a')
        .addConditionalEdges('a', () => [1, 2].map((id) => new Send('b', { id })), ['b'])
        .addEdge('b', 'c'),
  },
  'stands where a router leads': {
    build: ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('a', noting('a'))
        .addNode('b', noting('b'))
        .addNode('c', noting('c'))
        .addEdge(START, 'a')
        .addConditionalEdges('a', ({ log }) => (log.length > 3 ? 'c' : 'b'), ['b', 'c'])
        .addConditionalEdges('b', () => ['c', END]),
    compile: { interruptBefore: ['b', 'c'] },
  },
}

/** Each form on a thread of its own, which stands at its head or at the checkpoint before `a`. */
async function editEach(
  graph: AnyGraph,
  saver: BaseCheckpointSaver,
  { fails }: Situation,
  isPast: boolean,
): Promise<unknown[]> {
  const seen: unknown[] = []
  for (const [name, updates] of Object.entries(forms)) {
    const own = { configurable: { thread_id: name } }
    const run = () => graph.invoke({ log: ['0'] }, own)
    await (fails === true ? outcomeOf(run) : run())
    const at = isPast ? (await historyOf(graph, own)).find(({ next }) => next.includes('a'))!.config : own
    const edit = await outcomeOf(() => graph.bulkUpdateState(at, [{ updates }]))
    const there = 'value' in edit ? (edit.value as object) : own
    seen.push([
      edit,
      await graph.getState(own, { subgraphs: true }),
      await graph.getState(there),
      await outcomeOf(() => graph.invoke(null, there)),
      await historyOf(graph, own),
      await listedRecords(saver, own.configurable),
    ])
  }
  return seen
}

for (const [standing, situation] of Object.entries(situations)) {
  sameThread(
    `every form of an edit of a thread that ${standing}`,
    situation.build,
    (graph, saver) => editEach(graph, saver, situation, false),
    situation.compile,
  )
  sameThread(
    `every form of an edit of the past of a thread that ${standing}`,
    situation.build,
    (graph, saver) => editEach(graph, saver, situation, true),
    situation.compile,
  )
}

sameThread(
  'edits of a thread that has no checkpoint yet, form by form',
  chain(() => noting('b')),
  async (graph) => {
    const seen: unknown[] = []
    for (const [name, updates] of Object.entries(forms)) {
      const config = { configurable: { thread_id: name } }
      seen.push(await outcomeOf(() => graph.bulkUpdateState(config, [{ updates }])))
      seen.push(await graph.getState(config))
    }
    return seen
  },
)

sameThread(
  'several supersteps of edits',
  chain(() => noting('b')),
  async (graph) => {
    const names = [
      'as the input',
      'as the start',
      'as a and b',
      'as whoever ran last',
      'as nobody, with nothing',
    ]
    const supersteps = [...names, 'as a copy', 'as the end'].map((name) => ({ updates: forms[name]! }))
    return [
      await graph.bulkUpdateState(thread, supersteps),
      await outcomeOf(() => graph.bulkUpdateState(thread, [])),
    ]
  },
)
