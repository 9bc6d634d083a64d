// What a saver is given: checkpoints, and the writes beside them.
import { setImmediate } from 'node:timers/promises'
import {
  Annotation,
  Command,
  MemorySaver,
  START,
  Send,
  interrupt,
  task,
  type Checkpoint,
  type NodeError,
} from '@langchain/langgraph'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { listedRecords } from './harness/listed-records.ts'
import { outcomeOf } from './harness/observe.ts'
import { sameThread, thread, type AnyGraph } from './harness/same-thread.ts'
import { Counter, Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const Defaults = Annotation.Root({
  ...Log.spec,
  never: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => ['first'] }),
  empty: Annotation<string>,
})

const chain = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Defaults)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')

/** A thread's records after these inputs. */
const after =
  (...inputs: readonly unknown[]) =>
  async (graph: AnyGraph): Promise<unknown> => {
    const seen: unknown[] = []
    for (const input of inputs) seen.push(await outcomeOf(() => graph.invoke(input as never, thread)))
    return seen
  }

sameThread(
  'a record has its fields, and the values of all channels that hold something',
  chain,
  after({ log: ['in'] }),
)

differential('a record names its format, its id and its time', async (vocabulary) => {
  const saver = new MemorySaver()
  await chain(vocabulary).compile({ checkpointer: saver }).invoke({}, thread)
  const { checkpoint } = (await saver.getTuple(thread))!
  return {
    fields: Object.keys(checkpoint).toSorted(),
    v: checkpoint.v,
    isId: /^[0-9a-f]{8}-[0-9a-f]{4}-6[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(checkpoint.id),
    isTime: new Date(checkpoint.ts).toISOString() === checkpoint.ts,
  }
})

sameThread(
  'versions: consumed channels get the next one, then all that were written share the one after',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addNode('joined', ({ n }) => ({ n: n + 1, log: ['joined'] }))
      .addNode('last', noting('last'), { defer: true })
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(['a', 'b'], 'joined')
      .addEdge('a', 'last')
      .addEdge('joined', 'last'),
  after({ n: 1 }, { n: 2 }),
)

sameThread(
  'a node has seen the version of the channel that made it due',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('work', ({ n }) => ({ n: n - 1, log: ['work'] }))
      .addNode('sent', noting('sent'))
      .addEdge(START, 'work')
      .addConditionalEdges('work', ({ n }) => (n > 0 ? 'work' : [new Send('sent', { log: [] })])),
  after({ n: 3 }),
)

sameThread(
  'breakpoints have seen all versions there were when the thread went on',
  chain,
  after({ log: ['in'] }, null, null, { log: ['again'] }, null),
  { interruptBefore: ['b'], interruptAfter: ['a'] },
)

sameThread('metadata tell the source, the step and the parents', chain, async (graph) => {
  const first = await graph.invoke({ log: ['in'] }, thread)
  const edited = await graph.updateState(thread, { log: ['edited'] }, 'a')
  const forked = await graph.updateState(edited, null, '__copy__')
  const input = await graph.updateState(thread, { log: ['input'] }, '__input__')
  return [first, edited, forked, input, await outcomeOf(() => graph.invoke(null, edited as never))]
})

sameThread(
  'each input takes the next step',
  chain,
  after({ log: ['in'] }, { log: ['again'] }, { log: ['third'] }),
)

sameThread(
  'records of a nested graph name the checkpoints around it',
  ({ StateGraph }) => {
    const inner = new StateGraph(Log)
      .addNode('asks', () => ({ log: [String(interrupt('?'))] }))
      .addEdge(START, 'asks')
      .compile()
    const child = new StateGraph(Log).addNode('inner', inner).addEdge(START, 'inner').compile()
    return new StateGraph(Log).addNode('child', child).addEdge(START, 'child')
  },
  after({}, new Command({ resume: 'yes' })),
)

differential('metadata of the config are not kept, tags neither', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = chain(vocabulary).compile({ checkpointer: saver })
  await graph.invoke({}, { ...thread, metadata: { mine: 1 }, tags: ['tag'], runName: 'named' })
  return storedRecords(saver)
})

differential(
  'a thread from before format 4, whose sends are writes of the parent, goes on',
  async (vocabulary) => {
    const saver = new MemorySaver()
    const at = (id?: string) => ({ configurable: { thread_id: 't', checkpoint_ns: '', checkpoint_id: id! } })
    const record = (id: string, more: Partial<Checkpoint>): Checkpoint => ({
      v: 3,
      id,
      ts: '2024-01-01T00:00:00.000Z',
      channel_values: {},
      channel_versions: {},
      versions_seen: {},
      ...more,
    })
    const parent = '1ef00000-0000-6000-8000-000000000001'
    const child = '1ef00000-0000-6001-8001-000000000001'
    const metadata = { source: 'loop', step: 0, parents: {} } as const
    await saver.put(at(), record(parent, { channel_versions: { __start__: 1 } }), metadata)
    await saver.putWrites(at(parent), [['__pregel_tasks', new Send('b', { log: ['sent'] })]], 'task')
    await saver.put(
      at(parent),
      record(child, { channel_values: { log: ['old'] }, channel_versions: { __start__: 2, log: 2 } }),
      { ...metadata, step: 1 },
    )
    const graph = chain(vocabulary).compile({ checkpointer: saver })
    return { next: (await graph.getState(thread)).next, end: await graph.invoke(null, thread) }
  },
)

sameRuns(
  'a task that writes nothing leaves a note that it has finished',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('nothing', () => undefined as never)
      .addNode('nothing at all', () => ({}))
      .addEdge(START, 'nothing')
      .addEdge(START, 'nothing at all'),
  [{}],
)

