import {
  Annotation,
  Command,
  DeltaValue,
  END,
  MessagesDeltaValue,
  Overwrite,
  START,
  Send,
  StateSchema,
  interrupt,
} from '@langchain/langgraph'
import { DeltaChannel } from '@langchain/langgraph/channels'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { z } from 'zod/v4'
import { sameRuns } from './harness/differential.ts'
import { countdown, deltaLog } from './harness/delta-log.ts'

sameRuns(
  'a delta channel gives its reducer all writes of a superstep, in the order of their tasks',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({
        calls: () => new DeltaChannel<string[][], string>((calls, writes) => [...calls, writes]),
        saw: Annotation<number>,
      }),
    )
      .addNode('b', () => ({ calls: 'b' }))
      .addNode(
        'a',
        () =>
          new Command({
            update: [
              ['calls', 'a1'],
              ['calls', 'a2'],
            ] as never,
          }),
      )
      .addNode('c', ({ calls }) => ({ calls: 'c', saw: calls.length }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(['a', 'b'], 'c'),
  [{ calls: 'in' }, {}, { calls: 'again' }],
)

sameRuns(
  'a delta channel holds an empty list before it is written, or what its factory gives',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({
        empty: () => new DeltaChannel<string[], string>((list, more) => [...list, ...more]),
        text: () =>
          new DeltaChannel<string, string>((text, more) => [text, ...more].join(' '), {
            initialValueFactory: () => 'once',
          }),
      }),
    )
      .addNode('a', ({ empty, text }) => ({ text: `saw ${JSON.stringify(empty)} and "${text}"` }))
      .addEdge(START, 'a'),
  [{}, { empty: 'x' }, { text: 'given' }],
)

sameRuns(
  'sent tasks write to a delta channel in the order of the sends',
  ({ StateGraph }) =>
    new StateGraph(deltaLog())
      .addNode(
        'fan',
        () => new Command({ goto: [1, 2, 3].map((id) => new Send('each', { id })), update: { log: 'fan' } }),
        { ends: ['each'] },
      )
      .addNode('each', async ({ id }: { id: number }) => ({ log: `each ${id}` }))
      .addNode('end', ({ log }) => ({ n: log.length }))
      .addEdge(START, 'fan')
      .addEdge('each', 'end'),
  [{ log: 'in' }, { log: 'again' }],
)

