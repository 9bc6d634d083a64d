import { setImmediate } from 'node:timers/promises'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { RunnableLambda } from '@langchain/core/runnables'
import {
  Command,
  MemorySaver,
  START,
  Send,
  interrupt,
  isNodeTimeoutError,
  task,
  type LangGraphRunnableConfig,
  type NodeError,
} from '@langchain/langgraph'
import { afterEach, vi } from 'vitest'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }
const quick = { initialInterval: 1, jitter: false, logWarning: false }

afterEach(() => {
  vi.useRealTimers()
})

/** Runs the scenario in fake time, which goes on whenever nothing else can. */
async function inFakeTime<T>(scenario: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_000_000 })
  const end = new AbortController()
  const running = scenario().finally(() => end.abort())
  running.catch(() => undefined)
  while (!end.signal.aborted) await vi.advanceTimersByTimeAsync(5)
  vi.useRealTimers()
  return running
}

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

type Config = LangGraphRunnableConfig & { heartbeat?: () => void }

/** One node with this timeout. */
const slow = (
  { StateGraph }: Vocabulary,
  timeout: unknown,
  body: (config: Config) => unknown,
  more: object = {},
) =>
  new StateGraph(Log)
    .addNode(
      'slow',
      async (_, config) => {
        await body(config as Config)
        return { log: ['done'] }
      },
      { timeout, ...more } as never,
    )
    .addNode('after', noting('after'))
    .addEdge(START, 'slow')
    .addEdge('slow', 'after')

const fieldsOf = (outcome: unknown) => {
  const { error } = outcome as { error?: Record<string, unknown> & Error }
  if (error === undefined) return outcome
  const keys = [
    'name',
    'message',
    'node',
    'kind',
    'timeout',
    'elapsed',
    'runTimeout',
    'idleTimeout',
    'lc_error_code',
  ]
  return [
    ...keys.map((key) => [key, error[key]]),
    isNodeTimeoutError(error),
    error.constructor.name,
    typeof error['pregelTaskId'],
    Object.keys(error).toSorted(),
  ]
}

differential('which time has run out, and after how long', (vocabulary) =>
  inFakeTime(async () => {
    const fail = async (timeout: unknown, body: (config: Config) => unknown = () => after(100)) =>
      fieldsOf(await outcomeOf(() => slow(vocabulary, timeout, body).compile().invoke({})))
    return [
      await fail(20),
      await fail({ runTimeout: 20 }),
      await fail({ idleTimeout: 20 }),
      await fail({ runTimeout: 20, idleTimeout: 30 }),
      await fail({ runTimeout: 30, idleTimeout: 20 }),
      await fail({ runTimeout: 20, idleTimeout: 20 }),
      await fail({ runTimeout: 200, idleTimeout: 200 }),
      await fail({ runTimeout: 100 }),
      await fail({ idleTimeout: 100 }),
    ]
  }),
)

differential('what keeps an attempt alive', (vocabulary) =>
  inFakeTime(async () => {
    const beats = (beat: (config: Config) => unknown) => async (config: Config) => {
      for (let times = 0; times < 4; times++) {
        await after(15)
        await beat(config)
      }
    }
    const ran = async (timeout: unknown, beat: (config: Config) => unknown) =>
      fieldsOf(await outcomeOf(() => slow(vocabulary, timeout, beats(beat)).compile().invoke({})))
    const called = task('called', async () => 1)
    const model = new FakeListChatModel({ responses: ['a'] })
    const runnable = RunnableLambda.from(() => 1)
    const kinds: Record<string, (config: Config) => unknown> = {
      nothing: () => undefined,
      heartbeat: (config) => config.heartbeat?.(),
      writer: (config) => config.writer?.('alive'),
      send: (config) =>
        (config.configurable!['__pregel_send'] as (writes: unknown[]) => void)([['log', ['alive']]]),
      call: () => called(),
      model: (config) => model.invoke('hi', config),
      modelWithoutConfig: () => model.invoke('hi'),
      runnable: (config) => runnable.invoke(1, config),
    }
    const seen: unknown[] = []
    for (const [kind, beat] of Object.entries(kinds)) {
      seen.push([
        kind,
        await ran({ idleTimeout: 20 }, beat),
        await ran({ idleTimeout: 20, refreshOn: 'auto' }, beat),
        await ran({ idleTimeout: 20, refreshOn: 'heartbeat' }, beat),
        await ran({ runTimeout: 20 }, beat),
      ])
    }
    return seen
  }),
)

