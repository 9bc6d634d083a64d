// Where a task may go, what it may write, and when a join or a deferred node runs.
import {
  Annotation,
  Command,
  InvalidUpdateError,
  MemorySaver,
  START,
  Send,
  interrupt,
} from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { UnknownKeyError, UnknownNodeError } from '../../src/index.ts'
import { Log, noting } from '../differential/harness/states.ts'
import { Cairn, LangGraph, endOf, thread, warningsOf, type Builder } from './both-engines.ts'

describe('a destination that does not exist', () => {
  const message =
    'Node "plan" goes to "serch", but the graph has no node of that name. Did you mean "search"? Its nodes are: plan, search.'
  const graph = (StateGraph: Builder, path: () => unknown) =>
    new StateGraph(Log)
      .addNode('plan', noting('plan'))
      .addNode('search', noting('search'))
      .addEdge(START, 'plan')
      .addConditionalEdges('plan', path as () => string)
      .compile()
  const commanding = (StateGraph: Builder) =>
    new StateGraph(Log)
      .addNode('plan', () => new Command({ goto: 'serch', update: { log: ['plan'] } }), { ends: ['search'] })
      .addNode('search', noting('search'))
      .addEdge(START, 'plan')
      .compile()

  test('LangGraph goes nowhere, from a conditional edge', async () => {
    expect(await graph(LangGraph, () => 'serch').invoke({})).toEqual({ log: ['plan after 0'] })
  })

  test('LangGraph goes nowhere, from a command', async () => {
    expect(await commanding(LangGraph).invoke({})).toEqual({ log: ['plan'] })
    expect(await commanding(LangGraph).invoke(new Command({ goto: 'serch' as 'search' }))).toEqual({
      log: [],
    })
  })

  test('Cairn says from where, to what, and what is near, for a conditional edge', async () => {
    const error = await endOf(graph(Cairn, () => 'serch').invoke({}))
    expect(error).toBeInstanceOf(UnknownNodeError)
    expect(error).toBeInstanceOf(InvalidUpdateError)
    expect(error).toMatchObject({
      code: 'UNKNOWN_NODE',
      message,
      target: 'serch',
      sender: 'plan',
      known: ['plan', 'search'],
    })
  })

  test('Cairn says the same of a send', async () => {
    expect(await endOf(graph(Cairn, () => new Send('serch', {})).invoke({}))).toMatchObject({ message })
  })

  test('Cairn says the same of a command that a node returns', async () => {
    expect(await endOf(commanding(Cairn).invoke({}))).toMatchObject({ message })
  })

  test('Cairn says the same of a command as input', async () => {
    expect(await endOf(commanding(Cairn).invoke(new Command({ goto: 'serch' as 'search' })))).toMatchObject({
      message: message.replace('Node "plan"', 'The command'),
      sender: undefined,
    })
  })
})

describe('a key that the state does not have', () => {
  const graph = (StateGraph: Builder, options: object = {}) =>
    new StateGraph(Log)
      .addNode('a', () => ({ log: ['a'], lgo: ['typo'] }))
      .addEdge(START, 'a')
      .compile(options)
  const message = 'Node "a" returned the key "lgo", which the state does not have; its keys are log.'

  test('LangGraph drops it, and says nothing', async () => {
    expect(await warningsOf(() => graph(LangGraph).invoke({}))).toEqual([])
    expect(await graph(LangGraph).invoke({})).toEqual({ log: ['a'] })
  })

  test('Cairn drops it, and warns once', async () => {
    const compiled = graph(Cairn)
    const warnings = await warningsOf(async () => {
      expect(await compiled.invoke({})).toEqual({ log: ['a'] })
      await compiled.invoke({})
    })
    expect(warnings).toEqual([
      ['CAIRN_UNKNOWN_KEY', `${message} It is dropped; compile with { strict: true } to make this an error.`],
    ])
  })

  test('Cairn fails, when it was compiled to be strict', async () => {
    const error = await endOf(graph(Cairn, { strict: true }).invoke({}))
    expect(error).toBeInstanceOf(UnknownKeyError)
    expect(error).toMatchObject({ code: 'UNKNOWN_KEY', message, node: 'a', key: 'lgo', known: ['log'] })
  })

  test('Cairn lets a nested graph have keys of its own', async () => {
    const child = new Cairn(Annotation.Root({ ...Log.spec, own: Annotation<number> }))
      .addNode('inner', () => ({ log: ['inner'], own: 1 }))
      .addEdge(START, 'inner')
      .compile()
    const outer = new Cairn(Log)
      .addNode('child', child)
      .addEdge(START, 'child')
      .compile({ ...({ strict: true } as object) })
    expect(await warningsOf(async () => expect(await outer.invoke({})).toEqual({ log: ['inner'] }))).toEqual(
      [],
    )
  })

  test('Cairn takes a command without an update for none', async () => {
    const going = new Cairn(Log)
      .addNode('a', () => new Command({ goto: 'b' }), { ends: ['b'] })
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .compile()
    expect(await warningsOf(() => going.invoke({}))).toEqual([])
  })
})

