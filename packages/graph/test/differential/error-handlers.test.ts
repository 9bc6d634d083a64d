import { setImmediate } from 'node:timers/promises'
import {
  Annotation,
  Command,
  END,
  MemorySaver,
  START,
  Send,
  interrupt,
  isNodeError,
  task,
  type LangGraphRunnableConfig,
  type NodeError,
} from '@langchain/langgraph'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }
const quick = { initialInterval: 1, jitter: false, logWarning: false }

type State = typeof Log.State
type Config = LangGraphRunnableConfig

/** A node that always fails. */
const failing =
  (name: string, error: () => unknown = () => new Error(`${name} failed`)) =>
  async (): Promise<never> => {
    await setImmediate()
    throw error()
  }

const handled = (state: unknown, { node, error }: NodeError) => ({
  log: [`${node}: ${error.name} ${error.message} after ${(state as State).log.length}`],
})

const withHandler = (errorHandler: unknown, more: object = {}) => ({ ...more, errorHandler }) as never

differential('what a handler is given', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const thrown = new RangeError('out of range', { cause: new Error('deeper') })
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      failing('flaky', () => thrown),
      withHandler(
        (state: State, error: NodeError, config: Config) => {
          const { executionInfo, metadata, runName, tags, configurable } = config as unknown as Record<
            string,
            object
          >
          seen.push({
            state,
            node: error.node,
            isSame: error.error === thrown,
            isNodeError: isNodeError(error),
            class: error.constructor.name,
            keys: Object.keys(error),
            executionInfo,
            metadata,
            runName,
            tags,
            namespace: (configurable as Record<string, unknown>)['checkpoint_ns'],
            isTold: (configurable as Record<string, unknown>)['__pregel_node_error'] === error,
          })
          return {}
        },
        { metadata: { own: 1 }, tags: ['x'] },
      ),
    )
    .addEdge(START, 'flaky')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({ log: ['in'] }, thread)
  return seen
})

differential('names of handlers, and where they are in the graph', async ({ StateGraph }) => {
  const build = () =>
    new StateGraph(Log)
      .addNode('a', failing('a'), withHandler(handled))
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
  const byDefault = build()
  byDefault.setNodeDefaults({ errorHandler: handled })
  const shapeOf = async (graph: ReturnType<ReturnType<typeof build>['compile']>) => {
    const drawn = await graph.getGraphAsync()
    return [Object.keys(graph.nodes), Object.keys(graph.builder.nodes), drawn.drawMermaid()]
  }
  return [
    await shapeOf(build().compile()),
    await shapeOf(byDefault.compile()),
    await outcomeOf(() =>
      build().addNode('__error_handler__c', noting('x')).addNode('c', noting('c'), withHandler(handled)),
    ),
    await outcomeOf(() =>
      build()
        .addEdge('__error_handler__a' as never, 'b')
        .compile(),
    ),
  ]
})

const routed = ({ StateGraph }: Vocabulary, errorHandler: unknown) =>
  new StateGraph(Log)
    .addNode('flaky', failing('flaky'), withHandler(errorHandler))
    .addNode('usual', noting('usual'))
    .addNode('rescue', noting('rescue'))
    .addNode('other', noting('other'))
    .addEdge(START, 'flaky')
    .addEdge('flaky', 'usual')
    .addConditionalEdges('usual', () => END, ['rescue', 'other', END])

const routes: Record<string, (state: State, error: NodeError) => unknown> = {
  nothing: () => undefined,
  null: () => null,
  'an empty update': () => ({}),
  'an update': handled,
  'a command that only updates': (state, error) => new Command({ update: handled(state, error) }),
  'a command that only goes': () => new Command({ goto: 'rescue' }),
  'a command that does both': (state, error) =>
    new Command({ update: handled(state, error), goto: 'rescue' }),
  'several destinations': () => new Command({ goto: ['rescue', 'other'] }),
  'the failed node itself': ({ log }) =>
    new Command({ update: { log: ['again'] }, goto: log.length > 2 ? END : 'flaky' }),
  'the usual way': () => new Command({ goto: 'usual' }),
  'the end': () => new Command({ update: { log: ['end'] }, goto: END }),
  'sent tasks': () =>
    new Command({ goto: [new Send('rescue', { log: [1, 2] }), new Send('other', { log: [] })] }),
  'a list of commands': () => [new Command({ goto: 'rescue' }), new Command({ update: { log: ['list'] } })],
  'a promise': async (state, error) => {
    await setImmediate()
    return handled(state, error)
  },
  'pairs as update': () =>
    new Command({
      update: [
        ['log', ['one']],
        ['log', ['two']],
      ] as never,
    }),
}

