import { beforeEach, describe, expect, test } from 'vitest'
import { backoffMs, lastValue, type Attempt, type RetryPolicy, type RunOptions } from '../src/index.ts'
import { turn } from './support/deferred.ts'
import { enter, planOf, type GraphNode } from './support/graph.ts'
import { ManualClock } from './support/manual-clock.ts'
import { RecordingStore } from './support/recording-store.ts'
import { refuseUnhandledRejections } from './support/rejections.ts'
import { ask, line, runOf, valuesOf } from './support/thread.ts'

refuseUnhandledRejections()

let clock: ManualClock

beforeEach(() => {
  clock = new ManualClock()
})

/** Fails so often, then writes how often it was tried. */
function flaky(failures: number, policy: Partial<GraphNode> & { retry?: RetryPolicy }) {
  const attempts: Attempt[] = []
  const body = (attempt: Attempt) => {
    attempts.push(attempt)
    attempt.write('x', attempt.number)
    if (attempts.length <= failures) throw new Error(`failure ${attempts.length}`)
  }
  const plan = planOf({ channels: { x: lastValue() }, nodes: { a: { body, ...policy } } })
  const start = (options: Partial<RunOptions> = {}) => {
    const run = runOf(plan, { start: enter('a'), clock, ...options })
    const result = run.execute()
    result.catch(() => undefined)
    return { run, result }
  }
  return { attempts, start }
}

describe('the waits between attempts', () => {
  test.each([
    { policy: {}, waits: [500, 1000, 2000, 4000] },
    { policy: { initialIntervalMs: 100, backoffFactor: 3 }, waits: [100, 300, 900, 2700] },
    { policy: { initialIntervalMs: 100, maxIntervalMs: 250 }, waits: [100, 200, 250, 250] },
    { policy: { backoffFactor: 1 }, waits: [500, 500, 500, 500] },
  ])('with $policy are $waits ms', ({ policy, waits }) => {
    expect([1, 2, 3, 4].map((attempt) => backoffMs(policy, attempt, 0))).toEqual(waits)
  })

  test('get a random part on top, also of the longest', () => {
    expect(backoffMs({}, 1, 0.5)).toBe(1000)
    expect(backoffMs({ jitterMs: 10, maxIntervalMs: 100 }, 9, 0.5)).toBe(105)
    expect(backoffMs({ jitterMs: 0 }, 1, 0.99)).toBe(500)
  })

  test('are waited by the clock of the run', async () => {
    clock.chance = 0.25
    const { attempts, start } = flaky(2, { retry: { jitterMs: 100 } })
    const { result } = start()
    await turn()
    expect(clock.waitsMs).toEqual([525])
    await clock.pass(524)
    expect(attempts).toHaveLength(1)
    await clock.pass(1)
    expect(attempts).toHaveLength(2)
    await clock.pass(1025)
    expect(await result).toEqual({ kind: 'finished' })
  })
})

