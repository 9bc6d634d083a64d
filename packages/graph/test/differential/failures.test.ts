import { setImmediate } from 'node:timers/promises'
import { Annotation, Command, MemorySaver, NodeError, START, Send, isNodeError } from '@langchain/langgraph'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { collect, kindOfOutcome, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

/** A node that fails this often, then notes its name. */
function failing(times: number, name = 'flaky', error: () => Error = () => new Error(`${name} failed`)) {
  let left = times
  return async ({ log }: typeof Log.State) => {
    await setImmediate()
    if (left-- > 0) throw error()
    return { log: [`${name} after ${log.length}`] }
  }
}

sameRuns(
  'a node that throws fails the run; null tries it again',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('flaky', failing(1))
      .addNode('c', noting('c'))
      .addEdge(START, 'a')
      .addEdge('a', 'flaky')
      .addEdge('flaky', 'c'),
  [{}, null],
)

sameRuns(
  'new input on a thread that failed begins anew',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('flaky', failing(1))
      .addNode('c', noting('c'))
      .addEdge(START, 'flaky')
      .addEdge('flaky', 'c'),
  [{ log: ['one'] }, { log: ['two'] }],
)

sameRuns(
  'siblings that finished before a failure are not run again',
  ({ StateGraph }) => {
    let runs = 0
    return new StateGraph(Log)
      .addNode('quick', () => ({ log: [`quick ${++runs}`] }))
      .addNode('flaky', failing(1))
      .addNode('joined', noting('joined'))
      .addEdge(START, 'quick')
      .addEdge(START, 'flaky')
      .addEdge(['quick', 'flaky'], 'joined')
  },
  [{}, null],
)

differential('what is thrown reaches the caller as it is', async ({ StateGraph }) => {
  const thrown = [
    new TypeError('typed'),
    Object.assign(new Error('with fields'), { code: 'E_CODE', extra: { a: 1 } }),
    new RangeError('range', { cause: new Error('cause') }),
  ]
  return Promise.all(
    thrown.map(async (error) => {
      const graph = new StateGraph(Log)
        .addNode('a', (): never => {
          throw error
        })
        .addEdge(START, 'a')
        .compile()
      const outcome = (await outcomeOf(() => graph.invoke({}))) as { error: unknown }
      return {
        isSame: outcome.error === error,
        hasTaskId: typeof (error as { pregelTaskId?: string }).pregelTaskId,
      }
    }),
  )
})

differential('several failures in one moment are told together', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', (): never => {
      throw new Error('a failed')
    })
    .addNode('b', (): never => {
      throw new Error('b failed')
    })
    .addEdge(START, 'a')
    .addEdge(START, 'b')
    .compile()
  const { error } = (await outcomeOf(() => graph.invoke({}))) as { error: AggregateError }
  return { error, errors: error.errors as unknown }
})

differential('a node that is tried again says so', async ({ StateGraph }) => {
  const attempts: unknown[] = []
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      (_, config) => {
        const { nodeAttempt } = (config as { executionInfo: { nodeAttempt: number } }).executionInfo
        attempts.push(nodeAttempt)
        if (nodeAttempt < 3) throw new Error('not yet')
        return { log: [`attempt ${nodeAttempt}`] }
      },
      { retryPolicy: { maxAttempts: 4, initialInterval: 1, jitter: false, logWarning: false } },
    )
    .addEdge(START, 'flaky')
    .compile({ checkpointer: new MemorySaver() })
  return { result: await graph.invoke({}, thread), attempts, state: await graph.getState(thread) }
})

