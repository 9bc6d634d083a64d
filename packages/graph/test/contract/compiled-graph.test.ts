// Fields of LangGraph's builder, of what it compiles, of its wrappers, channels, commands and errors.
import { RunnableLambda } from '@langchain/core/runnables'
import {
  Annotation,
  Command,
  CompiledStateGraph,
  GraphDrained,
  GraphInterrupt,
  MemorySaver,
  Overwrite,
  ParentCommand,
  START,
  Send,
  StateGraph,
  isCommand,
  isGraphBubbleUp,
} from '@langchain/langgraph'
import {
  AnyValue,
  BinaryOperatorAggregate,
  EphemeralValue,
  LastValue,
  NamedBarrierValue,
  Topic,
  UntrackedValueChannel,
} from '@langchain/langgraph/channels'
import { WRITES_IDX_MAP } from '@langchain/langgraph-checkpoint'
import { describe, expect, test } from 'vitest'
import { z } from 'zod/v4'
import {
  CONTROL_POSITION,
  ERROR,
  ERROR_SOURCE_NODE,
  INPUT,
  INTERRUPT,
  NO_WRITES,
  NULL_TASK_ID,
  RESUME,
  RETURN,
  SENDS,
} from '@cairn/engine'
import type { BuilderFields, CompiledFields } from '../../src/langgraph/compiled-fields.ts'
import { overwriteOf } from '../../src/langgraph/overwrite.ts'
import { isCompiledGraph, isNodeFunction, isRunnable } from '../../src/langgraph/recognise.ts'
import { Log, noting } from '../differential/harness/states.ts'
import { storedRecords } from '../differential/harness/stored-records.ts'

const rich = () => {
  const child = new StateGraph(Log).addNode('inner', noting('inner')).addEdge(START, 'inner').compile()
  return new StateGraph(Log)
    .addNode('a', noting('a'), {
      metadata: { own: 1 },
      retryPolicy: { maxAttempts: 2 },
      timeout: 1000,
      cachePolicy: { ttl: 5 },
      ends: ['d'],
      errorHandler: () => ({}),
    } as never)
    .addNode('b', child)
    .addNode('c', RunnableLambda.from(noting('c')))
    .addNode('d', noting('d'), { defer: true })
    .addEdge(START, 'a')
    .addEdge(['a', 'b'], 'c')
    .addEdge('a', 'b')
    .addConditionalEdges('c', () => 'd', { there: 'd' } as never)
}

const builder = () => rich() as unknown as BuilderFields
const compiled = () => rich().compile() as unknown as CompiledFields

describe('a builder', () => {
  test('nodes: name → ends and defer', () => {
    const { nodes } = builder()
    expect(Object.keys(nodes)).toEqual(['__error_handler__a', 'a', 'b', 'c', 'd'])
    expect(nodes['a']!.ends).toEqual(['d'])
    expect(nodes['d']!.defer).toBe(true)
  })

  test('edges: pairs of names', () => {
    expect([...builder().edges]).toEqual([
      ['__start__', 'a'],
      ['a', 'b'],
    ])
  })

  test('waitingEdges: parents and node', () => {
    expect([...builder().waitingEdges]).toEqual([[['a', 'b'], 'c']])
  })

  test('branches: node → name → path and ends', async () => {
    const [branch] = Object.values(builder().branches['c']!)
    expect(branch!.ends).toEqual({ there: 'd' })
    expect(branch!.path).toBeInstanceOf(RunnableLambda)
    expect((branch!.path as unknown as { func: () => string }).func()).toBe('d')
  })

  test('channels: key → prototype', () => {
    expect(builder().channels['log']!.lc_graph_name).toBe('BinaryOperatorAggregate')
  })

  test('_schemaDefinitions and _inputDefinition: the keys of an input', () => {
    const graph = new StateGraph({
      state: Annotation.Root({ a: Annotation<string>, b: Annotation<string> }),
      input: Annotation.Root({ a: Annotation<string> }),
    })
    const { _schemaDefinitions, _inputDefinition } = graph as unknown as BuilderFields
    expect(Object.keys(_schemaDefinitions.get(_inputDefinition)!)).toEqual(['a'])
  })

  test('_schemaRuntimeDefinition and _metaRegistry: what updates are parsed against', () => {
    const schema = z.object({ a: z.string() })
    const { _schemaRuntimeDefinition, _metaRegistry } = new StateGraph(schema) as unknown as BuilderFields
    expect(_schemaRuntimeDefinition).toBe(schema)
    expect(
      _metaRegistry.getExtendedChannelSchemas(schema as never, { withReducerSchema: true }),
    ).toBeDefined()
  })

  test('_configRuntimeSchema: the schema of a context', () => {
    const schema = z.object({ locale: z.string() })
    expect((new StateGraph(Log, schema) as unknown as BuilderFields)._configRuntimeSchema).toBe(schema)
  })

  test('allEdges: what validation takes for reachable', () => {
    expect([...rich().allEdges]).toContainEqual(['b', 'c'])
  })
})