sameRuns(
  'a question is kept with the answers that its task was given so far',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('asks', () => ({ log: [1, 2, 3].map((n) => String(interrupt(n))) }))
      .addEdge(START, 'asks'),
  [{}, ...['one', 'two', 'three'].map((resume) => new Command({ resume }))],
)

sameRuns(
  'a static breakpoint in a nested graph leaves no question',
  ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .compile({ interruptBefore: ['b'] })
    return new StateGraph(Log).addNode('child', child).addEdge(START, 'child')
  },
  [{}, null],
)

sameRuns(
  'a failure is kept as message and name, and with a handler its node',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode(
        'handled',
        () => {
          throw new RangeError('out of range')
        },
        {
          errorHandler: (_: unknown, { node, error }: NodeError) => ({ log: [`${node}: ${error.message}`] }),
        },
      )
      .addNode('fails', () => {
        throw new TypeError('not handled')
      })
      .addEdge(START, 'handled')
      .addEdge('handled', 'fails'),
  [{}, null],
)

sameRuns(
  'a command for the graph around leaves what its task takes from it',
  ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode('up', () => new Command({ graph: Command.PARENT, goto: 'other', update: { log: ['up'] } }))
      .addEdge(START, 'up')
      .compile()
    return new StateGraph(Log)
      .addNode('child', child, { ends: ['other'] })
      .addNode('other', noting('other'))
      .addEdge(START, 'child')
  },
  [{}],
)

sameRuns(
  'a command as input leaves destinations, answer and updates under the null task',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('asks', ({ n }) => ({ log: [`${n} ${String(interrupt('?'))}`] }), { ends: ['b', 'c'] })
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addEdge(START, 'asks'),
  [
    { n: 1 },
    new Command({ goto: ['b', new Send('c', { log: ['sent'] })], update: { n: 2 }, resume: 'yes' }),
    new Command({ goto: 'b', update: { n: 3, log: ['updated'] } }),
    new Command({
      goto: new Send('c', { log: [] }),
      update: [
        ['n', 4],
        ['log', ['pair']],
      ] as never,
    }),
  ],
)

differential('answers by id lie under the ids of their questions', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('a', () => ({ log: [`a ${String(interrupt('for a'))}`] }))
    .addNode('b', () => ({ log: [`b ${String(interrupt('for b'))}`] }))
    .addEdge(START, 'a')
    .addEdge(START, 'b')
    .compile({ checkpointer: saver })
  await graph.invoke({}, thread)
  const { tasks } = await graph.getState(thread)
  const resume = Object.fromEntries(
    tasks.flatMap(({ interrupts }) => interrupts.map(({ id, value }) => [id!, `answer ${String(value)}`])),
  )
  return [await graph.invoke(new Command({ resume }), thread), storedRecords(saver)]
})

differential(
  'writes of no task that lie beside the head are applied when the thread goes on',
  async (vocabulary) => {
    const saver = new MemorySaver()
    const graph = chain(vocabulary).compile({ checkpointer: saver, interruptBefore: ['b'] })
    await graph.invoke({ log: ['in'] }, thread)
    const { config } = (await saver.getTuple(thread))!
    await saver.putWrites(config, [['log', ['beside']]], '00000000-0000-0000-0000-000000000000')
    return [
      (await graph.getState(thread)).values,
      await graph.invoke(null, thread),
      await listedRecords(saver),
    ]
  },
)

sameRuns(
  'the writes of finished siblings are handed back, and they do not run again',
  ({ StateGraph }) => {
    const ran: string[] = []
    return new StateGraph(Log)
      .addNode('asks', () => ({ log: [`${ran.join()} ${String(interrupt('?'))}`] }))
      .addNode('sibling', () => {
        ran.push('sibling')
        return { log: ['sibling'] }
      })
      .addEdge(START, 'asks')
      .addEdge(START, 'sibling')
  },
  [{}, new Command({ resume: 'yes' })],
)

sameRuns(
  'paths tell which tasks were triggered, sent, called, or handle a failure',
  ({ StateGraph }) => {
    const called = task('called', async (n: number) => n + 1)
    return new StateGraph(Counter)
      .addNode('calls', async ({ n }) => ({ log: [`${await called(n)} ${await called(n + 1)}`] }))
      .addNode('sent', ({ n }) => ({ log: [`sent ${n}`] }))
      .addNode(
        'fails',
        async () => {
          await setImmediate()
          throw new Error('failed')
        },
        { errorHandler: () => ({ log: ['handled'] }) },
      )
      .addNode('end', noting('end'))
      .addEdge(START, 'calls')
      .addConditionalEdges('calls', () => [10, 11].map((n) => new Send('sent', { n, log: [] })), ['sent'])
      .addEdge('calls', 'fails')
      .addEdge('sent', 'end')
  },
  [{ n: 1 }],
)

sameThread(
  'writes come back in the order in which they are applied: by path, task and position',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('z', async () => ({ log: ['z'] }))
      .addNode('a', async () => {
        await setImmediate()
        return new Command({
          update: [
            ['log', ['a1']],
            ['log', ['a2']],
          ] as never,
        })
      })
      .addNode('sent', async ({ log }) => ({ log: [`sent ${log.length}`] }))
      .addNode('asks', () => ({ log: [String(interrupt('?'))] }))
      .addConditionalEdges(
        START,
        () => ['z', 'a', 'asks', new Send('sent', { log: [1] }), new Send('sent', { log: [] })],
        ['z', 'a', 'asks', 'sent'],
      ),
  after({}, new Command({ resume: 'yes' })),
)
