// What a user is told of a value that cannot be kept, whatever keeps it.
import { Annotation, END, START, Send } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { SqliteSaver } from '@cairn/sqlite'
import { MemorySaver, StateGraph } from '../../src/index.ts'
import { PlainSaver } from '../crash/plain-saver.ts'

const State = Annotation.Root({
  user: Annotation<object>,
  log: Annotation<(object | string)[], object | string>({
    reducer: (list, more) => [...list, more],
    default: () => [],
  }),
  made: Annotation<object, string>({
    reducer: (_, name) => ({ name, run: () => name }),
    default: () => ({}),
  }),
})

const User = Annotation.Root({ user: Annotation<object> })

const savers = {
  MemorySaver: () => new MemorySaver(),
  SqliteSaver: () => SqliteSaver.open(':memory:'),
  'a saver that the engine does not know': () => new PlainSaver(SqliteSaver.open(':memory:')),
}

const thread = { configurable: { thread_id: 'thread-1' } }
const bad = { profile: { callback: () => undefined } }

async function failureOf(running: Promise<unknown>): Promise<Error> {
  try {
    await running
  } catch (error) {
    return error as Error
  }
  throw new Error('The run did not fail.')
}

describe.each(Object.entries(savers))('a value that cannot be kept by %s', (_, open) => {
  describe.each(['sync', 'async', 'exit'] as const)('with durability %s', (durability) => {
    const config = { ...thread, durability }

    test('is told with its channel, path, node and remedy', async () => {
      const graph = new StateGraph(State)
        .addNode('greet', () => ({ log: 'hello' }))
        .addNode('ask', () => ({ user: bad }))
        .addEdge(START, 'greet')
        .addEdge('greet', 'ask')
        .compile({ checkpointer: open() })
      const error = await failureOf(graph.invoke({}, config))
      expect(error).toMatchObject({
        code: 'UNSERIALISABLE_VALUE',
        channel: 'user',
        path: '$.user.profile.callback',
        nodes: ['ask'],
        threadId: 'thread-1',
      })
      expect(error.message).toMatch(/^Cannot store the function "callback" at \$\.user\.profile\.callback, /)
      expect(error.message).toContain('written by node "ask"')
      expect(error.message).toMatch(
        / Store data, such as a name under which the code finds the function again\.$/,
      )
    })

    test('is told with the node that wrote what a reducer made it of', async () => {
      const graph = new StateGraph(State)
        .addNode('ask', () => ({ made: 'timer' }))
        .addNode('greet', () => ({ log: 'hello' }))
        .addEdge(START, 'ask')
        .addEdge(START, 'greet')
        .compile({ checkpointer: open() })
      expect(await failureOf(graph.invoke({}, config))).toMatchObject({ path: '$.made.run', nodes: ['ask'] })
    })

    test('is told with the node of a nested graph', async () => {
      const inner = new StateGraph(User)
        .addNode('deep', () => ({ user: bad }))
        .addEdge(START, 'deep')
        .compile()
      const graph = new StateGraph(User)
        .addNode('outer', inner)
        .addEdge(START, 'outer')
        .compile({ checkpointer: open() })
      const error = await failureOf(graph.invoke({}, config))
      // With `exit`, a nested graph keeps nothing.
      const node = durability === 'exit' ? 'outer' : 'deep'
      expect(error).toMatchObject({ path: '$.user.profile.callback', nodes: [node] })
    })

    test('is told with the node that it was sent to', async () => {
      const graph = new StateGraph(State)
        .addNode('worker', () => ({ log: bad }))
        .addConditionalEdges(START, () => [new Send('worker', {})])
        .addEdge('worker', END)
        .compile({ checkpointer: open() })
      const error = await failureOf(graph.invoke({}, config))
      expect(error).toMatchObject({ channel: 'log', nodes: ['worker'] })
    })

    // With `exit`, what was sent is received before anything is kept.
    test.skipIf(durability === 'exit')('is told with the node that sends it elsewhere', async () => {
      const graph = new StateGraph(State)
        .addNode('split', () => ({ log: 'split' }))
        .addNode('worker', () => ({ log: 'worked' }))
        .addEdge(START, 'split')
        .addConditionalEdges('split', () => [new Send('worker', bad)], ['worker'])
        .compile({ checkpointer: open() })
      expect((await failureOf(graph.invoke({}, config))).message).toContain('node "split"')
    })

    test('is told when it comes with the input', async () => {
      const graph = new StateGraph(State)
        .addNode('greet', () => ({ log: 'hello' }))
        .addEdge(START, 'greet')
        .compile({ checkpointer: open() })
      const error = await failureOf(graph.invoke({ user: bad }, config))
      expect((error as unknown as { path: string }).path).toMatch(/\.user\.profile\.callback$/)
      expect(error.message).toContain(durability === 'exit' ? 'node "__start__"' : 'the input')
    })
  })

  test('is told when the state is edited', async () => {
    const graph = new StateGraph(State)
      .addNode('greet', () => ({ log: 'hello' }))
      .addEdge(START, 'greet')
      .compile({ checkpointer: open() })
    await graph.invoke({}, thread)
    const error = await failureOf(graph.updateState(thread, { user: bad }, 'greet'))
    expect(error).toMatchObject({ code: 'UNSERIALISABLE_VALUE', path: '$.user.profile.callback' })
  })
})
