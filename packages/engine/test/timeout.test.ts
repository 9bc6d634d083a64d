import { beforeEach, describe, expect, test } from 'vitest'
import {
  TaskTimeoutError,
  lastValue,
  type Attempt,
  type RunOptions,
  type TimeoutPolicy,
} from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, sendTo, type GraphNode } from './support/graph.ts'
import { ManualClock } from './support/manual-clock.ts'
import { RecordingStore } from './support/recording-store.ts'
import { refuseUnhandledRejections } from './support/rejections.ts'
import { runOf, valuesOf } from './support/thread.ts'

refuseUnhandledRejections()

let clock: ManualClock
let gate: Deferred
let attempts: Attempt[]

beforeEach(() => {
  clock = new ManualClock()
  gate = new Deferred()
  attempts = []
})

/** A node that waits for the gate, and then writes. */
function start(timeout: TimeoutPolicy, options: Partial<RunOptions> = {}, node: Partial<GraphNode> = {}) {
  const body = async (attempt: Attempt) => {
    attempts.push(attempt)
    await gate.promise
    attempt.write('x', 'late')
  }
  const plan = planOf({ channels: { x: lastValue() }, nodes: { a: { body, timeout, ...node } } })
  const run = runOf(plan, { start: enter('a'), clock, ...options })
  const result = run.execute()
  result.catch(() => undefined)
  return { run, result }
}

describe('a run timeout', () => {
  test('fails the task when its attempt takes too long', async () => {
    const { result } = start({ runMs: 100 })
    await clock.pass(99)
    expect(attempts[0]!.signal.aborted).toBe(false)
    await clock.pass(1)
    await expect(result).rejects.toMatchObject({
      name: 'TaskTimeoutError',
      code: 'TASK_TIMEOUT',
      node: 'a',
      kind: 'run',
      timeoutMs: 100,
      elapsedMs: 100,
      message:
        'Node "a" ran into its run timeout of 100 ms after 100 ms. ' +
        'Raise the timeout of the node, or make it report progress (a write, a streamed token, `heartbeat()`).',
    })
  })

  test('aborts the signal of the attempt', async () => {
    const { result } = start({ runMs: 100 })
    await clock.pass(100)
    await expect(result).rejects.toThrow(TaskTimeoutError)
    expect(attempts[0]!.signal.reason).toMatchObject({ name: 'AbortError' })
  })

  test('that passed while the node kept the event loop busy fails the task when it ends', async () => {
    const body = () => clock.skip(100)
    const { result } = start({ runMs: 100 }, {}, { body })
    await expect(result).rejects.toMatchObject({ kind: 'run', elapsedMs: 100 })
    expect(clock.armed).toBe(0)
  })

  test('fails the task with the error of its policy, when that has one', async () => {
    const own = new Error('too slow')
    const expired: unknown[] = []
    const errorFor = (error: TaskTimeoutError, taskId: string) => {
      expired.push(error.kind, taskId === attempts[0]!.task.id)
      return own
    }
    const { result } = start({ runMs: 100, errorFor })
    await clock.pass(100)
    await expect(result).rejects.toBe(own)
    expect(expired).toEqual(['run', true])
  })

  test('is not put off by signs of life', async () => {
    const { result } = start({ runMs: 100 })
    await clock.pass(60)
    attempts[0]!.write('x', 'early')
    await clock.pass(40)
    await expect(result).rejects.toMatchObject({ kind: 'run' })
  })

  test('leaves nothing armed when the task is in time', async () => {
    const { run, result } = start({ runMs: 100, idleMs: 50 })
    await clock.pass(10)
    gate.resolve()
    expect(await result).toEqual({ kind: 'finished' })
    expect(valuesOf(run)).toEqual({ x: 'late' })
    expect(clock.armed).toBe(0)
  })

  test('leaves nothing armed when the task throws in time', async () => {
    const { result } = start({ runMs: 100, idleMs: 50 })
    await turn()
    gate.reject(new Error('failed'))
    await expect(result).rejects.toThrow('failed')
    expect(clock.armed).toBe(0)
  })

  test('leaves nothing armed when the run is stopped, though its node does not end', async () => {
    const controller = new AbortController()
    const { result } = start({ runMs: 100, idleMs: 50 }, { signal: controller.signal })
    await turn()
    controller.abort(new Error('stopped'))
    await expect(result).rejects.toThrow('stopped')
    expect(clock.armed).toBe(0)
    expect(attempts[0]!.signal.reason).toEqual(new Error('stopped'))
  })

  test('is tried again under a retry policy, each attempt with the whole time and a signal of its own', async () => {
    const { run, result } = start({ runMs: 100 }, {}, { retry: { initialIntervalMs: 10, jitterMs: 0 } })
    await clock.pass(100)
    await clock.pass(10)
    expect(attempts).toHaveLength(2)
    expect(attempts.map(({ signal }) => signal.aborted)).toEqual([true, false])
    await clock.pass(90)
    gate.resolve()
    expect(await result).toEqual({ kind: 'finished' })
    expect(valuesOf(run)).toEqual({ x: 'late' })
  })
})

