import { setImmediate } from 'node:timers/promises'
import { Command, END, MemorySaver, START, Send, interrupt, task } from '@langchain/langgraph'
import { afterEach, vi } from 'vitest'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { collect, kindOfOutcome, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }
const quick = { initialInterval: 1, jitter: false, logWarning: false }

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Runs one node that fails with these errors, one an attempt, then succeeds; fake time goes as fast as it can. */
async function waits(
  { StateGraph }: Vocabulary,
  retryPolicy: object,
  errors: readonly unknown[],
  random = 0,
): Promise<unknown> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 })
  vi.spyOn(Math, 'random').mockReturnValue(random)
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const attemptsAt: number[] = []
  const left = [...errors]
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      () => {
        attemptsAt.push(Date.now())
        if (left.length > 0) throw left.shift()
        return { log: ['done'] }
      },
      { retryPolicy },
    )
    .addEdge(START, 'flaky')
    .compile()
  const running = outcomeOf(() => graph.invoke({}))
  await vi.runAllTimersAsync()
  const outcome = await running
  vi.useRealTimers()
  const logged = log.mock.calls
  vi.restoreAllMocks()
  return { outcome, attemptsAt, logged }
}

const errorsOf = (count: number) => Array.from({ length: count }, (_, index) => new Error(`failure ${index}`))

differential('default waits: 500 ms, twice as long each time, three attempts', async (vocabulary) => [
  await waits(vocabulary, { jitter: false }, errorsOf(1)),
  await waits(vocabulary, { jitter: false }, errorsOf(2)),
  await waits(vocabulary, { jitter: false }, errorsOf(3)),
  await waits(vocabulary, {}, errorsOf(3), 0.25),
])

differential('waits grow by the factor up to the longest', async (vocabulary) => [
  await waits(
    vocabulary,
    { jitter: false, maxAttempts: 6, initialInterval: 100, backoffFactor: 3 },
    errorsOf(5),
  ),
  await waits(
    vocabulary,
    { jitter: false, maxAttempts: 6, initialInterval: 100, backoffFactor: 10, maxInterval: 1500 },
    errorsOf(5),
  ),
  await waits(vocabulary, { jitter: false, maxAttempts: 12 }, errorsOf(11)),
  await waits(vocabulary, { jitter: true, maxAttempts: 12, maxInterval: 1000 }, errorsOf(11), 0.999),
  await waits(vocabulary, { jitter: true, maxAttempts: 3, initialInterval: 0 }, errorsOf(3), 0.5),
])

differential('one attempt, and none, mean no second try', async (vocabulary) => [
  await waits(vocabulary, { maxAttempts: 1 }, errorsOf(1)),
  await waits(vocabulary, { maxAttempts: 0 }, errorsOf(1)),
  await waits(vocabulary, { maxAttempts: undefined, jitter: false }, errorsOf(3)),
])

differential('what is logged of a retry', async (vocabulary) => {
  class OddError extends Error {
    override name = 'OddError'
  }
  return [
    await waits(vocabulary, { jitter: false, logWarning: true }, [
      new OddError('odd'),
      new TypeError('typed'),
    ]),
    await waits(vocabulary, { jitter: false, logWarning: false }, [new OddError('odd')]),
    await waits(vocabulary, { jitter: true }, [new OddError('odd')], 0.123456),
  ]
})