for (const [name, errorHandler] of Object.entries(routes)) {
  sameRuns(`a handler that answers with ${name}`, (vocabulary) => routed(vocabulary, errorHandler), [
    {},
    { log: ['more'] },
  ])
}

differential('a handler whose answer is none', async (vocabulary) =>
  Promise.all(
    [() => 'text', () => 3, () => ['text'], () => new Date(0)].map((answer) =>
      outcomeOf(() => routed(vocabulary, answer).compile().invoke({})),
    ),
  ),
)

sameRuns(
  'handlers of parallel nodes',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', failing('a'), withHandler(handled))
      .addNode('b', failing('b'), withHandler(handled))
      .addNode('c', noting('c'))
      .addNode('joined', noting('joined'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(START, 'c')
      .addEdge('c', 'joined'),
  [{}],
)

sameRuns(
  'a join does not count a node that was rescued',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', failing('a'), withHandler(handled))
      .addNode('b', noting('b'))
      .addNode('joined', noting('joined'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(['a', 'b'], 'joined'),
  [{}],
)

sameRuns(
  'what a handler reads is the state before its superstep',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('first', noting('first'))
      .addNode('quick', noting('quick'))
      .addNode('flaky', failing('flaky'), withHandler(handled))
      .addEdge(START, 'first')
      .addEdge('first', 'quick')
      .addEdge('first', 'flaky'),
  [{ log: ['in'] }],
)

differential(
  'a failed sibling without a handler fails the run, whatever others rescue',
  async ({ StateGraph }) => {
    const graph = new StateGraph(Log)
      .addNode('rescued', failing('rescued'), withHandler(handled))
      .addNode('lost', async () => {
        await setImmediate()
        await setImmediate()
        await setImmediate()
        throw new Error('lost')
      })
      .addEdge(START, 'rescued')
      .addEdge(START, 'lost')
      .compile({ checkpointer: new MemorySaver() })
    return [await outcomeOf(() => graph.invoke({}, thread)), await graph.getState(thread)]
  },
)

sameRuns(
  'a handler within a nested graph keeps the failure there',
  ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode('inner', failing('inner'), withHandler(handled))
      .addNode('next', noting('next'))
      .addEdge(START, 'inner')
      .addEdge('inner', 'next')
      .compile()
    return new StateGraph(Log)
      .addNode('child', child)
      .addNode('after', noting('after'))
      .addEdge(START, 'child')
      .addEdge('child', 'after')
  },
  [{}],
)

sameRuns(
  'a handler for a nested graph takes over from all of it',
  ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode('one', noting('one'))
      .addNode('inner', failing('inner'))
      .addEdge(START, 'one')
      .addEdge('one', 'inner')
      .compile()
    return new StateGraph(Log)
      .addNode('child', child, withHandler(handled))
      .addNode('after', noting('after'))
      .addEdge(START, 'child')
      .addEdge('child', 'after')
  },
  [{}, {}],
)

differential(
  'a handler within a nested graph that goes to a node of the graph around it ends there',
  async ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode(
        'inner',
        failing('inner'),
        withHandler(
          () => new Command({ graph: Command.PARENT, goto: 'rescue', update: { log: ['handler'] } }),
        ),
      )
      .addEdge(START, 'inner')
      .compile()
    const graph = new StateGraph(Log)
      .addNode('child', child)
      .addNode('rescue', noting('rescue'))
      .addEdge(START, 'child')
      .addConditionalEdges('child', () => END, ['rescue', END])
      .compile({ checkpointer: new MemorySaver() })
    return [await graph.invoke({}, thread), (await graph.getState(thread)).next]
  },
)

sameRuns(
  'a default handler is not for nodes of nested graphs',
  ({ StateGraph }) => {
    const child = new StateGraph(Log).addNode('inner', failing('inner')).addEdge(START, 'inner').compile()
    const builder = new StateGraph(Log)
      .addNode('child', child)
      .addNode('plain', failing('plain'))
      .addEdge(START, 'child')
      .addEdge(START, 'plain')
    builder.setNodeDefaults({ errorHandler: handled })
    return builder
  },
  [{}],
)

differential('defaults: the last ones count, and only at compile', async ({ StateGraph }) => {
  const builder = new StateGraph(Log).addNode('a', failing('a')).addEdge(START, 'a')
  const before = builder.compile()
  builder.setNodeDefaults({ errorHandler: () => ({ log: ['first'] }) })
  const first = builder.compile()
  builder.setNodeDefaults({ retryPolicy: { ...quick, maxAttempts: 2 } })
  builder.setNodeDefaults({ errorHandler: () => ({ log: ['second'] }) })
  builder.addNode('late', failing('late')).addEdge(START, 'late')
  const second = builder.compile()
  return [
    await outcomeOf(() => before.invoke({})),
    await outcomeOf(() => first.invoke({})),
    await outcomeOf(() => second.invoke({})),
    Object.keys(second.nodes),
    Object.keys(builder.nodes),
  ]
})

sameRuns(
  'a question is no failure, even after an attempt that failed',
  ({ StateGraph }) => {
    let left = 1
    return new StateGraph(Log)
      .addNode(
        'ask',
        async () => {
          await setImmediate()
          if (left-- > 0) throw new Error('first attempt')
          const answer = String(interrupt('go on?'))
          if (answer === 'no') throw new Error('refused')
          return { log: [answer] }
        },
        withHandler(handled, { retryPolicy: { ...quick, maxAttempts: 2 } }),
      )
      .addNode('after', noting('after'))
      .addEdge(START, 'ask')
      .addEdge('ask', 'after')
  },
  [{}, new Command({ resume: 'yes' })],
)

sameRuns(
  'a node that fails after it was answered goes to its handler',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode(
        'ask',
        () => {
          throw new Error(`refused: ${String(interrupt('go on?'))}`)
        },
        withHandler(handled),
      )
      .addEdge(START, 'ask'),
  [{}, new Command({ resume: 'no' })],
)

differential('a handler that asks', async ({ StateGraph }) => {
  let runs = 0
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      async () => {
        await setImmediate()
        runs++
        throw new TypeError('flaky failed')
      },
      withHandler((_: State, { node, error }: NodeError) => ({
        log: [`${node} ${error.name} ${error.message}: ${String(interrupt('what now?'))}`],
      })),
    )
    .addNode('sibling', noting('sibling'))
    .addEdge(START, 'flaky')
    .addEdge(START, 'sibling')
    .compile({ checkpointer: saver })
  const asked = await graph.invoke({}, thread)
  const waiting = await graph.getState(thread)
  const kept = storedRecords(saver)
  const result = await outcomeOf(() => graph.invoke(new Command({ resume: 'go on' }), thread))
  return {
    asked,
    waiting,
    kept,
    result,
    runs,
    state: await graph.getState(thread),
    history: await historyOf(graph),
  }
})