differential('attempts end at their limit, and for errors that are not worth one', async ({ StateGraph }) => {
  const policy = { maxAttempts: 3, initialInterval: 1, jitter: false, logWarning: false }
  const run = async (error: Error, retryOn?: (error: Error) => boolean) => {
    let runs = 0
    const graph = new StateGraph(Log)
      .addNode(
        'flaky',
        (): never => {
          runs++
          throw error
        },
        { retryPolicy: { ...policy, ...(retryOn !== undefined && { retryOn }) } },
      )
      .addEdge(START, 'flaky')
      .compile()
    return [await kindOfOutcome(() => graph.invoke({})), runs]
  }
  const named = (name: string) => Object.assign(new Error(name), { name })
  return [
    await run(new Error('plain')),
    await run(named('AbortError')),
    await run(new Error('Cancel: stopped')),
    await run(named('GraphValueError')),
    await run(Object.assign(new Error('x'), { status: 404 })),
    await run(Object.assign(new Error('x'), { status: 503 })),
    await run(Object.assign(new Error('x'), { response: { status: 401 } })),
    await run(Object.assign(new Error('x'), { code: 'ECONNABORTED' })),
    await run(Object.assign(new Error('x'), { error: { code: 'insufficient_quota' } })),
    await run(new TypeError('not mine'), (error) => error instanceof RangeError),
    await run(new RangeError('mine'), (error) => error instanceof RangeError),
  ]
})

differential('writes of an attempt that failed are dropped', async ({ StateGraph }) => {
  let attempt = 0
  const graph = new StateGraph(Log)
    .addNode('flaky', () => ({ log: [`attempt ${++attempt}`] }), {
      retryPolicy: { initialInterval: 1, jitter: false, logWarning: false },
    })
    .addNode('next', noting('next'))
    .addEdge(START, 'flaky')
    .addConditionalEdges('flaky', () => {
      if (attempt < 2) throw new Error('router failed')
      return 'next'
    })
    .compile()
  return graph.invoke({})
})

/** A handler that notes what it was told. */
const noted = (state: typeof Log.State, error: NodeError) => ({
  log: [
    `${state.log.length}: ${error.node} ${error.error.name} ${error.error.message} ${isNodeError(error)}`,
  ],
})

sameRuns(
  'an error handler takes over in the same superstep, and goes where it says',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode(
        'flaky',
        failing(99, 'flaky', () => new RangeError('out of range')),
        {
          errorHandler: (state: typeof Log.State, error: NodeError) =>
            new Command({ update: noted(state, error), goto: 'rescue' }),
        } as never,
      )
      .addNode('sibling', noting('sibling'))
      .addNode('rescue', noting('rescue'))
      .addNode('never', noting('never'))
      .addEdge(START, 'a')
      .addEdge('a', 'flaky')
      .addEdge('a', 'sibling')
      .addEdge('flaky', 'never')
      .addConditionalEdges('a', () => [], ['rescue']),
  [{}],
)

sameRuns(
  'an error handler without a destination ends there',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('flaky', failing(99), { errorHandler: noted } as never)
      .addNode('next', noting('next'))
      .addEdge(START, 'flaky')
      .addEdge('flaky', 'next'),
  [{}, {}],
)

sameRuns(
  'an error handler comes after the last attempt',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('flaky', failing(2), {
        errorHandler: noted,
        retryPolicy: { maxAttempts: 2, initialInterval: 1, jitter: false, logWarning: false },
      } as never)
      .addEdge(START, 'flaky'),
  [{}],
)

differential('an error handler that fails fails the run, and is run again', async ({ StateGraph }) => {
  let failures = 1
  const saver = new MemorySaver()
  const graph = new StateGraph(Log)
    .addNode('flaky', failing(1), {
      errorHandler: async (state: typeof Log.State, error: NodeError) => {
        await setImmediate()
        if (failures-- > 0) throw new Error('handler failed')
        return noted(state, error)
      },
    } as never)
    .addEdge(START, 'flaky')
    .compile({ checkpointer: saver })
  const failed = await outcomeOf(() => graph.invoke({}, thread))
  const state = await graph.getState(thread)
  return { failed, state, result: await graph.invoke(null, thread), records: storedRecords(saver) }
})