differential('which errors are worth another attempt by default', async (vocabulary) => {
  const named = (name: string) => Object.assign(new Error(name), { name })
  const withFields = (fields: object) => Object.assign(new Error('x'), fields)
  const errors = [
    new Error('plain'),
    new TypeError('typed'),
    new SyntaxError('syntax'),
    new RangeError('range'),
    new ReferenceError('reference'),
    named('AbortError'),
    named('TimeoutError'),
    new Error('Cancel'),
    new Error('Cancelled by user'),
    new Error('cancelled'),
    new Error('AbortError: gone'),
    new Error('Abort'),
    named('GraphValueError'),
    named('GraphRecursionError'),
    named('InvalidUpdateError'),
    ...[399, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 422, 429, 500, 503].map((status) =>
      withFields({ status }),
    ),
    withFields({ status: '404' }),
    withFields({ status: 0, response: { status: 404 } }),
    withFields({ response: { status: 401 } }),
    withFields({ response: { status: 500 }, status: 404 }),
    withFields({ response: {}, status: 404 }),
    withFields({ response: null, status: 404 }),
    withFields({ code: 'ECONNABORTED' }),
    withFields({ code: 'ECONNRESET' }),
    withFields({ error: { code: 'insufficient_quota' } }),
    withFields({ error: { code: 'rate_limit' } }),
    withFields({ error: null }),
    withFields({ statusCode: 404 }),
  ]
  const tried: unknown[] = []
  for (const error of errors) {
    const { attemptsAt } = (await waits(vocabulary, { jitter: false, logWarning: false }, [error])) as {
      attemptsAt: number[]
    }
    tried.push([String(error), attemptsAt.length])
  }
  return tried
})

differential('a rule of its own decides, and sees the error', async (vocabulary) => {
  const seen: unknown[] = []
  const thrown = [new TypeError('one'), new RangeError('two'), new TypeError('three')]
  const result = await waits(
    vocabulary,
    {
      jitter: false,
      logWarning: false,
      maxAttempts: 9,
      retryOn: (error: unknown) => {
        seen.push([
          error === thrown[seen.length],
          (error as { pregelTaskId?: string }).pregelTaskId !== undefined,
        ])
        return (error as Error).name === 'TypeError'
      },
    },
    thrown,
  )
  return { result, seen }
})

differential('a rule that answers with something other than a boolean', async (vocabulary) => [
  await waits(vocabulary, { ...quick, retryOn: () => 'yes' }, errorsOf(1)),
  await waits(vocabulary, { ...quick, retryOn: () => 0 }, errorsOf(1)),
  await waits(vocabulary, { ...quick, retryOn: () => undefined }, errorsOf(1)),
  await waits(vocabulary, { ...quick, retryOn: undefined }, errorsOf(1)),
])

differential('a rule that throws fails the run with what it threw', (vocabulary) =>
  waits(
    vocabulary,
    {
      ...quick,
      retryOn: () => {
        throw new Error('no idea')
      },
    },
    errorsOf(1),
  ),
)

differential('a list where a rule belongs', async (vocabulary) => {
  const { outcome } = (await waits(vocabulary, { ...quick, retryOn: [TypeError] }, [
    new RangeError('x'),
  ])) as {
    outcome: { error: Error }
  }
  return [outcome.error.name, outcome.error.message.endsWith('is not a function')]
})

differential('the rule is not asked at the last attempt, nor for questions', async ({ StateGraph }) => {
  let asked = 0
  const retryPolicy = { ...quick, maxAttempts: 2, retryOn: () => ++asked > 0 }
  const graph = new StateGraph(Log)
    .addNode(
      'hopeless',
      (): never => {
        throw new Error('hopeless')
      },
      { retryPolicy },
    )
    .addEdge(START, 'hopeless')
    .compile()
  const outcome = await outcomeOf(() => graph.invoke({}))
  const asking = new StateGraph(Log)
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }), { retryPolicy })
    .addEdge(START, 'ask')
    .compile({ checkpointer: new MemorySaver() })
  return { outcome, asked, question: await asking.invoke({}, thread), askedAfter: asked }
})

differential(
  "a node's policy beats the default of nodes, which beats the graph's",
  async ({ StateGraph }) => {
    const runs: Record<string, number> = {}
    const failing = (name: string) => (): never => {
      runs[name] = (runs[name] ?? 0) + 1
      throw new Error(name)
    }
    const build = (defaults?: object) => {
      const builder = new StateGraph(Log)
        .addNode('own', failing('own'), { retryPolicy: { ...quick, maxAttempts: 2 } })
        .addNode('other', failing('other'))
        .addConditionalEdges(START, ({ log }) => log[0]!, ['own', 'other'])
        .addEdge('own', END)
      if (defaults !== undefined) builder.setNodeDefaults(defaults)
      return builder.compile()
    }
    const counts = async (graph: { invoke(input: object): Promise<unknown> }) => {
      for (const key of Object.keys(runs)) delete runs[key]
      const outcomes = [
        await outcomeOf(() => graph.invoke({ log: ['own'] })),
        await outcomeOf(() => graph.invoke({ log: ['other'] })),
      ]
      return [{ ...runs }, outcomes]
    }
    const withPolicy = (defaults?: object) => {
      const graph = build(defaults)
      graph.retryPolicy = { ...quick, maxAttempts: 4 }
      return graph
    }
    return [
      await counts(build()),
      await counts(build({ retryPolicy: { ...quick, maxAttempts: 3 } })),
      await counts(withPolicy()),
      await counts(withPolicy({ retryPolicy: { ...quick, maxAttempts: 3 } })),
    ]
  },
)

