// A thread that was stopped under one version of a graph, and is to go on with another.
import {
  Annotation,
  Command,
  END,
  IncompatibleGraphError,
  MemorySaver,
  START,
  Send,
  StateGraph,
  interrupt,
} from '@cairn/graph'
import { describe, expect, test } from 'vitest'
import { warningsOf } from '../divergences/both-engines.ts'

const State = Annotation.Root({
  topic: Annotation<string>,
  log: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
})
const thread = { configurable: { thread_id: 't1' } }

/** A graph that asks in the node of this name. */
function asking(name: string, checkpointer: MemorySaver, options: object = {}) {
  return new StateGraph(State)
    .addNode('plan', () => ({ topic: 'stones', log: ['plan'] }))
    .addNode(name, () => ({ log: [`answer: ${interrupt<string, string>('which?')}`] }))
    .addNode('done', () => ({ log: ['done'] }))
    .addEdge(START, 'plan')
    .addEdge('plan', name as 'plan')
    .addEdge(name as 'plan', 'done')
    .addEdge('done', END)
    .compile({ checkpointer, ...options })
}

async function failure(promise: Promise<unknown>): Promise<IncompatibleGraphError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(IncompatibleGraphError)
  return error as IncompatibleGraphError
}

describe('a thread that waits in a node that is gone', () => {
  test('does not go on, and the error says what to do', async () => {
    const saver = new MemorySaver()
    await asking('ask', saver).invoke({}, thread)
    const error = await failure(asking('ask_human', saver).invoke(new Command({ resume: 'that' }), thread))
    expect(error.code).toBe('INCOMPATIBLE_GRAPH')
    expect(error.at.threadId).toBe('t1')
    expect(error.losses).toEqual([
      {
        kind: 'task',
        node: 'ask',
        isFinished: false,
        why: 'gone',
        channel: 'branch:to:ask',
        near: ['ask_human'],
      },
    ])
    expect(error.message.replace(/[0-9a-f-]{36}/, '<id>')).toMatchInlineSnapshot(`
      "Thread "t1" stands at checkpoint <id>, which version "1" of the graph has made. Graph "LangGraph", version "1", would lose some of it:
      - node "ask" is due next, and is gone (was it renamed to "ask_human"?)
      Tell the graph what became of these names, and the thread goes on from where it stands (null for what is to be given up):
        compile({ version: '2', migrations: [{ from: '1', to: '2', nodes: { ask: 'ask_human' } }] })"
    `)
  })

  test('is as it was after the error: the graph that asked goes on with it', async () => {
    const saver = new MemorySaver()
    const before = asking('ask', saver)
    await before.invoke({}, thread)
    await failure(asking('ask_human', saver).invoke(new Command({ resume: 'that' }), thread))
    const result = await before.invoke(new Command({ resume: 'that' }), thread)
    expect(result.log).toEqual(['plan', 'answer: that', 'done'])
  })

  test('may be given a new input, which gives up what it waited for', async () => {
    const saver = new MemorySaver()
    await asking('ask', saver).invoke({}, thread)
    await asking('ask_human', saver).invoke({}, thread)
    const result = await asking('ask_human', saver).invoke(new Command({ resume: 'that' }), thread)
    expect(result.log).toEqual(['plan', 'plan', 'answer: that', 'done'])
  })
})

describe('nothing is lost by', () => {
  test('a new node, a new channel, other code and another reducer', async () => {
    const saver = new MemorySaver()
    await asking('ask', saver).invoke({}, thread)
    const next = new StateGraph(
      Annotation.Root({
        ...State.spec,
        log: Annotation<string[]>({ reducer: (a, b) => [...b, ...a], default: () => ['new'] }),
        more: Annotation<number>,
      }),
    )
      .addNode('first', () => ({}))
      .addNode('plan', () => ({ topic: 'other', log: ['other'] }))
      .addNode('ask', () => ({ log: [`now: ${interrupt<string, string>('and?')}`] }))
      .addNode('last', () => ({ more: 1 }))
      .addEdge(START, 'first')
      .addEdge('first', 'plan')
      .addEdge('plan', 'ask')
      .addEdge('ask', 'last')
      .compile({ checkpointer: saver })
    const result = await next.invoke(new Command({ resume: 'that' }), thread)
    expect(result).toEqual({ topic: 'stones', log: ['now: that', 'plan'], more: 1 })
  })

  test('a channel that is gone and holds what it began with', async () => {
    const saver = new MemorySaver()
    const before = new StateGraph(
      Annotation.Root({
        ...State.spec,
        notes: Annotation<string[]>({ reducer: (a) => a, default: () => ['none'] }),
      }),
    )
      .addNode('ask', () => ({ log: [interrupt<string, string>('which?')] }))
      .addEdge(START, 'ask')
      .compile({ checkpointer: saver })
    await before.invoke({}, thread)
    const next = new StateGraph(State)
      .addNode('ask', () => ({ log: [interrupt<string, string>('which?')] }))
      .addEdge(START, 'ask')
      .compile({ checkpointer: saver })
    expect(await next.invoke(new Command({ resume: 'that' }), thread)).toEqual({ log: ['that'] })
  })

  test('a node that is gone before anybody came to it', async () => {
    const saver = new MemorySaver()
    await asking('ask', saver).invoke({}, thread)
    const next = new StateGraph(State)
      .addNode('ask', () => ({ log: [interrupt('which?')] }))
      .addEdge(START, 'ask')
      .compile({ checkpointer: saver })
    const result = await next.invoke(new Command({ resume: 'that' }), thread)
    expect(result.log).toEqual(['plan', 'that'])
  })
})

