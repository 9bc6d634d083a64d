import { RunnableLambda } from '@langchain/core/runnables'
import {
  Command,
  InMemoryStore,
  MemorySaver,
  START,
  StateGraph,
  entrypoint,
  getConfig,
  interrupt,
  task,
} from '@langchain/langgraph'
import { EphemeralValue, LastValue } from '@langchain/langgraph/channels'
import { Channel, Pregel } from '@langchain/langgraph/pregel'
import { RemoteGraph } from '@langchain/langgraph/remote'
import { describe, expect, test } from 'vitest'
import { StateGraph as CairnStateGraph, adopt } from '../../src/index.ts'
import { Log as State } from '../differential/harness/states.ts'

const thread = { configurable: { thread_id: 't' } }

/** A graph of one node, which says which engine it runs on. */
const single = (name: string) =>
  new StateGraph(State)
    .addNode('only', () => ({ log: [`${name} on ${engineHere()}`] }))
    .addEdge(START, 'only')
    .compile({ name })

/** Only tasks of Cairn's are told of answers that an earlier run has left. */
function engineHere(): string {
  const scratchpad = getConfig().configurable?.['__pregel_scratchpad'] as object
  return 'storedAnswers' in scratchpad ? 'Cairn' : 'LangGraph'
}

describe('an adopted graph', () => {
  test('runs on Cairn, and the given one where it did', async () => {
    const graph = single('g')
    expect(await adopt(graph).invoke({})).toEqual({ log: ['g on Cairn'] })
    expect(await graph.invoke({})).toEqual({ log: ['g on LangGraph'] })
  })

  test('has the name, description, saver, store and breakpoints of the given one', async () => {
    const options = {
      name: 'named',
      description: 'described',
      checkpointer: new MemorySaver(),
      store: new InMemoryStore(),
      interruptBefore: ['only' as const],
    }
    const graph = new StateGraph(State)
      .addNode('only', (_, config) => ({ log: [config.store === undefined ? 'no store' : 'store'] }))
      .addEdge(START, 'only')
      .compile(options)
    const adopted = adopt(graph)
    const { name, description, checkpointer, store, interruptBefore } = adopted
    expect({ name, description, checkpointer, store, interruptBefore }).toEqual(options)
    expect((await adopted.invoke({}, thread)) as object).toMatchObject({ __interrupt__: [] })
    expect(await adopted.invoke(null, thread)).toEqual({ log: ['store'] })
  })

  test('has the config that was bound to the given one', async () => {
    const graph = new StateGraph(State)
      .addNode('only', () => ({ log: getConfig().tags ?? [] }))
      .addEdge(START, 'only')
      .compile()
      .withConfig({ tags: ['bound'] })
    expect(await adopt(graph).invoke({})).toEqual({ log: ['bound'] })
  })

  test('is an instance of the same class, and draws the same', () => {
    const graph = single('g')
    const adopted = adopt(graph)
    expect(adopted).toBeInstanceOf(graph.constructor)
    expect(adopted.getGraph().drawMermaid()).toEqual(graph.getGraph().drawMermaid())
  })

  test('is the same object however often it is adopted', () => {
    const graph = single('g')
    expect(adopt(graph)).toBe(adopt(graph))
    expect(adopt(adopt(graph))).toBe(adopt(graph))
    const own = new CairnStateGraph(State)
      .addNode('a', () => ({}))
      .addEdge(START, 'a')
      .compile()
    expect(adopt(own)).toBe(own)
  })

  test('goes on with a thread that the given one began', async () => {
    const graph = new StateGraph(State)
      .addNode('asks', () => ({ log: [String(interrupt('what?')), engineHere()] }))
      .addEdge(START, 'asks')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    expect(await adopt(graph).invoke(new Command({ resume: 'this' }), thread)).toEqual({
      log: ['this', 'Cairn'],
    })
  })
})