describe('a command for the graph around the root', () => {
  const run = (StateGraph: Builder) =>
    new StateGraph(Log)
      .addNode('a', () => new Command({ graph: Command.PARENT, goto: 'b', update: { log: ['lost'] } }))
      .addEdge(START, 'a')
      .compile()
      .invoke({ log: ['in'] })

  test('LangGraph drops it, and says nothing', async () => {
    expect(await warningsOf(async () => expect(await run(LangGraph)).toEqual({ log: ['in'] }))).toEqual([])
  })

  test('Cairn drops it, and warns', async () => {
    expect(await warningsOf(async () => expect(await run(Cairn)).toEqual({ log: ['in'] }))).toEqual([
      [
        'CAIRN_NO_PARENT_GRAPH',
        'Node "a" returned a Command for the graph around its own, but there is none: the command is dropped.',
      ],
    ])
  })
})

describe('an edge and a join into one node that are ready together', () => {
  const asked = async (StateGraph: Builder) => {
    const graph = new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addNode('joined', ({ log }) => ({ log: [`joined after ${log.length}: ${String(interrupt('go?'))}`] }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(['a', 'b'], 'joined')
      .addEdge('a', 'joined')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    await graph.invoke(new Command({ resume: 'yes' }), thread)
    return (await graph.getState(thread)).next
  }

  test('LangGraph has the node run once more', async () => {
    expect(await asked(LangGraph)).toEqual(['joined'])
  })

  test('Cairn has seen both', async () => {
    expect(await asked(Cairn)).toEqual([])
  })
})

describe('a join of which a parent does not run', () => {
  const stalled = (StateGraph: Builder) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addNode('joined', noting('joined'))
      .addConditionalEdges(START, () => 'a', ['a', 'b'])
      .addEdge(['a', 'b'], 'joined')
      .compile()

  test('LangGraph ends, and says nothing', async () => {
    expect(await warningsOf(() => stalled(LangGraph).invoke({}))).toEqual([])
  })

  test('Cairn ends with the same, and warns', async () => {
    const warnings = await warningsOf(async () => {
      expect(await stalled(Cairn).invoke({})).toEqual(await stalled(LangGraph).invoke({}))
    })
    expect(warnings).toEqual([
      [
        'CAIRN_STALLED_JOIN',
        'Graph "LangGraph" ended while "joined" still waits for b, which did not run. ' +
          'If that is meant, join with addJoin(…, { when: "any" }) or { when: "activated" }.',
      ],
    ])
  })
})

describe('addJoin, which LangGraph does not have', () => {
  /** `long` takes two supersteps, `short` one; `goes` names those that run. */
  const joining = (when: 'all' | 'any' | 'activated', goes: string[]) =>
    new Cairn(Log)
      .addNode('long1', noting('long1'))
      .addNode('long2', noting('long2'))
      .addNode('short', noting('short'))
      .addNode('joined', noting('joined'))
      .addConditionalEdges(START, () => goes, ['long1', 'short'])
      .addEdge('long1', 'long2')
      .addJoin(['long2', 'short'], 'joined', { when })
      .compile()
  const both = ['long1', 'short']

  test('fires when all have arrived', async () => {
    expect(await joining('all', both).invoke({})).toEqual({
      log: ['long1 after 0', 'short after 0', 'long2 after 2', 'joined after 3'],
    })
  })

  test('never fires without all of them, by default', async () => {
    const warnings = await warningsOf(async () => {
      expect(await joining('all', ['short']).invoke({})).toEqual({ log: ['short after 0'] })
    })
    expect(warnings).toHaveLength(1)
  })

  test('fires for the first that arrives', async () => {
    expect(await joining('any', ['short']).invoke({})).toEqual({ log: ['short after 0', 'joined after 1'] })
  })

  test('fires for each that arrives, when they arrive apart', async () => {
    expect(await joining('any', both).invoke({})).toEqual({
      log: ['long1 after 0', 'short after 0', 'joined after 2', 'long2 after 2', 'joined after 4'],
    })
  })

  test('waits for those that will arrive, and for no others', async () => {
    expect(await joining('activated', ['short']).invoke({})).toEqual({
      log: ['short after 0', 'joined after 1'],
    })
    expect(await joining('activated', both).invoke({})).toEqual({
      log: ['long1 after 0', 'short after 0', 'long2 after 2', 'joined after 3'],
    })
  })
})

describe('a deferred node while sends are on their way', () => {
  const deferred = (StateGraph: Builder) =>
    new StateGraph(Log)
      .addNode('plan', noting('plan'))
      .addNode('work', ({ id }: { id: number }) => ({ log: [`work ${id}`] }))
      .addNode('last', noting('last'), { defer: true })
      .addEdge(START, 'plan')
      .addConditionalEdges('plan', () => [new Send('work', { id: 1 }), new Send('work', { id: 2 })], ['work'])
      .addEdge('plan', 'last')
      .addEdge('work', 'last')
      .compile()
      .invoke({})

  test('LangGraph runs it beside what was sent, and once more after that', async () => {
    expect(await deferred(LangGraph)).toEqual({
      log: ['plan after 0', 'last after 1', 'work 1', 'work 2', 'last after 4'],
    })
  })

  test('Cairn runs it once, when nothing else is due', async () => {
    expect(await deferred(Cairn)).toEqual({ log: ['plan after 0', 'work 1', 'work 2', 'last after 3'] })
  })
})