test('a channel that holds a value and is gone is a loss while the thread has more to do', async () => {
  const saver = new MemorySaver()
  await asking('ask', saver).invoke({}, thread)
  const next = new StateGraph(Annotation.Root({ subject: Annotation<string>, log: State.spec.log }))
    .addNode('ask', () => ({ log: [interrupt('which?')] }))
    .addEdge(START, 'ask')
    .compile({ checkpointer: saver })
  const { losses } = await failure(next.invoke(new Command({ resume: 'that' }), thread))
  expect(losses).toEqual([
    { kind: 'channel', channel: 'topic', was: 'LastValue', is: undefined, near: ['subject'] },
  ])
})

describe('a thread that has ended', () => {
  const without = (checkpointer: MemorySaver, strict: boolean) =>
    new StateGraph(Annotation.Root({ log: State.spec.log }))
      .addNode('say', () => ({ log: ['say'] }))
      .addEdge(START, 'say')
      .compile({ checkpointer, strict })

  async function ended(): Promise<MemorySaver> {
    const saver = new MemorySaver()
    const graph = asking('ask', saver)
    await graph.invoke({}, thread)
    await graph.invoke(new Command({ resume: 'that' }), thread)
    return saver
  }

  test('goes on without a channel that is gone, with one warning', async () => {
    const saver = await ended()
    const graph = without(saver, false)
    let result: typeof State.State | undefined
    const warnings = await warningsOf(async () => {
      await graph.invoke({ log: ['again'] }, thread)
      result = (await graph.invoke({ log: ['and again'] }, thread)) as typeof State.State
    })
    expect(result?.log).toEqual(['plan', 'answer: that', 'done', 'again', 'say', 'and again', 'say'])
    expect(warnings).toMatchInlineSnapshot(`
      [
        [
          "CAIRN_DROPPED_VALUE",
          "Thread "t1" goes on without a part of its state: channel "topic" holds a value, and is gone. A migration says what became of it; with \`strict: true\` this is an error.",
        ],
      ]
    `)
  })

  test('does not, if the graph is strict', async () => {
    const saver = await ended()
    const { losses } = await failure(without(saver, true).invoke({ log: ['again'] }, thread))
    expect(losses).toMatchObject([{ kind: 'channel', channel: 'topic' }])
  })
})

test('a task that was sent to a node that is gone is a loss', async () => {
  const saver = new MemorySaver()
  const graph = (worker: string) =>
    new StateGraph(State)
      .addNode('plan', () => ({}))
      .addNode(worker, ({ topic }: { topic: string }) => ({ log: [topic] }))
      .addEdge(START, 'plan')
      .addConditionalEdges('plan', () => [new Send(worker, { topic: 'a' }), new Send(worker, { topic: 'b' })])
      .compile({ checkpointer: saver, interruptBefore: [worker as 'plan'] })
  await graph('worker').invoke({}, thread)
  const { losses } = await failure(graph('laborer').invoke(null, thread))
  expect(losses).toEqual([{ kind: 'send', node: 'worker', count: 2, near: ['laborer'] }])
})

describe('a join that has begun to fill', () => {
  const joining = (saver: MemorySaver, parents: ('a' | 'b' | 'slow')[]) =>
    new StateGraph(State)
      .addNode('a', () => ({ log: ['a'] }))
      .addNode('b', () => ({ log: ['b'] }))
      .addNode('slow', () => ({ log: ['slow'] }))
      .addNode('end', () => ({ log: ['end'] }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge('b', 'slow')
      .addEdge(parents, 'end')
      .compile({ checkpointer: saver, interruptBefore: ['slow'] })

  test('and waits for others now is a loss', async () => {
    const saver = new MemorySaver()
    await joining(saver, ['a', 'slow']).invoke({}, thread)
    const { losses } = await failure(joining(saver, ['a', 'b', 'slow']).invoke(null, thread))
    expect(losses).toEqual([
      { kind: 'join', channel: 'join:a+slow:end', arrived: ['a'], near: ['join:a+b+slow:end'] },
    ])
  })

  test('is none if nobody has arrived', async () => {
    const saver = new MemorySaver()
    await joining(saver, ['slow', 'b']).invoke({}, thread)
    await failure(joining(saver, ['a', 'slow']).invoke(null, thread))
    const other = new MemorySaver()
    const before = new StateGraph(State)
      .addNode('a', () => ({ log: ['a'] }))
      .addNode('b', () => ({ log: ['b'] }))
      .addNode('end', () => ({ log: ['end'] }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
    await before
      .addEdge(['a', 'b'], 'end')
      .compile({ checkpointer: other, interruptBefore: ['a', 'b'] })
      .invoke({}, thread)
    const result = await joining(other, ['b', 'slow']).invoke(null, thread)
    expect(result.log).toEqual(['a', 'b'])
  })
})

test('a nested graph is looked at before anything runs', async () => {
  const saver = new MemorySaver()
  const ran: string[] = []
  const outer = (inner: string) =>
    new StateGraph(State)
      .addNode('deep', asking(inner, saver, { checkpointer: undefined }))
      .addNode('beside', () => {
        ran.push('beside')
        return { log: [interrupt('beside?')] }
      })
      .addEdge(START, 'deep')
      .addEdge(START, 'beside')
      .compile({ checkpointer: saver })
  await outer('ask').invoke({}, thread)
  const error = await failure(outer('question').invoke(null, thread))
  expect(error.at.namespace).toMatch(/^deep:/)
  expect(error.losses).toMatchObject([{ kind: 'task', node: 'ask', near: ['question'] }])
  expect(ran).toEqual(['beside'])
})