differential('a policy of the graph tries handlers and nested graphs again', async ({ StateGraph }) => {
  const runs: string[] = []
  const child = new StateGraph(Log)
    .addNode('inner', (): never => {
      runs.push('inner')
      throw new Error('inner failed')
    })
    .addEdge(START, 'inner')
    .compile()
  const graph = new StateGraph(Log)
    .addNode('child', child, {
      errorHandler: (): never => {
        runs.push('handler')
        throw new Error('handler failed')
      },
    } as never)
    .addEdge(START, 'child')
    .compile()
  graph.retryPolicy = { ...quick, maxAttempts: 2 }
  return { outcome: await outcomeOf(() => graph.invoke({})), runs }
})

const retriedChild = ({ StateGraph }: Vocabulary, ran: string[]) => {
  let left = 2
  const child = new StateGraph(Log)
    .addNode('first', ({ log }) => {
      ran.push('first')
      return { log: [`first after ${log.length}`] }
    })
    .addNode('flaky', async () => {
      await setImmediate()
      ran.push('flaky')
      if (left-- > 0) throw new Error('flaky failed')
      return { log: ['flaky'] }
    })
    .addEdge(START, 'first')
    .addEdge('first', 'flaky')
    .compile()
  return new StateGraph(Log)
    .addNode('child', child, { retryPolicy: quick })
    .addNode('after', noting('after'))
    .addEdge(START, 'child')
    .addEdge('child', 'after')
}

differential('a nested graph is tried again as a whole when nothing is kept', async (vocabulary) => {
  const ran: string[] = []
  return [
    await retriedChild(vocabulary, ran)
      .compile()
      .invoke({ log: ['in'] }),
    ran,
  ]
})

differential('a nested graph that is tried again comes to the same state', async (vocabulary) => {
  const graph = retriedChild(vocabulary, []).compile({ checkpointer: new MemorySaver() })
  return [await graph.invoke({ log: ['in'] }, thread), await graph.getState(thread)]
})

sameRuns(
  'a sent task is tried again alone',
  ({ StateGraph }) => {
    const left = new Map([[2, 2]])
    return new StateGraph(Log)
      .addNode(
        'work',
        async ({ id }: { id: number }) => {
          await setImmediate()
          const failures = left.get(id) ?? 0
          left.set(id, failures - 1)
          if (failures > 0) throw new Error(`work ${id} failed`)
          return { log: [`work ${id}`] }
        },
        { retryPolicy: quick },
      )
      .addNode('after', noting('after'))
      .addConditionalEdges(START, () => [1, 2, 3].map((id) => new Send('work', { id })))
      .addEdge('work', 'after')
  },
  [{}],
)

sameRuns(
  'an answer stays known to later attempts',
  ({ StateGraph }) => {
    let left = 2
    return new StateGraph(Log)
      .addNode(
        'ask',
        () => {
          const first = String(interrupt('first?'))
          if (left-- > 0) throw new Error('flaky')
          const second = String(interrupt('second?'))
          return { log: [`${first} ${second}`] }
        },
        { retryPolicy: quick },
      )
      .addEdge(START, 'ask')
  },
  [{}, new Command({ resume: 'one' }), new Command({ resume: 'two' })],
)

