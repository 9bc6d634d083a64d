import { beforeEach, describe, expect, test } from 'vitest'
import {
  ERROR,
  RETURN,
  reducer,
  type Attempt,
  type Call,
  type RunListener,
  type RunOptions,
} from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, type Graph } from './support/graph.ts'
import { ManualClock } from './support/manual-clock.ts'
import { RecordingStore } from './support/recording-store.ts'
import { refuseUnhandledRejections } from './support/rejections.ts'
import { ask, line, runOf, valuesOf } from './support/thread.ts'

refuseUnhandledRejections()

let store: RecordingStore
let executed: string[]

beforeEach(() => {
  store = new RecordingStore()
  executed = []
})

const log = reducer<unknown[], unknown>({ reduce: (list, text) => [...list, text], initial: () => [] })

/** A task that gives its input back. */
const echo = (name: string, input: unknown, more: Partial<Call> = {}): Call => ({
  name,
  input,
  async invoke(attempt) {
    executed.push(name)
    attempt.write(RETURN, attempt.input)
  },
  ...more,
})

const broken = (name: string): Call => ({
  name,
  input: undefined,
  async invoke() {
    executed.push(name)
    throw new RangeError(`${name} fails`)
  },
})

async function run(
  body: (attempt: Attempt) => Promise<void>,
  options: Partial<RunOptions> = {},
  node: Partial<Graph['nodes'][string]> = {},
) {
  const plan = planOf({ channels: { log }, nodes: { a: { body, ...node } } })
  const next = runOf(plan, { start: enter('a'), store, ...options })
  return { result: await next.execute(), log: valuesOf(next)['log'] }
}

describe('a called task', () => {
  test('gives its result to its caller, in the same superstep', async () => {
    const { log: written } = await run(async (attempt) => {
      attempt.write('log', await attempt.call(echo('called', 7)))
    })
    expect(written).toEqual([7])
    expect(store.checkpoints.map(({ metadata }) => metadata.step)).toEqual([-1, 0])
  })

  test('gives undefined when it puts no result', async () => {
    const results: unknown[] = []
    await run(
      async (attempt) =>
        void results.push(await attempt.call({ name: 'called', input: 1, invoke: () => undefined })),
    )
    expect(results).toEqual([undefined])
  })

  test('can itself call tasks', async () => {
    const outer: Call = {
      name: 'outer',
      input: undefined,
      invoke: async (attempt) =>
        attempt.write(RETURN, [await attempt.call(echo('inner', 1)), await attempt.call(echo('inner', 2))]),
    }
    const { log: written } = await run(async (attempt) => attempt.write('log', await attempt.call(outer)))
    expect(written).toEqual([[1, 2]])
  })

  test('runs beside others that were called before it', async () => {
    const gate = new Deferred()
    const slow = echo('slow', 'slow', {
      async invoke(attempt) {
        await gate.promise
        attempt.write(RETURN, attempt.input)
      },
    })
    const running = run(async (attempt) => {
      const results = await Promise.all([attempt.call(slow), attempt.call(echo('quick', 'quick'))])
      attempt.write('log', results)
    })
    await turn()
    expect(executed).toEqual(['quick'])
    gate.resolve()
    expect((await running).log).toEqual([['slow', 'quick']])
  })

  test('is recorded with its result as soon as it has finished', async () => {
    const gate = new Deferred()
    const running = run(async (attempt) => {
      await attempt.call(echo('called', 7))
      await gate.promise
    })
    await turn()
    expect(store.load(line)!.writes.map(([, channel, value]) => [channel, value])).toEqual([[RETURN, 7]])
    gate.resolve()
    await running
  })

  test('writes to the state, too, applied after the triggered tasks', async () => {
    const writing = echo('called', 1, { invoke: (attempt) => attempt.write('log', 'called') })
    const { log: written } = await run(async (attempt) => {
      await attempt.call(writing)
      attempt.write('log', 'caller')
    })
    expect(written).toEqual(['caller', 'called'])
  })

  test('that the caller does not wait for still ends before the superstep does', async () => {
    const gate = new Deferred()
    let isOver = false
    const running = run(
      async (attempt) => void attempt.call(echo('called', 1, { invoke: () => gate.promise })),
    ).finally(() => (isOver = true))
    await turn()
    expect(isOver).toBe(false)
    gate.resolve()
    await running
  })

  test('may be named like a node without being taken for it', async () => {
    await run(async (attempt) => void (await attempt.call(echo('a', 1))))
    expect(store.load(line)!.seen['a']).toEqual({ 'to:a': 1 })
  })
})

