// Everything a caller may do at a checkpoint, done at every checkpoint of threads that wait and threads that have ended.
import { Command, MemorySaver, START, Send, interrupt, task, type StateSnapshot } from '@langchain/langgraph'
import { differential } from './harness/differential.ts'
import { nested } from './harness/nested.ts'
import type { Pair } from './harness/nesting.ts'
import { historyOf, outcomeOf } from './harness/observe.ts'
import type { AnyGraph } from './harness/same-thread.ts'
import { Log, noting } from './harness/states.ts'

const thread = { configurable: { thread_id: 't' } }

const asking =
  (question: string) =>
  ({ log }: typeof Log.State) => ({ log: [`${question} ${String(interrupt(`${question} ${log.length}`))}`] })

const askingChild = ({ inner }: Pair, options: object = {}) =>
  new inner.StateGraph(Log)
    .addNode('pre', noting('pre'))
    .addNode('ask', asking('child'))
    .addNode('post', noting('post'))
    .addEdge(START, 'pre')
    .addEdge('pre', 'ask')
    .addEdge('ask', 'post')
    .compile(options)

const around = (pair: Pair, child: ReturnType<typeof askingChild>) =>
  new pair.outer.StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('child', child)
    .addNode('z', noting('z'))
    .addEdge(START, 'a')
    .addEdge('a', 'child')
    .addEdge('child', 'z')

const calling = task('calling', async (value: number) => `called ${value}`)

type Program = (pair: Pair) => unknown

const flat: Readonly<Record<string, Program>> = {
  'a node that asks': ({ outer }) =>
    new outer.StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('ask', asking('q'))
      .addNode('z', noting('z'))
      .addEdge(START, 'a')
      .addEdge('a', 'ask')
      .addEdge('ask', 'z'),
  'two nodes that ask': ({ outer }) =>
    new outer.StateGraph(Log)
      .addNode('a', asking('p'))
      .addNode('b', asking('q'))
      .addNode('z', noting('z'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'z'),
  'a node that asks beside one that does not': ({ outer }) =>
    new outer.StateGraph(Log)
      .addNode('a', asking('p'))
      .addNode('b', noting('b'))
      .addNode('z', noting('z'), { defer: true })
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge('a', 'z')
      .addEdge('b', 'z'),
  'tasks that were sent': ({ outer }) =>
    new outer.StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('work', ({ id }: { id: number }) => ({ log: [`work ${id}`] }))
      .addNode('z', asking('q'))
      .addEdge(START, 'a')
      .addConditionalEdges('a', () => [1, 2].map((id) => new Send('work', { id })), ['work'])
      .addEdge('work', 'z'),
  'nodes that go on by commands': ({ outer }) =>
    new outer.StateGraph(Log)
      .addNode('a', () => new Command({ goto: 'ask', update: { log: ['a'] } }), { ends: ['ask'] })
      .addNode(
        'ask',
        ({ log }) => new Command({ goto: 'z', update: { log: [String(interrupt(`after ${log.length}`))] } }),
        { ends: ['z'] },
      )
      .addNode('z', noting('z'))
      .addEdge(START, 'a'),
  'a node with tasks around its question': ({ outer }) =>
    new outer.StateGraph(Log)
      .addNode('a', async () => ({ log: [await calling(1), String(interrupt('q')), await calling(2)] }))
      .addNode('z', noting('z'))
      .addEdge(START, 'a')
      .addEdge('a', 'z'),
}

const nestings: Readonly<Record<string, Program>> = {
  'a nested graph': (pair) => around(pair, askingChild(pair)),
  'a nested graph that remembers': (pair) => around(pair, askingChild(pair, { checkpointer: true })),
  'a graph that a node calls': (pair) => {
    const child = askingChild(pair)
    return new pair.outer.StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('call', async (state) => ({ log: (await child.invoke(state)).log.slice(-2) }))
      .addNode('z', noting('z'))
      .addEdge(START, 'a')
      .addEdge('a', 'call')
      .addEdge('call', 'z')
  },
  'graphs three deep': (pair) => {
    const middle = new pair.inner.StateGraph(Log)
      .addNode('m', noting('m'))
      .addNode('deep', askingChild(pair))
      .addEdge(START, 'm')
      .addEdge('m', 'deep')
      .compile()
    return around(pair, middle as never)
  },
}

const byId = ({ tasks }: StateSnapshot): unknown => {
  const open = tasks.flatMap(({ interrupts }) => interrupts.map(({ id }) => [id!, 'by id'] as const))
  return open.length === 0 ? null : new Command({ resume: Object.fromEntries(open) })
}

const actions: Readonly<Record<string, (at: StateSnapshot) => unknown>> = {
  null: () => null,
  'new input': () => ({ log: ['new'] }),
  'an update': () => new Command({ update: { log: ['updated'] } }),
  'a destination': () => new Command({ goto: 'z' }),
  'an answer': () => new Command({ resume: 'other' }),
  'an answer and an update': () => new Command({ resume: 'other', update: { log: ['updated'] } }),
  'answers by id': byId,
}

async function begun(program: Program, pair: Pair, isDone: boolean) {
  const builder = program(pair) as { compile(options: object): AnyGraph }
  const graph = builder.compile({ checkpointer: new MemorySaver() })
  await graph.invoke({ log: ['0'] }, thread)
  if (isDone) await finish(graph)
  return graph
}

/** Gives answers until nothing is due. */
async function finish(graph: AnyGraph): Promise<unknown[]> {
  const seen: unknown[] = []
  for (let round = 0; round < 4; round++) {
    const { next, tasks } = await graph.getState(thread)
    if (next.length === 0) break
    const isAsked = tasks.some(({ interrupts }) => interrupts.length > 0)
    const input = isAsked ? new Command({ resume: `answer ${round}` }) : null
    seen.push(await outcomeOf(() => graph.invoke(input as never, thread)))
  }
  return seen
}

/** A thread of its own for each checkpoint at which something is done. */
async function walk(program: Program, action: string, pair: Pair): Promise<unknown[]> {
  const seen: unknown[] = []
  for (const isDone of [false, true]) {
    const { length } = await historyOf(await begun(program, pair, isDone))
    // A mere answer to a thread that has ended is refused: see divergences/answers.
    const first = isDone && action === 'an answer' ? 1 : 0
    for (let index = first; index < length; index++) {
      const graph = await begun(program, pair, isDone)
      const at = (await historyOf(graph))[index]!
      seen.push({
        at: await graph.getState(at.config, { subgraphs: true }),
        outcome: await outcomeOf(() => graph.invoke(actions[action]!(at) as never, at.config)),
        after: await graph.getState(thread, { subgraphs: true }),
        finished: await finish(graph),
        history: await historyOf(graph),
      })
    }
  }
  return seen
}

/** What differs by who runs the graph within. */
const acrossEngines = new Set(['null', 'an answer', 'answers by id'])

for (const action of Object.keys(actions)) {
  const onOne = acrossEngines.has(action) ? flat : { ...flat, ...nestings }
  for (const [what, program] of Object.entries(onOne)) {
    differential(`${action} at every checkpoint of ${what}`, (vocabulary) =>
      walk(program, action, { name: '', outer: vocabulary, inner: vocabulary }),
    )
  }
  if (!acrossEngines.has(action)) continue
  for (const [what, program] of Object.entries(nestings))
    nested(`${action} at every checkpoint of ${what}`, (pair) => walk(program, action, pair))
}