differential('what config each attempt has', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      (_, config) => {
        const { executionInfo, metadata, configurable, runName, tags } = config as unknown as Record<
          string,
          never
        >
        seen.push({
          executionInfo,
          metadata,
          runName,
          tags,
          resuming: configurable!['__pregel_resuming'],
          namespace: configurable!['checkpoint_ns'],
        })
        if (seen.length < 3) throw new Error('again')
        return {}
      },
      { retryPolicy: quick, metadata: { own: 1 } },
    )
    .addEdge(START, 'flaky')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({}, thread)
  return seen
})

differential('a stream shows a node that is tried again once', async ({ StateGraph }) => {
  const build = (failures: number) => {
    let left = failures
    return new StateGraph(Log)
      .addNode(
        'flaky',
        (_, config) => {
          config.writer?.(`attempt, ${left} left`)
          if (left-- > 0) throw new Error('again')
          return { log: ['done'] }
        },
        { retryPolicy: quick },
      )
      .addEdge(START, 'flaky')
      .compile({ checkpointer: new MemorySaver() })
  }
  const streamMode = ['values', 'updates', 'custom', 'tasks', 'checkpoints', 'debug'] as const
  return [
    await collect(build(2).stream({}, { ...thread, streamMode: [...streamMode] })),
    await collect(build(3).stream({}, { ...thread, streamMode: [...streamMode] })),
  ]
})

differential('what is kept of a node that is tried again', async ({ StateGraph }) => {
  const saver = new MemorySaver()
  let left = 4
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      () => {
        if (left-- > 0) throw new Error(`again, ${left} left`)
        return { log: ['done'] }
      },
      { retryPolicy: quick },
    )
    .addEdge(START, 'flaky')
    .compile({ checkpointer: saver })
  const failed = await outcomeOf(() => graph.invoke({}, thread))
  const state = await graph.getState(thread)
  return { failed, state, result: await graph.invoke(null, thread), records: storedRecords(saver) }
})

differential('a run that is stopped does not wait for the next attempt', async ({ StateGraph }) => {
  const controller = new AbortController()
  let runs = 0
  const graph = new StateGraph(Log)
    .addNode(
      'flaky',
      (): never => {
        runs++
        setTimeout(() => controller.abort(), 1)
        throw new Error('flaky')
      },
      { retryPolicy: { initialInterval: 100_000, logWarning: false } },
    )
    .addEdge(START, 'flaky')
    .compile()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const running = outcomeOf(() => graph.invoke({}, { signal: controller.signal }))
  await vi.advanceTimersByTimeAsync(5)
  const outcome = await running
  await vi.runAllTimersAsync()
  return { outcome, runs }
})

differential(
  'a node function of a Runnable, and a router, are tried again with their node',
  async ({ StateGraph }) => {
    let nodes = 0
    let routers = 0
    const graph = new StateGraph(Log)
      .addNode('flaky', () => ({ log: [`node ${++nodes}`] }), { retryPolicy: quick })
      .addEdge(START, 'flaky')
      .addConditionalEdges('flaky', () => {
        if (++routers < 3) throw new Error('router')
        return END
      })
      .compile()
    return { result: await graph.invoke({}), nodes, routers }
  },
)

differential('a bad result is tried again, and then fails', async ({ StateGraph }) => {
  let runs = 0
  const graph = new StateGraph(Log)
    .addNode(
      'bad',
      () => {
        runs++
        return 'text' as never
      },
      { retryPolicy: quick },
    )
    .addEdge(START, 'bad')
    .compile()
  return [await kindOfOutcome(() => graph.invoke({})), runs]
})

differential('a task fails with what its last attempt threw', async ({ StateGraph }) => {
  const runs: string[] = []
  let left = 3
  const flaky = task({ name: 'flaky', retry: { ...quick, maxAttempts: 2 } }, async (text: string) => {
    runs.push(`task ${text}`)
    if (left-- > 0) throw new Error(`task failed, ${left} left`)
    return text
  })
  const graph = new StateGraph(Log)
    .addNode('calls', async () => {
      runs.push('node')
      return { log: [await flaky('a')] }
    })
    .addEdge(START, 'calls')
    .compile()
  return { outcome: await outcomeOf(() => graph.invoke({})), runs }
})
