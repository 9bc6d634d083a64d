// Changes of a graph, one by one, on threads of each kind that they may meet.
import { MemorySaver as LangGraphMemorySaver, StateGraph as LangGraphStateGraph } from '@langchain/langgraph'
import {
  Annotation,
  Command,
  DeltaChannel,
  MemorySaver,
  START,
  Send,
  StateGraph,
  interrupt,
  type BaseCheckpointSaver,
  type Migration,
} from '@cairn/graph'
import { InvalidPlanError } from '@cairn/engine'
import { describe, expect, test } from 'vitest'

const thread = { configurable: { thread_id: 't' } }
const list = () => Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] })
const ask = (question: string) => `${question} ${interrupt<string, string>(question)}`
const resume = (answer: string) => new Command({ resume: answer }) as never
const delta = () =>
  new DeltaChannel<string[], string[]>((state, writes) => [...state, ...writes.flat()], {
    snapshotFrequency: 50,
  })
const codeOf = (error: unknown) => (error as { code?: string }).code
const failing = (promise: Promise<unknown>) => promise.then(() => 'no failure', codeOf)

describe('the kind of a channel that holds a value', () => {
  const kinds = {
    'one value': () => Annotation<string[]>,
    'a reducer': () => list(),
    'a delta channel': () => delta(),
  }
  const graph = (kind: keyof typeof kinds, checkpointer: BaseCheckpointSaver) =>
    (
      new StateGraph({ log: kinds[kind]() } as never) as unknown as StateGraph<
        unknown,
        { log: string[] },
        object,
        string
      >
    )
      .addNode('plan', () => ({ log: ['plan'] }))
      .addNode('ask', ({ log }) => ({ log: [...(kind === 'one value' ? log : []), ask('which?')] }))
      .addEdge(START, 'plan')
      .addEdge('plan', 'ask')
      .compile({ checkpointer })

  test.each([
    ['one value', 'a reducer'],
    ['one value', 'a delta channel'],
    ['a reducer', 'one value'],
    ['a reducer', 'a delta channel'],
    ['a delta channel', 'a reducer'],
  ] as const)('may change from %s to %s: the value stays', async (before, after) => {
    const saver = new MemorySaver()
    await graph(before, saver).invoke({}, thread)
    expect(await graph(after, saver).invoke(resume('that'), thread)).toMatchObject({
      log: ['plan', 'which? that'],
    })
  })

  test('may not change to one that does not rebuild it', async () => {
    const saver = new MemorySaver()
    await graph('a delta channel', saver).invoke({}, thread)
    expect(await failing(graph('one value', saver).invoke(resume('that'), thread))).toBe('INCOMPATIBLE_GRAPH')
  })
})

test('a renamed delta channel keeps what it held', async () => {
  const saver = new MemorySaver()
  const graph = (name: string, options: { version?: string; migrations?: Migration[] } = {}) =>
    (new StateGraph({ [name]: delta() } as never) as unknown as StateGraph<unknown, object, object, string>)
      .addNode('plan', () => ({ [name]: ['plan'] }))
      .addNode('beside', () => ({ [name]: ['beside'] }))
      .addNode('ask', () => ({ [name]: [ask('first?'), ask('second?')] }))
      .addEdge(START, 'plan')
      .addEdge('plan', 'ask')
      .addEdge('plan', 'beside')
      .compile({ checkpointer: saver, ...options })
  await graph('log').invoke({ log: ['input'] }, thread)
  await graph('log').invoke(resume('a'), thread)
  const next = graph('notes', {
    version: '2',
    migrations: [{ from: '1', to: '2', channels: { log: 'notes' } }],
  })
  expect((await next.getState(thread)).values).toEqual({ notes: ['input', 'plan', 'beside'] })
  const notes = ['input', 'plan', 'first? a', 'second? b', 'beside']
  expect(await next.invoke(resume('b'), thread)).toEqual({ notes })
  expect((await next.getState(thread)).values).toEqual({ notes })
})

describe('sends', () => {
  const graph = (names: readonly string[], saver: BaseCheckpointSaver, migration?: Migration) => {
    const State = Annotation.Root({ item: Annotation<string>, log: list() })
    const builder = new StateGraph(State) as unknown as StateGraph<unknown, { item: string }, object, string>
    builder.addNode('plan', () => ({})).addEdge(START, 'plan')
    for (const name of names) builder.addNode(name, ({ item }) => ({ log: [ask(`${item}?`)] }))
    return builder
      .addConditionalEdges('plan', () => names.map((name) => new Send(name, { item: name })), [...names])
      .compile({ checkpointer: saver, ...(migration && { version: migration.to, migrations: [migration] }) })
  }

  test('to a node that is given up are given up, and the others keep their answers', async () => {
    const saver = new MemorySaver()
    const before = graph(['a', 'b', 'c'], saver)
    const asked = await before.invoke({}, thread)
    const questions = (asked as unknown as { __interrupt__: { id: string; value: string }[] }).__interrupt__
    const idOf = (value: string) => questions.find((question) => question.value === value)!.id
    await before.invoke(new Command({ resume: { [idOf('c?')]: 'yes' } }), thread)
    const after = graph(['b', 'd'], saver, { from: '1', to: '2', nodes: { a: null, c: 'd' } })
    expect(
      (await after.getState(thread)).tasks.map(({ name, interrupts }) => [name, interrupts.length]),
    ).toEqual([
      ['b', 1],
      ['d', 0],
    ])
    const result = await after.invoke(new Command({ resume: { [idOf('b?')]: 'no' } }), thread)
    expect((result as { log?: string[] }).log).toEqual(['b? no', 'c? yes'])
  })
})