differential('a handler that calls a task and a graph', async ({ StateGraph }) => {
  const called = task('called', async (text: string) => `called with ${text}`)
  const inner = new StateGraph(Log).addNode('inner', noting('inner')).addEdge(START, 'inner').compile()
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      failing('flaky'),
      withHandler(async (_: State, { error }: NodeError) => {
        const { log } = await inner.invoke({ log: ['from handler'] })
        return { log: [await called(error.message), ...log] }
      }),
    )
    .addEdge(START, 'flaky')
    .compile({ checkpointer: new MemorySaver() })
  return [await graph.invoke({}, thread), await graph.getState(thread)]
})

differential('handlers and breakpoints', async ({ StateGraph }) => {
  const build = (breakpoints: object) =>
    new StateGraph(Log)
      .addNode(
        'flaky',
        failing('flaky'),
        withHandler(() => new Command({ update: { log: ['handled'] }, goto: 'after' })),
      )
      .addNode('after', noting('after'))
      .addEdge(START, 'flaky')
      .addEdge('flaky', 'after')
      .compile({ checkpointer: new MemorySaver(), ...breakpoints })
  const run = async (breakpoints: object) => {
    const graph = build(breakpoints)
    return [
      await graph.invoke({}, thread),
      (await graph.getState(thread)).next,
      await graph.invoke(null, thread),
      (await graph.getState(thread)).next,
    ]
  }
  return [
    await run({ interruptBefore: ['flaky'] }),
    await run({ interruptAfter: ['flaky'] }),
    await run({ interruptBefore: ['after'] }),
    await run({ interruptBefore: '*' }),
    await run({ interruptAfter: '*' }),
  ]
})