describe('a task that fails', () => {
  test('is not tried again without a policy', async () => {
    const { attempts, start } = flaky(1, {})
    await expect(start().result).rejects.toThrow('failure 1')
    expect(attempts).toHaveLength(1)
  })

  test('is tried three times unless its policy says otherwise', async () => {
    const { attempts, start } = flaky(9, { retry: {} })
    const { result } = start()
    await clock.pass(10_000)
    await expect(result).rejects.toThrow('failure 3')
    expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3])
  })

  test('is tried as often as its policy says', async () => {
    const { attempts, start } = flaky(9, { retry: { maxAttempts: 5 } })
    const { result } = start()
    await clock.pass(100_000)
    await expect(result).rejects.toThrow('failure 5')
    expect(attempts).toHaveLength(5)
  })

  test('is tried by the policy of the run when its node has none', async () => {
    const { attempts, start } = flaky(1, {})
    const { result } = start({ retry: { maxAttempts: 2 } })
    await clock.pass(10_000)
    expect(await result).toEqual({ kind: 'finished' })
    expect(attempts).toHaveLength(2)
  })

  test('is tried by the policy of its node rather than that of the run', async () => {
    const { attempts, start } = flaky(9, { retry: { maxAttempts: 1 } })
    await expect(start({ retry: { maxAttempts: 5 } }).result).rejects.toThrow('failure 1')
    expect(attempts).toHaveLength(1)
  })

  test('is not tried again when its error is not worth it', async () => {
    const errors: unknown[] = []
    const isRetryable = (error: unknown) => errors.push(error) < 2
    const { attempts, start } = flaky(9, { retry: { isRetryable } })
    const { result } = start()
    await clock.pass(10_000)
    await expect(result).rejects.toThrow('failure 2')
    expect(attempts).toHaveLength(2)
    expect(errors.map(String)).toEqual(['Error: failure 1', 'Error: failure 2'])
  })

  test('leaves nothing of its failed attempts, neither in the state nor in the store', async () => {
    const store = new RecordingStore()
    const { start } = flaky(1, { retry: {} })
    const { run, result } = start({ store })
    await clock.pass(10_000)
    await result
    expect(valuesOf(run)).toEqual({ x: 2 })
    expect(store.commits.flatMap(({ writes }) => writes.flatMap((task) => task.writes))).toEqual([['x', 2]])
  })

  test('that fails for good leaves its error in the store, and none of its writes', async () => {
    const store = new RecordingStore()
    const { attempts, start } = flaky(1, {})
    await expect(start({ store }).result).rejects.toThrow('failure 1')
    const { writes } = store.load(line)!
    expect(writes.map(([, channel, value]) => [channel, value])).toEqual([
      ['__error__', { message: 'failure 1', name: 'Error' }],
    ])
    const { run, result } = start({ store, start: { kind: 'continue' }, loaded: store.load(line) })
    await result
    expect(attempts).toHaveLength(2)
    expect(valuesOf(run)).toEqual({ x: 1 })
  })

  test('tells each attempt when the first began, and gives each its number', async () => {
    const { attempts, start } = flaky(2, { retry: { jitterMs: 0 } })
    const { result } = start()
    await clock.pass(10_000)
    await result
    expect(attempts.map(({ number, firstStartedAtMs }) => [number, firstStartedAtMs])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ])
  })

  test('tells of each wait when it is over', async () => {
    const told: unknown[] = []
    const onRetry: NonNullable<RetryPolicy['onRetry']> = ({ error, ...retry }) =>
      void told.push({ ...retry, error: String(error) })
    const { start } = flaky(2, { retry: { onRetry, jitterMs: 0 } })
    const { result } = start()
    await turn()
    await clock.pass(499)
    expect(told).toEqual([])
    await clock.pass(10_000)
    await result
    expect(told).toEqual([
      { node: 'a', attempt: 1, waitMs: 500, error: 'Error: failure 1' },
      { node: 'a', attempt: 2, waitMs: 1000, error: 'Error: failure 2' },
    ])
  })
})

test('a question is no failure, and is not tried again', async () => {
  let tries = 0
  const body = (attempt: Attempt) => {
    tries++
    ask(attempt, 'name')
  }
  const plan = planOf({ nodes: { a: { body, retry: {} } } })
  expect(await runOf(plan, { start: enter('a'), clock }).execute()).toMatchObject({ kind: 'interrupted' })
  expect(tries).toBe(1)
  expect(clock.armed).toBe(0)
})

test('an abort ends the wait: nothing is tried again, and no timer stays', async () => {
  const controller = new AbortController()
  const { attempts, start } = flaky(9, { retry: {} })
  const { result } = start({ signal: controller.signal })
  await turn()
  expect(clock.armed).toBe(1)
  controller.abort(new Error('stopped'))
  await expect(result).rejects.toThrow('stopped')
  await turn()
  expect(clock.armed).toBe(0)
  expect(attempts).toHaveLength(1)
})

test('twenty tasks that wait at once raise no warning of too many listeners', async () => {
  const warnings: unknown[] = []
  const note = (warning: unknown) => void warnings.push(warning)
  process.on('warning', note)
  try {
    let failures = 0
    const body = () => {
      if (failures++ < 20) throw new Error('flaky')
    }
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`)
    const plan = planOf({
      nodes: Object.fromEntries(names.map((name) => [name, { body, retry: {}, timeout: { runMs: 99_999 } }])),
    })
    const running = runOf(plan, { start: enter(names), clock }).execute()
    await turn()
    expect(clock.armed).toBe(20)
    await clock.pass(10_000)
    await running
    await turn()
    expect(warnings).toEqual([])
  } finally {
    process.off('warning', note)
  }
})