describe('a compiled graph', () => {
  test('nodes: triggers, first the edge and then the joins', () => {
    expect(compiled().nodes['c']!.triggers).toEqual(['branch:to:c', 'join:a+b:c'])
  })

  test('nodes: channels, the keys that a node reads', () => {
    expect(compiled().nodes['a']!.channels).toEqual({ log: 'log' })
    expect(compiled().nodes['__start__']!.channels).toEqual(['__start__'])
  })

  test('nodes: policies, metadata, subgraphs, and who handles errors', () => {
    const { a, b, __error_handler__a: handler } = compiled().nodes
    expect(a).toMatchObject({
      metadata: { own: 1 },
      retryPolicy: { maxAttempts: 2 },
      timeout: { runTimeout: 1000 },
      cachePolicy: { ttl: 5 },
      errorHandlerNode: '__error_handler__a',
    })
    expect(b!.subgraphs).toHaveLength(1)
    expect(handler!.isErrorHandler).toBe(true)
  })

  test('channels: trigger, join and send channels by their names', () => {
    const names = Object.fromEntries(
      Object.entries(compiled().channels).map(([name, channel]) => [name, channel.lc_graph_name]),
    )
    expect(names).toMatchObject({
      __start__: 'EphemeralValue',
      'branch:to:a': 'EphemeralValue',
      'branch:to:d': 'LastValueAfterFinish',
      'join:a+b:c': 'NamedBarrierValue',
      [SENDS]: 'Topic',
    })
  })

  test('outputChannels and streamChannelsAsIs: keys', () => {
    const { outputChannels, streamChannelsAsIs: streamChannels } = compiled()
    expect([outputChannels, streamChannels]).toEqual([['log'], ['log']])
  })

  test('methods and fields that Cairn overrides or reads are there', () => {
    const graph = rich().compile() as unknown as Record<string, unknown>
    const methods = [
      'invoke',
      'stream',
      '_streamIterator',
      'bulkUpdateState',
      '_prepareStateSnapshot',
      '_validateInput',
      '_validateContext',
    ]
    expect(methods.filter((name) => typeof graph[name] !== 'function')).toEqual([])
    expect(CompiledStateGraph.prototype).toHaveProperty('getSubgraphsAsync')
    expect(Object.keys(graph)).toEqual(
      expect.arrayContaining([
        'builder',
        'checkpointer',
        'store',
        'cache',
        'retryPolicy',
        'stepTimeout',
        'userInterrupt',
        'interruptBefore',
        'interruptAfter',
        'streamMode',
        'config',
      ]),
    )
  })
})