sameRuns(
  'a router sees what its own task wrote to a delta channel, and nothing of its siblings',
  ({ StateGraph }) =>
    new StateGraph(deltaLog())
      .addNode('a', () => ({ log: 'a' }))
      .addNode('b', () => ({ log: ['b1', 'b2'] }))
      .addNode('two', ({ log }) => ({ log: `two of ${log.length}` }))
      .addNode('three', ({ log }) => ({ log: `three of ${log.length}` }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addConditionalEdges('a', ({ log }) => (log.length === 2 ? 'two' : 'three'))
      .addConditionalEdges('b', ({ log }) => (log.length === 2 ? 'two' : 'three')),
  [{ log: 'in' }],
)

sameRuns(
  'an Overwrite in its three forms resets a delta channel',
  ({ StateGraph }) =>
    new StateGraph(deltaLog())
      .addNode('a', () => ({ log: new Overwrite(['a']) }))
      .addNode('b', () => ({ log: { __overwrite__: ['b', 'c'] } }))
      .addNode('c', () => ({ log: { type: '__overwrite__', value: ['d'] } as never }))
      .addNode('d', () => ({ log: new Overwrite(undefined as never) }))
      .addNode('e', () => ({ log: 'e' }))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'c')
      .addEdge('c', 'd')
      .addEdge('d', 'e'),
  [{ log: 'in' }, { log: new Overwrite(['given']) }],
)

sameRuns(
  'an Overwrite wins over all else that is written to a delta channel in its superstep',
  ({ StateGraph }) =>
    new StateGraph(deltaLog())
      .addNode('a', () => ({ log: 'before' }))
      .addNode('b', () => ({ log: new Overwrite(['only']) }))
      .addNode('c', () => ({ log: 'after' }))
      .addNode('d', ({ log }) => ({ n: log.length }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(START, 'c')
      .addEdge(['a', 'b', 'c'], 'd'),
  [{ log: 'in' }, { log: 'again' }],
)

sameRuns(
  'two Overwrites of a delta channel in a superstep are refused',
  ({ StateGraph }) =>
    new StateGraph(deltaLog())
      .addNode('a', () => ({ log: new Overwrite(['a']) }))
      .addNode('b', () => ({ log: new Overwrite(['b']) }))
      .addEdge(START, 'a')
      .addEdge(START, 'b'),
  [{ log: 'in' }],
)

sameRuns(
  "what a delta channel's reducer throws fails the run",
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({
        sum: () =>
          new DeltaChannel<number, number>(
            (sum, more) => {
              if (more.includes(0)) throw new RangeError('nothing to add')
              return more.reduce((a, b) => a + b, sum)
            },
            { initialValueFactory: () => 10 },
          ),
      }),
    )
      .addNode('a', () => ({ sum: 1 }))
      .addNode('b', () => ({ sum: 0 }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ sum: 5 }, null],
)

sameRuns(
  'a delta channel whose reducer gives nothing is empty',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({
        gone: () => new DeltaChannel<unknown, string>(() => undefined),
        keys: Annotation<string[]>,
      }),
    )
      .addNode('a', (state) => ({ gone: 'x', keys: Object.keys(state) }))
      .addNode('b', (state) => ({ keys: Object.keys(state) }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ keys: [] }, { keys: [] }],
)

sameRuns(
  'a question beside a node that writes to a delta channel',
  ({ StateGraph }) =>
    new StateGraph(deltaLog())
      .addNode('a', () => ({ log: 'a' }))
      .addNode('ask', () => ({ log: `answered ${String(interrupt('?'))}` }))
      .addNode('b', () => ({ log: 'b' }))
      .addNode('c', ({ log }) => ({ n: log.length }))
      .addEdge(START, 'a')
      .addEdge('a', 'ask')
      .addEdge('a', 'b')
      .addEdge(['ask', 'b'], 'c'),
  [
    { log: 'in' },
    new Command({ resume: 'yes' }),
    { log: 'again' },
    new Command({ resume: 'no', update: { log: 'with the answer' } }),
  ],
)

sameRuns(
  'a command as input updates a delta channel',
  ({ StateGraph }) =>
    new StateGraph(deltaLog())
      .addNode('work', countdown)
      .addEdge(START, 'work')
      .addConditionalEdges('work', ({ n }) => (n > 0 ? 'work' : END)),
  [
    { log: 'in', n: 1 },
    new Command({ update: { log: 'command', n: 2 }, goto: 'work' }),
    new Command({ update: { log: new Overwrite(['command']), n: 2 }, goto: 'work' }),
    { n: 1 },
  ],
)

sameRuns(
  'a nested graph shares a delta channel with the one around it',
  ({ StateGraph }) => {
    const child = new StateGraph(deltaLog())
      .addNode('x', ({ log }) => ({ log: `child after ${log.length}` }))
      .addNode('y', () => ({ log: `answered ${String(interrupt('?'))}` }))
      .addEdge(START, 'x')
      .addEdge('x', 'y')
      .compile()
    return new StateGraph(deltaLog())
      .addNode('child', child)
      .addNode('after', ({ log }) => ({ log: `after ${log.length}` }))
      .addEdge(START, 'child')
      .addEdge('child', 'after')
  },
  [{ log: 'in' }, new Command({ resume: 'yes' }), { log: 'again' }, new Command({ resume: 'no' })],
)

sameRuns(
  'a nested graph that remembers keeps a delta channel of its own',
  ({ StateGraph }) => {
    const child = new StateGraph(deltaLog({ snapshotFrequency: 3 }))
      .addNode('x', ({ log }) => ({ log: `child after ${log.length}` }))
      .addEdge(START, 'x')
      .compile({ checkpointer: true })
    return new StateGraph(deltaLog())
      .addNode('child', async () => ({ log: (await child.invoke({ log: 'given' })).log }))
      .addEdge(START, 'child')
  },
  [{ log: 'in' }, { log: 'again' }, { log: 'third' }],
)

const Schema = new StateSchema({
  messages: MessagesDeltaValue,
  history: new DeltaValue(
    z.array(z.string()).default(() => ['default']),
    {
      inputSchema: z.string(),
      reducer: (history, more) => [...history, ...more],
      snapshotFrequency: 2,
    },
  ),
  n: z.number().default(0),
})

sameRuns(
  'a DeltaValue of a StateSchema is a delta channel with its default, whose updates are parsed',
  ({ StateGraph }) =>
    new StateGraph(Schema)
      .addNode('a', () => ({ messages: 'x', history: 'a' }))
      .addNode('b', ({ history, n }) => ({
        messages: [new AIMessage('b')],
        history: `b after ${history.length}`,
        n: n + 1,
      }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [
    { messages: [new HumanMessage('h')], history: 'in' },
    { history: 'again' },
    { history: 5 },
    { history: new Overwrite(['replaced']) },
  ],
)

sameRuns(
  'an update that the input schema of a DeltaValue does not take is refused',
  ({ StateGraph }) =>
    new StateGraph(Schema).addNode('a', () => ({ history: 5 as never })).addEdge(START, 'a'),
  [{ history: 'in' }],
)

sameRuns(
  "a subclass of the user's is a delta channel too",
  ({ StateGraph }) => {
    class Shouting extends DeltaChannel<string[], string> {
      constructor() {
        super((list, more) => [...list, ...more.map((line) => line.toUpperCase())], { snapshotFrequency: 2 })
      }
    }
    return new StateGraph(Annotation.Root({ log: () => new Shouting() }))
      .addNode('a', ({ log }) => ({ log: `a after ${log.length}` }))
      .addNode('b', ({ log }) => ({ log: `b after ${log.length}` }))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
  },
  [{ log: 'in' }, { log: 'again' }],
)