differential('an attempt that keeps the event loop busy has run out of time when it ends', (vocabulary) =>
  inFakeTime(async () => {
    const busy = (ms: number) => () => void vi.setSystemTime(Date.now() + ms)
    const ran = async (timeout: unknown, body: (config: Config) => unknown) =>
      fieldsOf(await outcomeOf(() => slow(vocabulary, timeout, body).compile().invoke({})))
    return [
      await ran(20, busy(19)),
      await ran(20, busy(20)),
      await ran({ idleTimeout: 20 }, busy(25)),
      await ran({ idleTimeout: 20 }, (config) => {
        busy(15)()
        config.heartbeat?.()
        busy(15)()
      }),
      await ran({ idleTimeout: 20, runTimeout: 25 }, (config) => {
        busy(15)()
        config.heartbeat?.()
        busy(15)()
      }),
      await ran(20, () => {
        busy(30)()
        throw new Error('late and wrong')
      }),
      await ran(20, () => {
        throw new Error('wrong')
      }),
    ]
  }),
)

differential('what a node still does after its time has run out goes nowhere', (vocabulary) =>
  inFakeTime(async () => {
    const saver = new MemorySaver()
    const late: unknown[] = []
    const called = task('called', async () => 1)
    const graph = slow(vocabulary, 10, async (config) => {
      config.writer?.('in time')
      await after(30)
      config.writer?.('late')
      const { __pregel_send: send, __pregel_call: call } = config.configurable as Record<string, unknown>
      ;(send as (writes: unknown[]) => void)([['log', ['late']]])
      try {
        await (call as (...args: unknown[]) => unknown)(async () => 1, 'called', [], {})
        late.push('called')
      } catch (error) {
        late.push(error)
      }
      late.push(config.signal?.aborted)
      config.heartbeat?.()
      try {
        await called()
      } catch (error) {
        late.push(error)
      }
    }).compile({ checkpointer: saver })
    const chunks = await collect(
      graph.stream({}, { ...thread, streamMode: ['custom', 'updates', 'values', 'tasks', 'debug'] }),
    )
    await after(100)
    return { chunks, late, state: await graph.getState(thread), records: storedRecords(saver) }
  }),
)

differential('the signal of an attempt', (vocabulary) =>
  inFakeTime(async () => {
    const seen: unknown[] = []
    const watch = async (config: Config) => {
      const before = config.signal?.aborted
      await new Promise<void>((resolve) => {
        config.signal?.addEventListener('abort', () => {
          const { reason } = config.signal as { reason: Error }
          seen.push([before, reason?.name])
          resolve()
        })
      })
    }
    const own = await outcomeOf(() => slow(vocabulary, 10, watch).compile().invoke({}))
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('caller')), 5)
    const caller = await outcomeOf(() =>
      slow(vocabulary, 50, watch).compile().invoke({}, { signal: controller.signal }),
    )
    return { own: fieldsOf(own), caller, seen }
  }),
)

differential('each attempt has its own time, and a timeout is worth another one', (vocabulary) =>
  inFakeTime(async () => {
    const starts: number[] = []
    const run = async (retryPolicy: object, waits: number[]) => {
      starts.length = 0
      const left = [...waits]
      const graph = slow(
        vocabulary,
        20,
        async () => {
          starts.push(Date.now())
          await after(left.shift() ?? 0)
        },
        { retryPolicy },
      ).compile()
      return [fieldsOf(await outcomeOf(() => graph.invoke({}))), starts.map((at) => at - starts[0]!)]
    }
    return [
      await run({ ...quick, initialInterval: 10 }, [50, 50]),
      await run({ ...quick, initialInterval: 10 }, [50, 50, 50]),
      await run(
        { ...quick, initialInterval: 10, retryOn: (error: Error) => error.name !== 'NodeTimeoutError' },
        [50],
      ),
      await run({ ...quick, initialInterval: 50, maxAttempts: 2 }, [50, 10]),
    ]
  }),
)

differential('a timeout goes to the error handler of its node', (vocabulary) =>
  inFakeTime(async () => {
    const saver = new MemorySaver()
    const graph = slow(vocabulary, 10, () => after(50), {
      retryPolicy: { ...quick, maxAttempts: 2 },
      errorHandler: (_: unknown, { node, error }: NodeError) =>
        new Command({ update: { log: [`${node}: ${error.name} ${error.message}`] }, goto: 'after' }),
    }).compile({ checkpointer: saver })
    return {
      chunks: await collect(graph.stream({}, { ...thread, streamMode: ['updates', 'tasks', 'values'] })),
      history: await historyOf(graph),
      records: storedRecords(saver),
    }
  }),
)