describe('an idle timeout', () => {
  test('fails the task when it gives no sign of life', async () => {
    const { result } = start({ idleMs: 50 })
    await clock.pass(50)
    await expect(result).rejects.toMatchObject({ kind: 'idle', timeoutMs: 50, elapsedMs: 50 })
  })

  test.each([
    ['a write', (attempt: Attempt) => attempt.write('x', 1)],
    [
      'a call',
      (attempt: Attempt) => void attempt.call({ name: 'called', input: undefined, invoke: () => undefined }),
    ],
    ['reported progress', (attempt: Attempt) => attempt.onProgress?.()],
    ['a heartbeat', (attempt: Attempt) => attempt.onHeartbeat?.()],
  ])('is put off by %s', async (_, live) => {
    const { result } = start({ idleMs: 50 })
    await clock.pass(40)
    live(attempts[0]!)
    await clock.pass(49)
    expect(attempts[0]!.signal.aborted).toBe(false)
    await clock.pass(1)
    await expect(result).rejects.toMatchObject({ kind: 'idle', elapsedMs: 90 })
  })

  test('of the heartbeat kind is put off by heartbeats only', async () => {
    const { result } = start({ idleMs: 50, refreshOn: 'heartbeat' })
    await clock.pass(40)
    attempts[0]!.onHeartbeat?.()
    attempts[0]!.write('x', 1)
    await clock.pass(40)
    attempts[0]!.write('x', 1)
    await clock.pass(10)
    await expect(result).rejects.toMatchObject({ elapsedMs: 90 })
  })

  test('and a run timeout: the first to ring counts', async () => {
    const { result } = start({ runMs: 100, idleMs: 50 })
    for (const ms of [40, 40]) {
      await clock.pass(ms)
      attempts[0]!.write('x', 1)
    }
    await clock.pass(20)
    await expect(result).rejects.toMatchObject({ kind: 'run', elapsedMs: 100 })
  })
})

test('a task that handles a failure has no timeout', async () => {
  const body = () => Promise.reject(new Error('failed'))
  const plan = planOf({
    nodes: {
      a: { body, timeout: { runMs: 100 }, errorHandler: 'handler' },
      handler: { body: () => gate.promise, timeout: { runMs: 100 } },
    },
  })
  const result = runOf(plan, { start: enter('a'), clock }).execute()
  await clock.pass(200)
  gate.resolve()
  expect(await result).toEqual({ kind: 'finished' })
})

describe('after its time ran out', () => {
  test('what the attempt wrote and what it still writes go nowhere', async () => {
    const store = new RecordingStore()
    const { run, result } = start({ runMs: 100 }, { store })
    await turn()
    attempts[0]!.write('x', 'early')
    await clock.pass(100)
    await expect(result).rejects.toThrow(TaskTimeoutError)
    gate.resolve()
    await turn()
    expect(valuesOf(run)).toEqual({})
    expect(
      store.commits.flatMap(({ writes }) =>
        writes.flatMap((task) => task.writes.map(([channel]) => channel)),
      ),
    ).toEqual(['__error__'])
  })

  test('what it calls is refused with the timeout, and does not run', async () => {
    const { result } = start({ runMs: 100 })
    await clock.pass(100)
    await expect(result).rejects.toThrow(TaskTimeoutError)
    let ran = 0
    const call = attempts[0]!.call({ name: 'called', input: undefined, invoke: () => void ran++ })
    await expect(call).rejects.toThrow(TaskTimeoutError)
    expect(ran).toBe(0)
  })

  test('a heartbeat does not bring it back', async () => {
    const { result } = start({ idleMs: 50 })
    await clock.pass(50)
    await expect(result).rejects.toThrow(TaskTimeoutError)
    attempts[0]!.onHeartbeat?.()
    attempts[0]!.onProgress?.()
    expect(clock.armed).toBe(0)
  })
})

describe('the timeout of a task', () => {
  const waiting = { body: () => gate.promise }

  test('that was sent is the one of its packet, if that has one', async () => {
    const plan = planOf({
      nodes: {
        a: {
          body: (attempt) => attempt.write('__pregel_tasks', { node: 'b', args: 1, timeout: 7 }),
        },
        b: { ...waiting, timeout: { runMs: 100 } },
      },
    })
    const timeoutOf = ({ timeout }: { timeout?: unknown }) => ({ runMs: timeout as number })
    const result = runOf(plan, { start: enter('a'), clock, timeoutOf }).execute()
    result.catch(() => undefined)
    await turn()
    expect(clock.waitsMs).toEqual([7])
    await clock.pass(7)
    await expect(result).rejects.toMatchObject({ timeoutMs: 7 })
  })

  test('that was sent is otherwise the one of its node', async () => {
    const plan = planOf({
      nodes: {
        a: { body: (attempt) => sendTo(attempt, 'b', 1) },
        b: { ...waiting, timeout: { runMs: 100 } },
      },
    })
    const result = runOf(plan, { start: enter('a'), clock }).execute()
    await turn()
    expect(clock.waitsMs).toEqual([100])
    gate.resolve()
    await result
  })

  test('that was called is the one of the call, never that of its caller', async () => {
    const plan = planOf({
      nodes: {
        a: {
          timeout: { runMs: 100 },
          body: async (attempt) => {
            const called = { name: 'called', input: undefined, invoke: () => gate.promise }
            await Promise.all([attempt.call(called), attempt.call({ ...called, timeout: { runMs: 30 } })])
          },
        },
      },
    })
    const result = runOf(plan, { start: enter('a'), clock }).execute()
    await turn()
    expect(clock.waitsMs).toEqual([30, 100])
    gate.resolve()
    await result
  })
})
