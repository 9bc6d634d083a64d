// What a checkpoint says without its graph, against what the graph itself says of it.
import { setImmediate } from 'node:timers/promises'
import {
  Annotation,
  Command,
  END,
  MemorySaver,
  START,
  Send,
  StateGraph,
  interrupt,
  type StateSnapshot,
} from '@cairn/graph'
import { SqliteSaver } from '@cairn/sqlite'
import { expect, test } from 'vitest'
import { namesOf, nextNodes, openQuestions, statusOf, viewHead, viewThread } from '../src/checkpoint-view.ts'

const State = Annotation.Root({
  items: Annotation<string[]>({ reducer: (items, more) => [...items, ...more], default: () => [] }),
  mode: Annotation<string>,
})

const config = { configurable: { thread_id: 't' } }

interface Graph {
  invoke(input: unknown, options: typeof config): Promise<unknown>
  getStateHistory(options: typeof config): AsyncIterable<StateSnapshot>
}

interface Comparison {
  readonly saver: MemorySaver
  readonly seen: readonly object[]
  readonly expected: readonly object[]
}

/** Runs the graph; then what each checkpoint says by itself, and what the graph's own history says of it. */
async function compare(build: (saver: MemorySaver) => Graph, ...inputs: unknown[]): Promise<Comparison> {
  const saver = new MemorySaver()
  const graph = build(saver)
  for (const input of inputs) await graph.invoke(input, config)
  const expected: object[] = []
  for await (const { config: address, parentConfig, metadata, values, tasks } of graph.getStateHistory(
    config,
  )) {
    expected.push({
      id: address.configurable?.['checkpoint_id'] as unknown,
      parentId: parentConfig?.configurable?.['checkpoint_id'] as unknown,
      step: metadata?.step,
      source: metadata?.source,
      values,
      tasks: new Map(tasks.map((task) => [task.id, task.name])),
    })
  }
  const views = await viewThread(saver, 't')
  const seen = views.map(({ id, parentId, step, source, values, tasks }) => ({
    id,
    parentId,
    step,
    source,
    values,
    tasks: new Map(tasks.map((task) => [task.id, task.node])),
  }))
  return { saver, seen, expected }
}

const node = (name: string) => () => ({ items: [name] })

test('edges, a join and a conditional edge', async () => {
  const { seen, expected } = await compare(
    (checkpointer) =>
      new StateGraph(State)
        .addNode('plan', node('plan'))
        .addNode('a+b', node('a+b'))
        .addNode('c', node('c'))
        .addNode('join', node('join'))
        .addNode('last', node('last'))
        .addEdge(START, 'plan')
        .addEdge('plan', 'a+b')
        .addEdge('plan', 'c')
        .addEdge(['c', 'a+b'], 'join')
        .addConditionalEdges('join', () => 'last', ['last', END])
        .addEdge('last', END)
        .compile({ checkpointer }),
    { mode: 'x' },
    { mode: 'y' },
  )
  expect(seen).toEqual(expected)
})

test('sends, several to one node', async () => {
  const { saver, seen, expected } = await compare(
    (checkpointer) =>
      new StateGraph(State)
        .addNode('work', node('work'))
        .addNode('other', node('other'))
        .addConditionalEdges(START, () => [new Send('work', {}), new Send('work', {}), 'other'], [
          'work',
          'other',
        ])
        .compile({ checkpointer }),
    { mode: 'x' },
  )
  expect(seen).toEqual(expected)
  const start = (await viewThread(saver, 't')).find(({ step }) => step === 0)!
  expect(namesOf(start.tasks)).toEqual(['work ×2', 'other'])
})

test('a deferred node, which is due only when nothing else is', async () => {
  const { seen, expected } = await compare(
    (checkpointer) =>
      new StateGraph(State)
        .addNode('short', node('short'))
        .addNode('long', node('long'))
        .addNode('longer', node('longer'))
        .addNode('last', node('last'), { defer: true })
        .addEdge(START, 'short')
        .addEdge(START, 'long')
        .addEdge('long', 'longer')
        .addEdge('short', 'last')
        .addEdge(['short', 'longer'], 'last')
        .compile({ checkpointer }),
    { mode: 'x' },
  )
  expect(seen).toEqual(expected)
})