differential('an error handler has no time limit', ({ StateGraph }) =>
  inFakeTime(async () => {
    const builder = new StateGraph(Log)
      .addNode('slow', async () => {
        await after(100)
        return {}
      })
      .addEdge(START, 'slow')
    builder.setNodeDefaults({
      timeout: 20,
      errorHandler: async (_: unknown, error: NodeError, config: Config) => {
        await after(50)
        return { log: [error.error.name, String(config.heartbeat === undefined)] }
      },
    } as never)
    return fieldsOf(await outcomeOf(() => builder.compile().invoke({})))
  }),
)

differential('defaults of nodes, and what beats them', ({ StateGraph }) =>
  inFakeTime(async () => {
    const wait = (ms: number) => async () => {
      await after(ms)
      return { log: [`${ms}`] }
    }
    const build = (timeout: unknown, own?: unknown) => {
      const builder = new StateGraph(Log)
        .addNode('a', wait(30), (own === undefined ? {} : { timeout: own }) as never)
        .addEdge(START, 'a')
      builder.setNodeDefaults({ timeout } as never)
      return builder.compile()
    }
    const ran = async (timeout: unknown, own?: unknown) =>
      fieldsOf(await outcomeOf(() => build(timeout, own).invoke({})))
    return [
      await ran(20),
      await ran(20, 100),
      await ran(100, 20),
      await ran({ idleTimeout: 20 }, { runTimeout: 100 }),
      await ran({ idleTimeout: 20 }),
    ]
  }),
)

differential('the timeout of a Send beats that of its node', ({ StateGraph }) =>
  inFakeTime(async () => {
    const graph = (nodeTimeout: unknown, sendTimeout: unknown, checkpointer?: MemorySaver) =>
      new StateGraph(Log)
        .addNode(
          'work',
          async ({ ms }: { ms: number }, config: Config) => {
            await after(ms)
            return { log: [`${ms} ${config.heartbeat === undefined}`] }
          },
          { timeout: nodeTimeout } as never,
        )
        .addConditionalEdges(START, () => [
          new Send('work', { ms: 5 }),
          new Send(
            'work',
            { ms: 50 },
            sendTimeout === undefined ? undefined : ({ timeout: sendTimeout } as never),
          ),
        ])
        .compile(checkpointer === undefined ? {} : { checkpointer })
    const ran = async (nodeTimeout: unknown, sendTimeout: unknown) =>
      fieldsOf(await outcomeOf(() => graph(nodeTimeout, sendTimeout).invoke({})))
    const saver = new MemorySaver()
    await outcomeOf(() => graph(undefined, 20, saver).invoke({}, thread))
    return [
      await ran(20, undefined),
      await ran(20, 100),
      await ran(100, 20),
      await ran(undefined, { idleTimeout: 20 }),
      await ran(undefined, { idleTimeout: 20, refreshOn: 'heartbeat' }),
      await ran(undefined, undefined),
      storedRecords(saver),
    ]
  }),
)

differential('a task with a timeout', ({ StateGraph }) =>
  inFakeTime(async () => {
    const ran = async (timeout: unknown, ms: number, retry?: object) => {
      let runs = 0
      const slowTask = task(
        { name: 'slow task', timeout, ...(retry !== undefined && { retry }) } as never,
        async () => {
          runs++
          await after(ms)
          return 'done'
        },
      )
      const graph = new StateGraph(Log)
        .addNode('calls', async () => ({ log: [await slowTask()] }))
        .addEdge(START, 'calls')
        .compile({ checkpointer: new MemorySaver() })
      return [fieldsOf(await outcomeOf(() => graph.invoke({}, thread))), runs]
    }
    return [
      await ran(20, 10),
      await ran(20, 50),
      await ran({ idleTimeout: 20 }, 50),
      await ran({ runTimeout: 20, idleTimeout: 10 }, 50, { ...quick, maxAttempts: 2 }),
    ]
  }),
)