describe('a thread that LangGraph has begun', () => {
  const begin = async (saver: BaseCheckpointSaver) => {
    await new LangGraphStateGraph(Annotation.Root({ topic: Annotation<string>, log: list() }))
      .addNode('plan', () => ({ topic: 'stones', log: ['plan'] }))
      .addNode('ask', () => ({ log: [ask('which?')] }))
      .addEdge(START, 'plan')
      .addEdge('plan', 'ask')
      .compile({ checkpointer: saver })
      .invoke({}, thread)
  }
  const next = (saver: BaseCheckpointSaver, migrations?: Migration[]) =>
    new StateGraph(Annotation.Root({ subject: Annotation<string>, log: list() }))
      .addNode('question', () => ({ log: [ask('which?')] }))
      .addEdge(START, 'question')
      .compile({ checkpointer: saver, ...(migrations && { version: '2', migrations }) })

  test.each([
    ["LangGraph's saver", () => new LangGraphMemorySaver() as unknown as BaseCheckpointSaver],
    ["Cairn's", () => new MemorySaver()],
  ])('is not gone on with if its node is gone, nor lost, in %s', async (_, open) => {
    const saver = open()
    await begin(saver)
    expect(await failing(next(saver).invoke(resume('that'), thread))).toBe('INCOMPATIBLE_GRAPH')
    const migrations = [{ from: '1', to: '2', nodes: { ask: 'question' }, channels: { topic: 'subject' } }]
    expect(await next(saver, migrations).invoke(resume('that'), thread)).toEqual({
      subject: 'stones',
      log: ['plan', 'which? that'],
    })
  })
})

test('a run from a checkpoint of the past begins with a migrated copy of it', async () => {
  const saver = new MemorySaver()
  const graph = (name: string, migration?: Migration) =>
    (
      new StateGraph(Annotation.Root({ log: list() })) as unknown as StateGraph<
        unknown,
        object,
        object,
        string
      >
    )
      .addNode(name, () => ({ log: [name] }))
      .addNode('end', () => ({ log: ['end'] }))
      .addEdge(START, name)
      .addEdge(name, 'end')
      .compile({ checkpointer: saver, ...(migration && { version: migration.to, migrations: [migration] }) })
  const before = graph('first')
  await before.invoke({}, thread)
  const history = []
  for await (const { config, next } of before.getStateHistory(thread)) history.push({ config, next })
  const past = history.find(({ next }) => next[0] === 'first')!.config
  expect(await failing(graph('other').invoke(null, past))).toBe('INCOMPATIBLE_GRAPH')
  const after = graph('other', { from: '1', to: '2', nodes: { first: 'other' } })
  expect(await after.invoke(null, past)).toEqual({ log: ['other', 'end'] })
})

test('the handler of a failed task asks on when its node is renamed', async () => {
  const saver = new MemorySaver()
  let failures = 0
  const graph = (name: string, migration?: Migration) =>
    (
      new StateGraph(Annotation.Root({ log: list() })) as unknown as StateGraph<
        unknown,
        object,
        object,
        string
      >
    )
      .addNode(
        name,
        () => {
          failures++
          throw new Error('broken')
        },
        { errorHandler: () => ({ log: [ask('rescue?')] }) } as never,
      )
      .addEdge(START, name)
      .compile({ checkpointer: saver, ...(migration && { version: migration.to, migrations: [migration] }) })
  await graph('work').invoke({}, thread)
  const after = graph('labour', { from: '1', to: '2', nodes: { work: 'labour' } })
  expect(await after.invoke(resume('yes'), thread)).toEqual({ log: ['rescue? yes'] })
  expect(failures).toBe(1)
})

describe('mistakes in migrations', () => {
  const compile = (version: string | undefined, migrations: Migration[]) => () =>
    new StateGraph(Annotation.Root({ log: list() }))
      .addNode('say', () => ({}))
      .addEdge(START, 'say')
      .compile({ ...(version !== undefined && { version }), migrations })

  test('are told when the graph is compiled, all of them', () => {
    expect(
      compile('3', [
        { from: '1', to: '2' },
        { from: '2', to: '3', nodes: { a: 'missing' }, channels: { b: 'nowhere', c: null } },
        { from: '2', to: '3' },
        { from: '3', to: '3' },
        { from: '3', to: '4' },
      ]),
    ).toThrow(
      new InvalidPlanError('LangGraph', [
        'the migration from version "2" to "3" names the node "missing", which the graph does not have',
        'the migration from version "2" to "3" names the channel "nowhere", which the graph does not have',
        'the migration from version "2" to "3" is there twice',
        'the migration from version "3" to "3" leads nowhere',
        `the migration from version "3" to "4" does not lead to the graph's version, "3", and no other one goes on from there`,
      ]),
    )
  })

  test('are none if each leads to the version of the graph, or back from it', () => {
    expect(compile(undefined, [{ from: '2', to: '1' }])).not.toThrow()
  })
})
