// What LangGraph puts into `config.configurable`, and what it reads there. Each constant of
// `src/langgraph/config-keys.ts` is held by a test on LangGraph itself: a release that renames one fails here.
import {
  Annotation,
  Command,
  INTERRUPT,
  MemorySaver,
  NodeError,
  START,
  StateGraph,
  entrypoint,
  getPreviousState,
  interrupt,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import * as keys from '../../src/langgraph/config-keys.ts'
import { Log, noting } from '../differential/harness/states.ts'
import { storedRecords } from '../differential/harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

type Configurable = Record<string, unknown>

/** The `configurable` of a node of LangGraph's, and what is around it. */
async function inNode(look: (configurable: Configurable) => unknown = () => ({})) {
  const saver = new MemorySaver()
  let configurable: Configurable = {}
  const graph = new StateGraph(Log)
    .addNode('look', (_, config: LangGraphRunnableConfig) => {
      configurable = { ...config.configurable }
      return look(configurable) as { log: string[] }
    })
    .addEdge(START, 'look')
    .compile({ checkpointer: saver })
  const result = await graph.invoke({ log: ['in'] }, thread)
  return { configurable, saver, result }
}

describe('what a node finds in configurable', () => {
  test('TASK_ID: the id of its task', async () => {
    const { configurable } = await inNode()
    expect(configurable[keys.TASK_ID]).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('SEND: appends to the writes of its task', async () => {
    const { result } = await inNode((configurable) => {
      ;(configurable[keys.SEND] as (writes: unknown[]) => void)([['log', ['sent']]])
      return { log: ['returned'] }
    })
    expect(result.log).toEqual(['in', 'sent', 'returned'])
  })

  test('READ: gives channels, with the writes of its task when it is to be fresh', async () => {
    const seen: unknown[] = []
    await inNode((configurable) => {
      const read = configurable[keys.READ] as (select: unknown, isFresh?: boolean) => unknown
      ;(configurable[keys.SEND] as (writes: unknown[]) => void)([['log', ['own']]])
      seen.push(read('log'), read(['log']), read(['log'], true))
      return {}
    })
    expect(seen).toEqual([['in'], { log: ['in'] }, { log: ['in', 'own'] }])
  })

  test('CALL: is what task() calls, with function, name, arguments and options', async () => {
    const seen: unknown[][] = []
    const double = task({ name: 'double', retry: { maxAttempts: 2 } }, (n: number) => n * 2)
    await inNode((configurable) => {
      expect(configurable[keys.CALL]).toBeTypeOf('function')
      return {}
    })
    const graph = new StateGraph(Log)
      .addNode('calls', async (_, config: LangGraphRunnableConfig) => {
        config.configurable![keys.CALL] = (...given: unknown[]) => {
          seen.push(given.slice(1))
          return Promise.resolve('from CALL')
        }
        return { log: [String(await double(4))] }
      })
      .addEdge(START, 'calls')
      .compile()
    expect(await graph.invoke({})).toEqual({ log: ['from CALL'] })
    expect(seen).toEqual([['double', [4], expect.objectContaining({ retry: { maxAttempts: 2 } })]])
  })

  test('CHECKPOINTER: the saver that is lent to graphs within it', async () => {
    const { configurable, saver } = await inNode()
    expect(configurable[keys.CHECKPOINTER]).toBe(saver)
  })

  test('SCRATCHPAD: counters, answers, and the input of the task', async () => {
    const { configurable } = await inNode()
    expect(configurable[keys.SCRATCHPAD]).toEqual({
      callCounter: 0,
      interruptCounter: -1,
      subgraphCounter: 0,
      resume: [],
      nullResume: undefined,
      currentTaskInput: { log: ['in'] },
      consumeNullResume: expect.any(Function),
    })
  })

  test('PREVIOUS_STATE: what getPreviousState() gives', async () => {
    const flow = entrypoint(
      { name: 'flow', checkpointer: new MemorySaver() },
      async (text: string, config) => [
        text,
        getPreviousState<unknown>(),
        config.configurable?.[keys.PREVIOUS_STATE] as unknown,
      ],
    )
    await flow.invoke('one', thread)
    expect(await flow.invoke('two', thread)).toEqual([
      'two',
      ['one', undefined, undefined],
      ['one', undefined, undefined],
    ])
  })

  test('ABORT_SIGNALS: the signals that are composed into its own', async () => {
    const { configurable } = await inNode()
    expect(configurable[keys.ABORT_SIGNALS]).toMatchObject({
      composedAbortSignal: expect.any(AbortSignal) as AbortSignal,
    })
  })

  test('CHECKPOINT_NAMESPACE: node and task, CHECKPOINT_ID: none', async () => {
    const { configurable } = await inNode()
    expect(configurable[keys.CHECKPOINT_NAMESPACE]).toBe(`look:${String(configurable[keys.TASK_ID])}`)
    expect(configurable[keys.CHECKPOINT_ID]).toBeUndefined()
  })

  test('CHECKPOINT_MAP: the checkpoint that the graph around it stands at', async () => {
    const { configurable, saver } = await inNode()
    const ids = (storedRecords(saver) as { id: string }[]).map(({ id }) => id)
    expect(ids).toContain((configurable[keys.CHECKPOINT_MAP] as Record<string, string>)[''])
  })

  test('RESUMING: true in the first superstep of a run that goes on', async () => {
    const seen: unknown[] = []
    const graph = new StateGraph(Log)
      .addNode('a', (_, { configurable }: LangGraphRunnableConfig) => {
        seen.push(configurable?.[keys.RESUMING])
        return {}
      })
      .addNode('b', (_, { configurable }: LangGraphRunnableConfig) => {
        seen.push(configurable?.[keys.RESUMING])
        return {}
      })
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .compile({ checkpointer: new MemorySaver(), interruptBefore: ['a'] })
    await graph.invoke({}, thread)
    await graph.invoke(null, thread)
    expect(seen).toEqual([true, undefined])
  })

  test('RESUME_MAP: the answers by id', async () => {
    const seen: unknown[] = []
    const graph = new StateGraph(Log)
      .addNode('ask', (_, { configurable }: LangGraphRunnableConfig) => {
        seen.push(configurable?.[keys.RESUME_MAP])
        return { log: [String(interrupt('?'))] }
      })
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver() })
    const asked: unknown = await graph.invoke({}, thread)
    const { id } = (asked as { [INTERRUPT]: { id: string }[] })[INTERRUPT][0]!
    await graph.invoke(new Command({ resume: { [id]: 'yes' } }), thread)
    expect(seen).toEqual([undefined, { [id]: 'yes' }])
  })

  test('REPLAY_STATE: finds checkpoints of nested graphs when a graph is replayed', async () => {
    const seen: unknown[] = []
    const graph = new StateGraph(Log)
      .addNode('look', (_, { configurable }: LangGraphRunnableConfig) => {
        seen.push(configurable?.[keys.REPLAY_STATE])
        return {}
      })
      .addEdge(START, 'look')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    for await (const { next, config } of graph.getStateHistory(thread)) {
      if (next[0] === 'look') await graph.invoke(null, config)
    }
    expect(seen).toEqual([
      undefined,
      expect.objectContaining({ getCheckpoint: expect.any(Function) as unknown }),
    ])
  })

  test('STREAM: where nested graphs put their chunks, when they are asked for', async () => {
    const seen: unknown[] = []
    const graph = new StateGraph(Log)
      .addNode('look', (_, { configurable }: LangGraphRunnableConfig) => {
        seen.push(configurable?.[keys.STREAM])
        return {}
      })
      .addEdge(START, 'look')
      .compile()
    await graph.invoke({})
    for await (const _ of await graph.stream({}, { subgraphs: true, streamMode: 'values' }))
      expect(_).toBeDefined()
    expect(seen).toEqual([
      undefined,
      expect.objectContaining({ modes: new Set(['values']), push: expect.any(Function) as unknown }),
    ])
  })

  test('NODE_ERROR: what an error handler handles', async () => {
    const seen: unknown[] = []
    const graph = new StateGraph(Log)
      .addNode(
        'fails',
        (): never => {
          throw new Error('failed')
        },
        {
          errorHandler: (_state: unknown, _error: unknown, { configurable }: LangGraphRunnableConfig) => {
            seen.push(configurable?.[keys.NODE_ERROR])
            return {}
          },
        } as never,
      )
      .addEdge(START, 'fails')
      .compile()
    await graph.invoke({})
    expect(seen).toEqual([expect.any(NodeError)])
  })
})

describe('what a caller may put into configurable', () => {
  const graph = (saver?: MemorySaver) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addEdge(START, 'a')
      .compile(saver === undefined ? {} : { checkpointer: saver })

  test('NODE_FINISHED: is called with the name of each node that has finished', async () => {
    const finished: string[] = []
    await graph().invoke(
      {},
      { configurable: { [keys.NODE_FINISHED]: (node: string) => finished.push(node) } },
    )
    expect(finished).toEqual(['a'])
  })

  test('DURABILITY: counts when nothing else says how durable a run is', async () => {
    const saver = new MemorySaver()
    await graph(saver).invoke({}, { configurable: { thread_id: 't', [keys.DURABILITY]: 'exit' } })
    expect(storedRecords(saver)).toHaveLength(1)
  })
})

describe('other names', () => {
  test('HIDDEN_TAG: is on the start node', () => {
    const { nodes } = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
    expect(nodes[START].tags).toContain(keys.HIDDEN_TAG)
  })

  test('ROOT_CHANNEL: is the channel of a state that is one value', () => {
    const { outputChannels } = new StateGraph(Annotation.Root({ [keys.ROOT_CHANNEL]: Annotation<string> }))
      .addNode('a', () => 'a' as never)
      .addEdge(START, 'a')
      .compile()
    expect(outputChannels).toBe(keys.ROOT_CHANNEL)
  })

  test('triggerOf: names the channel that makes a node due', () => {
    const { nodes } = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
    expect(nodes.a.triggers).toEqual([keys.triggerOf('a')])
  })

  test('READ: makes a graph a nested one', async () => {
    const child = new StateGraph(Log)
      .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
      .addEdge(START, 'ask')
      .compile()
    const { result } = await inNode(async (configurable) => {
      const nested = await child.invoke({}, { configurable }).catch((error: Error) => error.name)
      return { log: [String(nested)] }
    })
    expect(result.log).toEqual(['in', 'GraphInterrupt'])
  })

  test('subgraphCounter: tells apart the graphs that one task runs', async () => {
    const namespaces: unknown[] = []
    const child = new StateGraph(Log)
      .addNode('look', (_, { configurable }: LangGraphRunnableConfig) => {
        namespaces.push(String(configurable?.[keys.CHECKPOINT_NAMESPACE]).replaceAll(/:[0-9a-f-]{36}/g, ''))
        return {}
      })
      .addEdge(START, 'look')
      .compile()
    await inNode(async () => {
      await child.invoke({})
      await child.invoke({})
      await child.invoke({})
      return {}
    })
    expect(namespaces).toEqual(['look|look', 'look|1|look', 'look|2|look'])
  })
})