differential('a resumed thread goes to the handler with the stored failure', async (vocabulary) => {
  const { StateGraph } = vocabulary
  let isDown = true
  const seen: unknown[] = []
  const saver = new MemorySaver()
  const build = () =>
    new StateGraph(Log)
      .addNode(
        'flaky',
        async () => {
          await setImmediate()
          seen.push('node')
          throw new RangeError('out of range')
        },
        withHandler(async (_: State, { node, error }: NodeError) => {
          await setImmediate()
          seen.push([node, error.name, error.message, error instanceof RangeError, error.constructor.name])
          if (isDown) throw new Error('handler is down')
          return { log: ['handled'] }
        }),
      )
      .addEdge(START, 'flaky')
      .compile({ checkpointer: saver })
  const first = await outcomeOf(() => build().invoke({}, thread))
  const state = await build().getState(thread)
  const second = await outcomeOf(() => build().invoke(null, thread))
  isDown = false
  const chunks = await collect(
    build().stream(null, { ...thread, streamMode: ['updates', 'values', 'tasks'] }),
  )
  return { first, state, second, chunks, seen, history: await historyOf(build()) }
})

differential('which callbacks a rescued node has', async ({ StateGraph }) => {
  const events: unknown[] = []
  const note =
    (event: string) =>
    (...args: unknown[]) => {
      const name = event.endsWith('Start') ? args.at(-1) : (args[0] as Error | undefined)?.message
      events.push([event, name])
    }
  const graph = new StateGraph(Log)
    .addNode('flaky', failing('flaky'), withHandler(handled, { retryPolicy: { ...quick, maxAttempts: 2 } }))
    .addEdge(START, 'flaky')
    .compile()
  await graph.invoke(
    {},
    {
      callbacks: [
        {
          handleChainStart: note('handleChainStart'),
          handleChainEnd: note('handleChainEnd'),
          handleChainError: note('handleChainError'),
        },
      ],
    },
  )
  return events
})

differential('a state with one value, and an input of its own', async ({ StateGraph }) => {
  const inner = Annotation.Root({ only: Annotation<string> })
  const both = Annotation.Root({ only: Annotation<string>, log: Log.spec.log })
  const seen: unknown[] = []
  const graph = new StateGraph(both)
    .addNode(
      'flaky',
      failing('flaky'),
      withHandler(
        (state: unknown) => {
          seen.push(state)
          return { log: ['handled'] }
        },
        { input: inner },
      ),
    )
    .addEdge(START, 'flaky')
    .compile()
  return [await graph.invoke({ only: 'x', log: ['y'] }), seen]
})

differential('what nodes throw that is no Error', async ({ StateGraph }) => {
  const run = async (thrown: unknown, errorHandler?: unknown) => {
    const graph = new StateGraph(Log)
      .addNode(
        'flaky',
        failing('flaky', () => thrown),
        errorHandler === undefined ? {} : withHandler(errorHandler),
      )
      .addEdge(START, 'flaky')
      .compile()
    return outcomeOf(() => graph.invoke({}))
  }
  return [
    await run({ message: 'an object', name: 'Odd' }),
    await run({ message: 'an object', name: 'Odd' }, handled),
  ]
})

for (const isKept of [false, true]) {
  const kept = isKept ? 'with a saver' : 'without a saver'
  differential(`a handler begins before it is told that its node has failed, ${kept}`, ({ StateGraph }) =>
    collect(
      new StateGraph(Log)
        .addNode('fails', failing('fails'), withHandler(handled))
        .addEdge(START, 'fails')
        .compile(isKept ? { checkpointer: new MemorySaver() } : {})
        .stream({}, { ...thread, streamMode: ['tasks', 'updates', 'values'] }),
    ),
  )
}