describe('a called task that fails', () => {
  test('throws its error into its caller', async () => {
    await expect(run(async (attempt) => void (await attempt.call(broken('called'))))).rejects.toThrow(
      new RangeError('called fails'),
    )
  })

  test('does not fail the run when its caller catches that', async () => {
    const { log: written } = await run(async (attempt) => {
      const caught: unknown = await attempt.call(broken('called')).catch((error: unknown) => error)
      attempt.write('log', String(caught))
    })
    expect(written).toEqual(['RangeError: called fails'])
  })

  test('is not given to the error handler of its caller', async () => {
    const plan = planOf({
      channels: { log },
      nodes: {
        a: {
          errorHandler: 'handler',
          body: async (attempt) => void (await attempt.call(broken('called')).catch(() => undefined)),
        },
        handler: { body: () => void executed.push('handler') },
      },
    })
    await runOf(plan, { start: enter('a'), store }).execute()
    expect(executed).toEqual(['called'])
  })

  test('is tried again by its own policy', async () => {
    const clock = new ManualClock()
    let tries = 0
    const flaky = echo('flaky', 1, {
      retry: { maxAttempts: 2 },
      invoke(attempt) {
        if (++tries < 2) throw new Error('flaky')
        attempt.write(RETURN, tries)
      },
    })
    const running = run(async (attempt) => attempt.write('log', await attempt.call(flaky)), { clock })
    await clock.pass(10_000)
    expect((await running).log).toEqual([2])
  })

  test('writes nothing to the state', async () => {
    const writing: Call = {
      name: 'called',
      input: undefined,
      invoke(attempt) {
        attempt.write('log', 'half done')
        throw new Error('called fails')
      },
    }
    const { log: written } = await run(
      async (attempt) => void (await attempt.call(writing).catch(() => undefined)),
    )
    expect(written).toEqual([])
  })

  test('brings nothing down when nobody waits for it', async () => {
    expect(await run(async (attempt) => void attempt.call(broken('called')))).toMatchObject({
      result: { kind: 'finished' },
    })
  })

  test('brings nothing down when its caller failed before it waited', async () => {
    const body = async (attempt: Attempt) => {
      void attempt.call(broken('called'))
      throw new Error('caller fails')
    }
    await expect(run(body)).rejects.toThrow('caller fails')
  })

  test('leaves its error in the store', async () => {
    await expect(run(async (attempt) => void (await attempt.call(broken('called'))))).rejects.toThrow(
      'called fails',
    )
    const failure = { message: 'called fails', name: 'RangeError' }
    expect(store.load(line)!.writes.map(([, channel, value]) => [channel, value])).toEqual([
      [ERROR, failure],
      [ERROR, failure],
    ])
  })
})

describe('when the thread goes on', () => {
  test('called tasks that finished give their results and do not run again; one that failed does', async () => {
    let isBroken = true
    const body = async (attempt: Attempt) => {
      const first = await attempt.call(echo('first', 1))
      const second = await attempt.call(isBroken ? broken('second') : echo('second', 2))
      attempt.write('log', [first, second])
    }
    await expect(run(body)).rejects.toThrow('second fails')
    isBroken = false
    executed = []
    expect(await run(body, { start: { kind: 'continue' } })).toMatchObject({ log: [[1, 2]] })
    expect(executed).toEqual(['second'])
  })

  test('a called task that asked takes its answer, and those before it do not run again', async () => {
    const asking: Call = {
      name: 'asking',
      input: undefined,
      async invoke(attempt) {
        attempt.write(RETURN, ask(attempt, 'name'))
      },
    }
    const body = async (attempt: Attempt) => {
      await attempt.call(echo('first', 1))
      attempt.write('log', await attempt.call(asking))
    }
    expect(await run(body)).toMatchObject({ result: { kind: 'interrupted', questions: [{ id: 'name' }] } })
    const answer = { kind: 'plain', value: 'Ada' } as const
    expect(await run(body, { start: { kind: 'command', writes: [], answer } })).toEqual({
      result: { kind: 'finished' },
      log: ['Ada'],
    })
    expect(executed).toEqual(['first'])
  })

  test('a listener is told which were restored, and which start', async () => {
    const told: string[] = []
    const listener: RunListener = {
      starting: (_, tasks) => void told.push(`starting ${tasks.map(({ name }) => name).join()}`),
      restored: (_, tasks) => void told.push(`restored ${tasks.map(({ name }) => name).join()}`),
    }
    let isBroken = true
    const body = async (attempt: Attempt) => {
      await attempt.call(echo('first', 1))
      if (isBroken) throw new Error('crash')
      await attempt.call(echo('second', 2))
    }
    await expect(run(body)).rejects.toThrow('crash')
    isBroken = false
    await run(body, { start: { kind: 'continue' }, listener })
    expect(told).toEqual(['starting a', 'restored first', 'starting second'])
  })
})

describe.each([
  ['with a store', true],
  ['without a store', false],
])('when its caller is tried again, %s', (_, isKept) => {
  test('a called task that finished gives its result and does not run again; one that failed does', async () => {
    const clock = new ManualClock()
    const results: unknown[] = []
    const body = async (attempt: Attempt) => {
      const first = await attempt.call(echo('first', 1))
      const second = await attempt.call(attempt.number === 1 ? broken('second') : echo('second', 2))
      results.push(first, second)
    }
    const running = run(body, { clock, store: isKept ? store : undefined }, { retry: {} })
    await clock.pass(10_000)
    await running
    expect(results).toEqual([1, 2])
    expect(executed).toEqual(['first', 'second', 'second'])
  })

  test('a called task that is still at work is waited for, not started again', async () => {
    const clock = new ManualClock()
    const gate = new Deferred()
    let started = 0
    const slow = echo('slow', 1, {
      invoke(attempt) {
        started++
        return gate.promise.then(() => attempt.write(RETURN, 'slow'))
      },
    })
    const results: unknown[] = []
    const body = async (attempt: Attempt) => {
      const result = attempt.call(slow)
      if (attempt.number === 1) throw new Error('flaky')
      results.push(await result)
    }
    const running = run(body, { clock, store: isKept ? store : undefined }, { retry: {} })
    await clock.pass(10_000)
    gate.resolve()
    await running
    expect({ started, results }).toEqual({ started: 1, results: ['slow'] })
  })
})