describe('what is recognised', () => {
  test('a function that is a node: RunnableCallable with func, recurse and no trace', () => {
    const { bound } = compiled().nodes['a']!
    expect(isNodeFunction(bound)).toBe(true)
    expect((bound as unknown as { recurse: boolean }).recurse).toBe(true)
  })

  test('a Runnable that is a node is kept as it is', () => {
    const { bound } = compiled().nodes['c']!
    expect(bound).toBeInstanceOf(RunnableLambda)
    expect(isNodeFunction(bound)).toBe(false)
    expect(isRunnable(bound)).toBe(true)
  })

  test('a compiled graph: lg_is_pregel, alone or in a sequence', () => {
    const graph = rich().compile()
    expect(isCompiledGraph(graph)).toBe(true)
    expect(isCompiledGraph(graph.pipe((value: unknown) => value))).toBe(true)
    expect(isCompiledGraph(RunnableLambda.from(() => 1))).toBe(false)
  })

  test('an Overwrite: instance, plain, serialised', () => {
    const forms = [
      new Overwrite(1),
      { __overwrite__: 1 },
      JSON.parse(JSON.stringify(new Overwrite(1))) as unknown,
      { type: '__overwrite__', value: 1 },
    ]
    expect(forms.map(overwriteOf)).toEqual(forms.map(() => ({ value: 1 })))
    expect(overwriteOf({ value: 1 })).toBeUndefined()
  })

  test('a command: graph, goto, update, resume, and its update as pairs', () => {
    const command = new Command({
      goto: ['a', new Send('b', 1)],
      update: { log: ['x'] },
      resume: 1,
      graph: Command.PARENT,
    })
    expect(isCommand(command)).toBe(true)
    expect(command).toMatchObject({ graph: '__parent__', update: { log: ['x'] }, resume: 1 })
    expect((command.goto as unknown[])[1]).toBeInstanceOf(Send)
    expect(command._updateAsTuples()).toEqual([['log', ['x']]])
  })

  test('errors that are messages to the graph around: is_bubble_up', () => {
    const command = new Command({ graph: Command.PARENT })
    expect(
      [new GraphInterrupt([]), new ParentCommand(command as never), new GraphDrained('x')].every(
        isGraphBubbleUp,
      ),
    ).toBe(true)
    expect(new ParentCommand(command as never).command).toBe(command)
  })
})

describe('channels', () => {
  test('fields that their content is made from', () => {
    const initial = () => 1
    expect(new LastValue(initial)).toMatchObject({ initialValueFactory: initial })
    const operator = (a: number, b: number) => a + b
    expect(new BinaryOperatorAggregate(operator, initial)).toMatchObject({
      operator,
      initialValueFactory: initial,
    })
    expect(new EphemeralValue(false)).toMatchObject({ guard: false })
    expect(new UntrackedValueChannel({ guard: false })).toMatchObject({ guard: false })
    expect(new Topic({ accumulate: true, unique: true })).toMatchObject({ accumulate: true, unique: true })
    expect(new NamedBarrierValue(new Set(['a']))).toMatchObject({ names: new Set(['a']) })
    expect(new AnyValue().lc_graph_name).toBe('AnyValue')
  })

  test('methods that any channel has', () => {
    const channel = new LastValue<number>()
    const methods = [
      'fromCheckpoint',
      'update',
      'get',
      'checkpoint',
      'consume',
      'finish',
      'isAvailable',
    ] as const
    expect(methods.filter((name) => typeof channel[name] !== 'function')).toEqual([])
    expect(() => channel.get()).toThrow(expect.objectContaining({ name: 'EmptyChannelError' }))
  })
})

describe('names that are stored', () => {
  test('control writes have these places', () => {
    expect(WRITES_IDX_MAP).toEqual(Object.fromEntries(CONTROL_POSITION))
  })

  test('a record of a run that failed in a node with a handler', async () => {
    const saver = new MemorySaver()
    const graph = new StateGraph(Log)
      .addNode('nothing', () => undefined as never)
      .addNode(
        'fails',
        (): never => {
          throw new Error('failed')
        },
        { errorHandler: () => ({}) } as never,
      )
      .addEdge(START, 'nothing')
      .addEdge('nothing', 'fails')
      .compile({ checkpointer: saver })
    await graph.invoke({}, { configurable: { thread_id: 't' } })
    await graph.invoke(new Command({ update: { log: ['x'] } }), { configurable: { thread_id: 't' } })
    const records = storedRecords(saver) as {
      checkpoint: { v: number; versions_seen: object }
      writes: { channel: string; task: string }[]
    }[]
    const channels = records.flatMap(({ writes }) => writes.map(({ channel }) => channel))
    expect(channels).toEqual(expect.arrayContaining([ERROR, ERROR_SOURCE_NODE, NO_WRITES]))
    expect(records.flatMap(({ writes }) => writes.map(({ task }) => task))).toContain(NULL_TASK_ID)
    expect(records.every(({ checkpoint }) => checkpoint.v === 4)).toBe(true)
    expect(records.at(-1)!.checkpoint.versions_seen).toHaveProperty(INPUT)
  })

  test('questions, answers and results of called tasks', () => {
    expect([INTERRUPT, RESUME, RETURN]).toEqual(['__interrupt__', '__resume__', '__return__'])
  })
})