differential('a nested graph is held to the timeout of its node', ({ StateGraph }) =>
  inFakeTime(async () => {
    const seen: unknown[] = []
    const child = new StateGraph(Log)
      .addNode('one', async (_, config: Config) => {
        await after(15)
        seen.push(config.heartbeat === undefined, config.signal?.aborted)
        return { log: ['one'] }
      })
      .addNode('two', async () => {
        await after(15)
        seen.push('two')
        return { log: ['two'] }
      })
      .addEdge(START, 'one')
      .addEdge('one', 'two')
      .compile()
    const graph = (timeout: unknown) =>
      new StateGraph(Log)
        .addNode('child', child, { timeout } as never)
        .addEdge(START, 'child')
        .compile()
    const ran = async (timeout: unknown) => fieldsOf(await outcomeOf(() => graph(timeout).invoke({})))
    return [
      await ran(20),
      await ran(100),
      await ran({ idleTimeout: 20 }),
      await ran({ idleTimeout: 10 }),
      seen,
    ]
  }),
)

differential('a question within the time', ({ StateGraph }) =>
  inFakeTime(async () => {
    const graph = new StateGraph(Log)
      .addNode(
        'ask',
        async () => {
          const answer = String(interrupt('?'))
          await after(answer === 'slow' ? 50 : 5)
          return { log: [answer] }
        },
        { timeout: 20 } as never,
      )
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver() })
    return [
      await graph.invoke({}, thread),
      fieldsOf(await outcomeOf(() => graph.invoke(new Command({ resume: 'slow' }), thread))),
      await graph.getState(thread),
    ]
  }),
)

differential('siblings of a node whose time has run out are stopped', ({ StateGraph }) =>
  inFakeTime(async () => {
    const seen: unknown[] = []
    const graph = new StateGraph(Log)
      .addNode('slow', async () => after(100).then(() => ({})), { timeout: 10 } as never)
      .addNode('quick', async () => after(5).then(() => ({ log: ['quick'] })))
      .addNode('sibling', async (_, config: Config) => {
        await new Promise<void>((resolve) => config.signal?.addEventListener('abort', () => resolve()))
        seen.push('told')
        return new Promise<never>(() => undefined)
      })
      .addEdge(START, 'slow')
      .addEdge(START, 'quick')
      .addEdge(START, 'sibling')
      .compile({ checkpointer: new MemorySaver() })
    const outcome = fieldsOf(await outcomeOf(() => graph.invoke({}, thread)))
    const { next, values, tasks } = await graph.getState(thread)
    return { outcome, seen, next: next.toSorted(), values, tasks }
  }),
)

differential('what is no timeout is refused when the graph is built', ({ StateGraph }) => {
  const build = (timeout: unknown) => () => {
    new StateGraph(Log)
      .addNode('a', noting('a'), { timeout } as never)
      .addEdge(START, 'a')
      .compile()
    return 'built'
  }
  const byDefault = (timeout: unknown) => () => {
    const builder = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a')
    builder.setNodeDefaults({ timeout } as never)
    builder.compile()
    return 'built'
  }
  const send = (timeout: unknown) => () => JSON.stringify(new Send('a', {}, { timeout } as never))
  const named = (timeout: unknown) => () => {
    task({ name: 'a', timeout } as never, () => 1)
    return 'built'
  }
  const timeouts = [
    0,
    -1,
    Number.NaN,
    Infinity,
    '5',
    null,
    {},
    { runTimeout: 0 },
    { idleTimeout: -5 },
    { refreshOn: 'never' },
    { runTimeout: 5, refreshOn: 'never' },
  ]
  return Promise.all(
    timeouts.flatMap((timeout) =>
      [build, byDefault, send, named].map(async (how) => [
        JSON.stringify(timeout),
        await outcomeOf(how(timeout)),
      ]),
    ),
  )
})

differential('the heartbeat is there only under a timeout', async ({ StateGraph }) => {
  const seen: unknown[] = []
  const look = (name: string) => async (_: unknown, config: Config) => {
    await setImmediate()
    seen.push([name, typeof config.heartbeat, 'heartbeat' in config && config.heartbeat !== undefined])
    return {}
  }
  const inner = new StateGraph(Log).addNode('inner', look('inner')).addEdge(START, 'inner').compile()
  await new StateGraph(Log)
    .addNode('none', look('none'))
    .addNode('run', look('run'), { timeout: 60_000 } as never)
    .addNode('idle', look('idle'), { timeout: { idleTimeout: 60_000 } } as never)
    .addNode('child', inner, { timeout: 60_000 } as never)
    .addEdge(START, 'none')
    .addEdge('none', 'run')
    .addEdge('run', 'idle')
    .addEdge('idle', 'child')
    .compile()
    .invoke({})
  return seen
})