sameRuns(
  'defaults for all nodes: retries and an error handler',
  ({ StateGraph }) => {
    const builder = new StateGraph(Log)
      .addNode('flaky', failing(1))
      .addNode('hopeless', failing(99, 'hopeless'))
      .addNode('own', failing(99, 'own'), { errorHandler: () => ({ log: ['own handler'] }) } as never)
      .addEdge(START, 'flaky')
      .addEdge('flaky', 'hopeless')
      .addEdge('flaky', 'own')
    builder.setNodeDefaults({
      retryPolicy: { maxAttempts: 2, initialInterval: 1, jitter: false, logWarning: false },
      errorHandler: noted,
    } as never)
    return builder
  },
  [{}],
)

sameRuns(
  'one of several sent tasks is rescued by its handler',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode(
        'work',
        async ({ id }: { id: number }) => {
          await setImmediate()
          if (id === 2) throw new Error('two')
          return { log: [`work ${id}`] }
        },
        {
          errorHandler: (input: { id: number }, error: NodeError) => ({
            log: [`rescued ${input.id} ${error.error.message}`],
          }),
        } as never,
      )
      .addNode('after', noting('after'))
      .addConditionalEdges(START, () => [1, 2, 3].map((id) => new Send('work', { id })))
      .addEdge('work', 'after'),
  [{}],
)

differential('a recursion limit', async ({ StateGraph }) => {
  const graph = new StateGraph(Annotation.Root({ n: Annotation<number> }))
    .addNode('count', ({ n }) => ({ n: n + 1 }))
    .addEdge(START, 'count')
    .addConditionalEdges('count', ({ n }) => (n < 10 ? 'count' : '__end__'))
    .compile()
  const run = async (recursionLimit: number, n = 0) => {
    const outcome = await kindOfOutcome(() => graph.invoke({ n }, { recursionLimit }))
    const chunks = await collect(graph.stream({ n }, { recursionLimit, streamMode: 'updates' }))
    return { outcome, chunks: chunks.length }
  }
  return [
    (await run(12)).outcome,
    (await run(11)).outcome,
    (await run(10)).outcome,
    (await run(2, 9)).outcome,
    (await run(1, 9)).outcome,
    await outcomeOf(() => graph.invoke({ n: 0 }, { recursionLimit: 0 })),
    await outcomeOf(() =>
      graph
        .withConfig({ recursionLimit: 3 })
        .invoke({ n: 0 })
        .catch((error: Error) => error.name),
    ),
    await outcomeOf(() => graph.invoke({ n: -20 }).catch((error: Error) => error.name)),
  ]
})

differential('a thread that ran into its limit goes on with null', async ({ StateGraph }) => {
  const graph = new StateGraph(Annotation.Root({ n: Annotation<number> }))
    .addNode('count', ({ n }) => ({ n: n + 1 }))
    .addEdge(START, 'count')
    .addConditionalEdges('count', ({ n }) => (n < 6 ? 'count' : '__end__'))
    .compile({ checkpointer: new MemorySaver() })
  const limited = await kindOfOutcome(() => graph.invoke({ n: 0 }, { ...thread, recursionLimit: 4 }))
  const state = await graph.getState(thread)
  return { limited, state, result: await graph.invoke(null, { ...thread, recursionLimit: 4 }) }
})

