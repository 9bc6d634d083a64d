import { Annotation, Command, Overwrite, START } from '@langchain/langgraph'
import { differential, sameRuns } from './harness/differential.ts'
import { kindOfOutcome } from './harness/observe.ts'

const Sum = Annotation.Root({
  total: Annotation<number>({ reducer: (a, b) => a + b, default: () => 10 }),
  list: Annotation<string[], string | string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
  last: Annotation<string>,
})

sameRuns(
  'a reducer folds what the nodes of a superstep wrote, in the order of their names',
  ({ StateGraph }) =>
    new StateGraph(Sum)
      .addNode('b', () => ({ total: 1, list: 'b' }))
      .addNode('a', () => ({ total: 2, list: ['a1', 'a2'] }))
      .addNode('c', ({ total, list }) => ({ last: `${total} ${list.join()}` }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(['a', 'b'], 'c'),
  [{}, { total: 5, list: 'in', last: 'x' }],
)

sameRuns(
  'without a default the first write becomes the value as it is',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({
        text: Annotation<string>({ reducer: (a: string, b: string) => `(${a}+${b})` }),
        other: Annotation<string>,
      }),
    )
      .addNode('a', ({ text }) => ({ text: 'a', other: text }))
      .addNode('b', () => ({ text: 'b' }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ other: 'none' }, { text: 'input' }],
)

sameRuns(
  'an Overwrite replaces the value, and later writes of its superstep are left out',
  ({ StateGraph }) =>
    new StateGraph(Sum)
      .addNode('a', () => ({ list: 'a' }))
      .addNode('b', () => ({ list: new Overwrite(['only']) }))
      .addNode('c', () => ({ list: 'c' }))
      .addNode('d', ({ list }) => ({ last: list.join() }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(START, 'c')
      .addEdge(['a', 'b', 'c'], 'd'),
  [{ list: 'before' }],
)

sameRuns(
  'an Overwrite in its plain forms, from input, node and command',
  ({ StateGraph }) =>
    new StateGraph(Sum)
      .addNode('a', () => ({ total: { __overwrite__: 1 } as never }))
      .addNode('b', () => new Command({ update: { list: new Overwrite(['b']) } }))
      .addNode('c', () => ({ total: { type: '__overwrite__', value: 3 } as never }))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'c'),
  [{ total: new Overwrite(0) as never, list: 'x' }],
)

differential('two Overwrites of one key in a superstep are an error', ({ StateGraph }) =>
  kindOfOutcome(() =>
    new StateGraph(Sum)
      .addNode('a', () => ({ total: new Overwrite(1) }))
      .addNode('b', () => ({ total: new Overwrite(2) }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .compile()
      .invoke({}),
  ),
)

sameRuns(
  'defaults are there for the first node, and for each thread anew',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({
        count: Annotation<number>({ reducer: (_, b) => b, default: () => 42 }),
        box: Annotation<{ items: string[] }>({
          reducer: (a, b) => ({ items: [...a.items, ...b.items] }),
          default: () => ({ items: [] }),
        }),
        seen: Annotation<string>,
      }),
    )
      .addNode('a', ({ count, box }) => ({ seen: `${count} ${box.items.length}`, box: { items: ['a'] } }))
      .addEdge(START, 'a'),
  [{}, {}],
)

sameRuns(
  'keys that were never written are missing from what nodes and callers see',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({ a: Annotation<string>, b: Annotation<string>, keys: Annotation<string[]> }),
    )
      .addNode('look', (state) => ({ keys: Object.keys(state) }))
      .addNode('again', (state) => ({ keys: Object.keys(state), b: undefined as never }))
      .addNode('last', (state) => ({ keys: Object.keys(state) }))
      .addEdge(START, 'look')
      .addEdge('look', 'again')
      .addEdge('again', 'last'),
  [{ a: 'given' }],
)

sameRuns(
  'null, false, zero and the empty string are values',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({
        a: Annotation<unknown>,
        b: Annotation<unknown>,
        c: Annotation<unknown>,
        d: Annotation<unknown>,
      }),
    )
      .addNode('one', (state) => ({ a: null, b: state.a, c: 0, d: '' }))
      .addNode('two', (state) => ({ a: [state.a, state.b, state.c, state.d] }))
      .addEdge(START, 'one')
      .addEdge('one', 'two'),
  [{ a: false }],
)

sameRuns(
  'an update of no keys counts as one',
  ({ StateGraph }) =>
    new StateGraph(Sum)
      .addNode('empty', () => ({}))
      .addNode('nothing', () => undefined as never)
      .addNode('null', () => null as never)
      .addEdge(START, 'empty')
      .addEdge('empty', 'nothing')
      .addEdge('nothing', 'null'),
  [{ last: 'x' }],
)

sameRuns(
  'a reducer that throws fails the run at the barrier',
  ({ StateGraph }) =>
    new StateGraph(
      Annotation.Root({
        n: Annotation<number>({
          reducer: (a, b) => {
            if (b > 1) throw new RangeError('too much')
            return a + b
          },
          default: () => 0,
        }),
      }),
    )
      .addNode('a', () => ({ n: 1 }))
      .addNode('b', () => ({ n: 2 }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{}, null],
)