test('commands that say where to go', async () => {
  const { seen, expected } = await compare(
    (checkpointer) =>
      new StateGraph(State)
        .addNode('route', () => new Command({ update: { mode: 'b' }, goto: ['b', new Send('c', {})] }), {
          ends: ['b', 'c'],
        })
        .addNode('b', node('b'))
        .addNode('c', node('c'))
        .addEdge(START, 'route')
        .compile({ checkpointer }),
    { mode: 'x' },
  )
  expect(seen).toEqual(expected)
})

test('a thread that has finished', async () => {
  const saver = new MemorySaver()
  const graph = new StateGraph(State)
    .addNode('a', node('a'))
    .addEdge(START, 'a')
    .compile({ checkpointer: saver })
  await graph.invoke({ mode: 'x' }, config)
  const head = (await viewHead(saver, 't'))!
  expect([statusOf(head), nextNodes(head)]).toEqual(['finished', []])
})

test('two questions, of which one has been answered', async () => {
  const saver = new MemorySaver()
  const graph = new StateGraph(State)
    .addNode('editor', () => ({ mode: interrupt<string, string>('Publish?') }))
    .addNode('seller', () => ({
      items: [interrupt<string, string>('How much?'), interrupt<string, string>('When?')],
    }))
    .addNode('quick', node('quick'))
    .addEdge(START, 'editor')
    .addEdge(START, 'seller')
    .addEdge(START, 'quick')
    .compile({ checkpointer: saver })
  await graph.invoke({ mode: 'x' }, config)
  const asked = (await viewHead(saver, 't'))!
  expect([statusOf(asked), nextNodes(asked)]).toEqual(['interrupted', ['editor', 'seller']])
  expect(openQuestions(asked).map(({ node: asking, value }) => [asking, value])).toEqual([
    ['editor', 'Publish?'],
    ['seller', 'How much?'],
  ])

  const seller = openQuestions(asked).find((question) => question.node === 'seller')!
  await graph.invoke(new Command({ resume: { [seller.id]: '12' } }), config)
  const left = (await viewHead(saver, 't'))!
  expect(openQuestions(left).map(({ node: asking, value }) => [asking, value])).toEqual([
    ['editor', 'Publish?'],
    ['seller', 'When?'],
  ])
})

test('a task that failed beside one that finished', async () => {
  const saver = new MemorySaver()
  const graph = new StateGraph(State)
    .addNode('bad', () => {
      throw new TypeError('No such file.')
    })
    .addNode('good', node('good'))
    .addEdge(START, 'bad')
    .addEdge(START, 'good')
    .compile({ checkpointer: saver })
  await expect(graph.invoke({ mode: 'x' }, config)).rejects.toThrow('No such file.')
  const head = (await viewHead(saver, 't'))!
  expect(statusOf(head)).toBe('failed')
  expect(head.tasks.map(({ node: name, state }) => [name, state])).toEqual([
    ['bad', { kind: 'failed', name: 'TypeError', message: 'No such file.' }],
    ['good', { kind: 'done' }],
  ])
})

test('a question that was answered before the process died is not open', async () => {
  const saver = SqliteSaver.open(':memory:')
  let died = (): void => {}
  const dead = new Promise<void>((resolve) => (died = resolve))
  const graph = new StateGraph(State)
    .addNode('ask', () => {
      interrupt<string, string>('Which?')
      died()
      return new Promise<object>(() => {})
    })
    .addEdge(START, 'ask')
    .compile({ checkpointer: saver })
  await graph.invoke({ mode: 'x' }, config)
  const { id } = openQuestions((await viewHead(saver, 't'))!)[0]!
  void graph.invoke(new Command({ resume: { [id]: 'this' } }), config)
  await dead
  await setImmediate() // what a run stores is there when the event loop has turned
  const head = (await viewHead(saver, 't'))!
  expect([statusOf(head), openQuestions(head), nextNodes(head)]).toEqual(['stopped', [], ['ask']])
})