describe('nested graphs are adopted too', () => {
  const around = (
    add: (
      builder: StateGraph<typeof State.spec, typeof State.State, typeof State.Update, 'inner'>,
    ) => unknown,
  ) => {
    const builder = new StateGraph(State) as never
    add(builder)
    return (
      builder as {
        addEdge(from: string, to: string): { compile(): { invoke(input: object): Promise<unknown> } }
      }
    )
      .addEdge(START, 'inner')
      .compile()
  }

  test('as a node', async () => {
    const graph = around((builder) => builder.addNode('inner', single('inner')))
    expect(await adopt(graph).invoke({})).toEqual({ log: ['inner on Cairn'] })
  })

  test('as a step of a sequence', async () => {
    const before = RunnableLambda.from(() => ({ log: ['before'] }))
    const graph = around((builder) =>
      builder.addNode('inner', before.pipe(single('inner') as never) as never),
    )
    expect(await adopt(graph).invoke({})).toEqual({ log: ['before', 'inner on Cairn'] })
  })

  test('in a graph that is nested itself', async () => {
    const middle = around((builder) => builder.addNode('inner', single('deep')))
    const graph = around((builder) => builder.addNode('inner', middle as never))
    expect(await adopt(graph).invoke({})).toEqual({ log: ['deep on Cairn'] })
  })

  test('when a node calls them and declares it, and only within the adopted graph', async () => {
    const inner = single('inner')
    const graph = around((builder) =>
      builder.addNode('inner', (state) => inner.invoke(state), { subgraphs: [inner] }),
    )
    expect(await adopt(graph).invoke({})).toEqual({ log: ['inner on Cairn'] })
    expect(await graph.invoke({})).toEqual({ log: ['inner on LangGraph'] })
    expect(await inner.invoke({})).toEqual({ log: ['inner on LangGraph'] })
  })

  test('once, when several graphs declare the same one', () => {
    const inner = single('inner')
    const declaring = () =>
      around((builder) => builder.addNode('inner', (state) => inner.invoke(state), { subgraphs: [inner] }))
    adopt(declaring())
    const { invoke } = inner
    adopt(declaring())
    expect(inner.invoke).toBe(invoke)
  })

  test('but not when a node calls one that it does not declare: that one runs nested where it did', async () => {
    const inner = single('inner')
    const graph = around((builder) => builder.addNode('inner', (state) => inner.invoke(state)))
    expect(await adopt(graph).invoke({})).toEqual({ log: ['inner on LangGraph'] })
  })
})

describe('other kinds of compiled graphs', () => {
  test('an entrypoint', async () => {
    const double = task('double', (value: number) => value * 2)
    const workflow = entrypoint('workflow', async (value: number) => [await double(value), engineHere()])
    expect(await adopt(workflow).invoke(4)).toEqual([8, 'Cairn'])
  })

  test('a plain Pregel', async () => {
    const plusOne = Channel.subscribeTo('input')
      .pipe((value: number) => value + 1)
      .pipe(Channel.writeTo(['output']))
    const pregel = new Pregel({
      nodes: { plusOne },
      channels: { input: new EphemeralValue<number>(), output: new LastValue<number>() },
      inputChannels: 'input',
      outputChannels: 'output',
    })
    expect(await adopt(pregel).invoke(1)).toBe(2)
  })
})

describe('what cannot be adopted is refused with the reason', () => {
  test.each([
    ['a builder', () => new StateGraph(State).addNode('a', () => ({})), /is a builder.*builder\.compile\(\)/],
    ['a remote graph', () => new RemoteGraph({ graphId: 'far' }), /runs on a server/],
    ['something else', () => RunnableLambda.from(() => 1), /is no compiled graph/],
    [
      'a class of the user',
      () => new Own(single('g') as never),
      /"Own".*what it overrides would be lost|Own is a class of its own/,
    ],
    [
      'a graph of another copy',
      () => ({ lg_is_pregel: true, name: 'copy' }),
      /another copy of @langchain\/langgraph/,
    ],
  ])('%s', (_, create, reason) => {
    expect(() => adopt(create())).toThrow(
      expect.objectContaining({ code: 'CANNOT_ADOPT', message: expect.stringMatching(reason) }),
    )
  })

  class Own extends (single('g').constructor as new (fields: never) => object) {}
})