differential('an attempt that takes too long', async ({ StateGraph }) => {
  const graph = (
    timeout: unknown,
    wait: (config: {
      heartbeat?: () => void
      writer?: (chunk: unknown) => void
      signal?: AbortSignal
    }) => Promise<void>,
  ) =>
    new StateGraph(Log)
      .addNode(
        'slow',
        async (_, config) => {
          await wait(config)
          return { log: ['done'] }
        },
        { timeout } as never,
      )
      .addEdge(START, 'slow')
      .compile()
  const forever = ({ signal }: { signal?: AbortSignal }) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
  const fields = async (run: () => Promise<unknown>) => {
    const { error } = (await outcomeOf(run)) as { error: Record<string, unknown> }
    return Object.fromEntries(
      ['name', 'node', 'kind', 'timeout', 'runTimeout', 'idleTimeout', 'lc_error_code'].map((key) => [
        key,
        error[key],
      ]),
    )
  }
  return [
    await fields(() => graph(15, forever).invoke({})),
    await fields(() => graph({ runTimeout: 15 }, forever).invoke({})),
    await fields(() => graph({ idleTimeout: 15 }, forever).invoke({})),
    await fields(() => graph({ idleTimeout: 15, refreshOn: 'heartbeat' }, forever).invoke({})),
    await outcomeOf(() =>
      graph({ runTimeout: 60_000, idleTimeout: 60_000 }, async ({ heartbeat, writer }) => {
        heartbeat?.()
        writer?.('alive')
        await setImmediate()
      }).invoke({}),
    ),
    await outcomeOf(() =>
      graph(undefined, async ({ heartbeat }) => {
        if (heartbeat !== undefined) throw new Error('no heartbeat without a timeout')
      }).invoke({}),
    ),
  ]
})

differential('timeouts with attempts and an error handler', async ({ StateGraph }) => {
  let attempts = 0
  const graph = new StateGraph(Log)
    .addNode(
      'slow',
      async (_, config: { signal?: AbortSignal }) => {
        attempts++
        await new Promise<void>((resolve) => config.signal?.addEventListener('abort', () => resolve()))
        return { log: ['too late'] }
      },
      {
        timeout: 10,
        retryPolicy: { maxAttempts: 2, initialInterval: 1, jitter: false, logWarning: false },
        errorHandler: (_: unknown, error: NodeError) => ({ log: [`${error.error.name} after ${attempts}`] }),
      } as never,
    )
    .addEdge(START, 'slow')
    .compile()
  return graph.invoke({})
})

const waiting = ({ StateGraph }: Vocabulary, started: () => void) =>
  new StateGraph(Log)
    .addNode('wait', async (_, config: { signal?: AbortSignal }) => {
      started()
      await new Promise<void>((_resolve, reject) => {
        config.signal?.addEventListener('abort', () => reject(new Error('gave up')))
      })
      return { log: ['never'] }
    })
    .addNode('after', noting('after'))
    .addEdge(START, 'wait')
    .addEdge('wait', 'after')

differential('the caller stops a run by its signal', async (vocabulary) => {
  const controller = new AbortController()
  const graph = waiting(vocabulary, () => setTimeout(() => controller.abort(), 1)).compile({
    checkpointer: new MemorySaver(),
  })
  const outcome = await outcomeOf(() => graph.invoke({}, { ...thread, signal: controller.signal }))
  return {
    outcome,
    next: (await graph.getState(thread)).next,
    before: await outcomeOf(() =>
      graph.invoke({}, { configurable: { thread_id: 'u' }, signal: AbortSignal.abort() }),
    ),
  }
})

differential('the reason of a signal', (vocabulary) =>
  Promise.all(
    [new TypeError('an error'), 'a text', { an: 'object' }, null].map(async (reason) => {
      const controller = new AbortController()
      const graph = waiting(vocabulary, () => setTimeout(() => controller.abort(reason), 1)).compile()
      return [
        await outcomeOf(() => graph.invoke({}, { signal: controller.signal })),
        await outcomeOf(() => graph.invoke({}, { signal: AbortSignal.abort(reason) })),
      ]
    }),
  ),
)

differential('a signal with a timeout', async (vocabulary) => {
  const graph = waiting(vocabulary, () => {}).compile()
  return outcomeOf(() => graph.invoke({}, { signal: AbortSignal.timeout(5) }))
})

differential('the timeout of the call', async (vocabulary) => {
  const graph = waiting(vocabulary, () => {}).compile()
  return outcomeOf(() => graph.invoke({}, { timeout: 5 }))
})

differential('a step timeout of the graph', async (vocabulary) => {
  const graph = waiting(vocabulary, () => {}).compile()
  graph.stepTimeout = 5
  return outcomeOf(() => graph.invoke({}))
})
