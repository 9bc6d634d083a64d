// What breaks if X comes before Y?
import { beforeEach, describe, expect, test } from 'vitest'
import {
  RETURN,
  createPlan,
  ephemeral,
  lastValue,
  reducer,
  type Attempt,
  type RunListener,
  type RunOptions,
} from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, sendTo, type Graph } from './support/graph.ts'
import { ManualClock } from './support/manual-clock.ts'
import { RecordingStore } from './support/recording-store.ts'
import { refuseUnhandledRejections } from './support/rejections.ts'
import { line, runOf, valuesOf } from './support/thread.ts'

refuseUnhandledRejections()

let store: RecordingStore

beforeEach(() => {
  store = new RecordingStore()
})

const log = reducer<unknown[], unknown>({ reduce: (list, text) => [...list, text], initial: () => [] })
const note = (attempt: Attempt) => attempt.write('log', attempt.task.name)

function start(nodes: Graph['nodes'], options: Partial<RunOptions> = {}) {
  const run = runOf(planOf({ channels: { log }, nodes }), { start: enter('a'), store, ...options })
  const result = run.execute()
  result.catch(() => undefined)
  return { run, result }
}

const stored = () => store.load(line)!.writes.map(([, channel, value]) => [channel, value])

describe('a node that settles after the run has failed', () => {
  test('with a failure changes nothing, and starts no handler and no retry', async () => {
    const clock = new ManualClock()
    const gate = new Deferred()
    let handled = 0
    const { result } = start(
      {
        a: { body: () => Promise.reject(new Error('a fails')) },
        b: { body: () => gate.promise, retry: {}, errorHandler: 'h' },
        c: { body: () => gate.promise, errorHandler: 'h' },
        h: { body: () => void handled++ },
      },
      { start: enter(['a', 'b', 'c']), clock },
    )
    await expect(result).rejects.toThrow('a fails')
    gate.reject(new Error('late'))
    await turn()
    expect({ handled, armed: clock.armed }).toEqual({ handled: 0, armed: 0 })
    const givenUp = ['__error__', { message: 'This operation was aborted', name: 'AbortError' }]
    expect(stored()).toEqual([['__error__', { message: 'a fails', name: 'Error' }], givenUp, givenUp])
  })

  test('after another run has taken the thread on is kept beside its own checkpoint, and no newer one', async () => {
    const gate = new Deferred()
    let isBroken = true
    const nodes = {
      a: { body: () => (isBroken ? Promise.reject(new Error('a fails')) : undefined), goesTo: ['c'] },
      b: {
        body: (attempt: Attempt) =>
          isBroken ? gate.promise.then(() => attempt.write('log', 'late')) : note(attempt),
      },
      c: {},
    }
    const { result } = start(nodes, { start: enter(['a', 'b']) })
    await expect(result).rejects.toThrow('a fails')
    isBroken = false
    const next = start(nodes, { start: { kind: 'continue' } })
    await next.result
    gate.resolve()
    await turn()
    expect(valuesOf(next.run)['log']).toEqual(['b'])
    expect(store.load(line)!.values['log']).toEqual(['b'])
    expect(store.load(line)!.writes).toEqual([])
  })
})

describe('a node that calls a task', () => {
  test('after it has returned is refused, in that superstep and in a later one', async () => {
    const refused: Promise<unknown>[] = []
    let ran = 0
    let earlier: Attempt | undefined
    const call = { name: 'called', input: 1, invoke: () => void ran++ }
    const { result } = start({
      a: { body: (attempt) => void (earlier = attempt), goesTo: ['b'] },
      b: {
        async body() {
          refused.push(earlier!.call(call))
          await refused[0]!.catch(() => undefined)
        },
      },
    })
    expect(await result).toEqual({ kind: 'finished' })
    refused.push(earlier!.call(call))
    for (const refusal of refused) {
      await expect(refusal).rejects.toMatchObject({
        name: 'TaskEndedError',
        code: 'TASK_ENDED',
        node: 'a',
        called: 'called',
        message:
          'Node "a" called "called" after it had ended, so nothing can be kept of that call. ' +
          'Await every call before the node returns.',
      })
    }
    expect(ran).toBe(0)
  })

  test('after the run has failed is refused with the reason', async () => {
    const gate = new Deferred()
    let ran = 0
    let refusal: unknown
    const failure = new Error('a fails')
    const { result } = start(
      {
        a: { body: () => Promise.reject(failure) },
        b: {
          async body(attempt) {
            await gate.promise
            refusal = await attempt
              .call({ name: 'called', input: 1, invoke: () => void ran++ })
              .catch((error: unknown) => error)
          },
        },
      },
      { start: enter(['a', 'b']) },
    )
    await expect(result).rejects.toBe(failure)
    gate.resolve()
    await turn()
    expect(refusal).toBe(failure)
    expect(ran).toBe(0)
  })

  test('side by side, of which one fails, has the signal of the others aborted when that fails the run', async () => {
    const failure = new Error('called fails')
    let signal: AbortSignal | undefined
    const hanging = {
      name: 'hanging',
      input: 1,
      invoke(called: Attempt) {
        signal = called.signal
        return new Promise<void>(() => undefined)
      },
    }
    const failing = { name: 'failing', input: 1, invoke: () => Promise.reject(failure) }
    const caller = new AbortController()
    const { result } = start(
      {
        a: {
          body: async (attempt) => void (await Promise.all([attempt.call(hanging), attempt.call(failing)])),
        },
      },
      { signal: caller.signal },
    )
    await expect(result).rejects.toBe(failure)
    expect(signal!.aborted).toBe(true)
    expect(caller.signal.aborted).toBe(false)
  })
})

describe('a node that writes', () => {
  test('after it has returned writes nowhere: state and store agree', async () => {
    const gate = new Deferred()
    const { run, result } = start(
      {
        a: {
          body(attempt) {
            note(attempt)
            void Promise.resolve().then(() => attempt.write('log', 'late'))
          },
        },
        b: { body: () => gate.promise },
      },
      { start: enter(['a', 'b']) },
    )
    await turn()
    gate.resolve()
    await result
    expect(valuesOf(run)['log']).toEqual(['a'])
    expect(store.commits.flatMap(({ writes }) => writes.flatMap((task) => task.writes))).not.toContainEqual([
      'log',
      'late',
    ])
  })

  test('to a channel that the graph does not have changes nothing', async () => {
    const { run, result } = start({ a: { body: (attempt) => attempt.write('no such channel', 1) } })
    expect(await result).toEqual({ kind: 'finished' })
    expect(valuesOf(run)).toEqual({ log: [] })
  })

  test('a value, and then changes it in place, has written it as it was when it settled', async () => {
    const gate = new Deferred()
    const list = ['before']
    const { result } = start(
      {
        a: {
          body: (attempt) => attempt.write('log', list),
        },
        b: { body: () => gate.promise },
      },
      { start: enter(['a', 'b']) },
    )
    await turn()
    list.push('after')
    expect(stored()).toEqual([['log', ['before']]])
    gate.resolve()
    await result
  })
})

describe('a node that returns', () => {
  /** As code may do that is not written in TypeScript. */
  const returning = (value: unknown) => {
    const nodes = { a: { triggers: ['go'], body: () => value as Promise<void> } }
    const plan = createPlan({ name: 'odd', channels: { go: ephemeral() }, nodes })
    return runOf(plan, { start: { kind: 'input', writes: [['go', null]] }, store }).execute()
  }
  const withThen = (then: unknown) => {
    const value = {}
    Reflect.set(value, 'then', then)
    return value
  }
  const thenable = (settle: (resolve: () => void, reject: (error: unknown) => void) => void) =>
    withThen(settle)

  test('a thenable that is no promise is waited for', async () => {
    const gate = new Deferred()
    let isOver = false
    const running = returning(thenable((resolve) => void gate.promise.then(resolve))).finally(
      () => (isOver = true),
    )
    await turn()
    expect(isOver).toBe(false)
    gate.resolve()
    expect(await running).toEqual({ kind: 'finished' })
  })

  test('a thenable that resolves at once has finished', async () => {
    expect(await returning(thenable((resolve) => resolve()))).toEqual({ kind: 'finished' })
  })

  test.each([
    ['rejects', thenable((_, reject) => reject(new Error('a fails')))],
    [
      'throws',
      thenable(() => {
        throw new Error('a fails')
      }),
    ],
  ])('a thenable that %s fails the run', async (_, value) => {
    await expect(returning(value)).rejects.toThrow('a fails')
  })

  test.each([[7], ['text'], [null], [withThen(7)]])(
    '%j, which is no promise, has finished',
    async (value) => {
      expect(await returning(value)).toEqual({ kind: 'finished' })
    },
  )
})

describe('a listener that throws', () => {
  const broken = new Error('listener fails')
  const fail = () => {
    throw broken
  }
  const nodes = {
    a: { body: note, goesTo: ['b', 'c'] },
    b: { body: async (attempt: Attempt) => note(attempt) },
    c: { body: note },
  }

  test.each(['planned', 'starting', 'settled', 'applied'] as const)(
    'when told "%s" fails the run',
    async (told) => {
      const { result } = start(nodes, { listener: { [told]: fail } })
      await expect(result).rejects.toBe(broken)
    },
  )

  test('when a node that returned a promise settles fails the run, instead of hanging it', async () => {
    const listener: RunListener = { settled: (_, { name }) => name === 'b' && fail() }
    await expect(start(nodes, { listener }).result).rejects.toBe(broken)
  })

  test('does not make the task that settled run again, neither by a retry nor after a resume', async () => {
    let runs = 0
    const counting = {
      a: {
        retry: {},
        errorHandler: 'h',
        body(attempt: Attempt) {
          runs++
          note(attempt)
        },
      },
      h: { body: note },
    }
    await expect(start(counting, { listener: { settled: fail } }).result).rejects.toBe(broken)
    const next = start(counting, { start: { kind: 'continue' } })
    await next.result
    expect(runs).toBe(1)
    expect(valuesOf(next.run)['log']).toEqual(['a'])
  })

  test('when a called task settles fails the run', async () => {
    const calling = {
      a: {
        body: async (attempt: Attempt) =>
          void (await attempt.call({ name: 'called', input: 1, invoke: () => undefined })),
      },
    }
    const listener: RunListener = { settled: (_, { name }) => name === 'called' && fail() }
    await expect(start(calling, { listener }).result).rejects.toBe(broken)
  })

  test('when a handler starts fails the run', async () => {
    const handled = { a: { body: () => Promise.reject(new Error('a fails')), errorHandler: 'h' }, h: {} }
    const listener: RunListener = { starting: (_, tasks) => tasks[0]!.name === 'h' && fail() }
    await expect(start(handled, { listener }).result).rejects.toBe(broken)
  })

  test.each([
    ['resumed', { interruptBefore: ['a'] }],
    ['paused', {}],
  ])('when told "%s" fails the run', async (told, first) => {
    if (told === 'resumed') await start(nodes, first).result
    const options = told === 'resumed' ? { start: { kind: 'continue' } as const } : { interruptBefore: ['a'] }
    await expect(start(nodes, { ...options, listener: { [told]: fail } }).result).rejects.toBe(broken)
  })
})

describe('a policy that throws', () => {
  const failure = new Error('a fails')

  test.each([
    ['at once', () => Promise.reject(failure)],
    [
      'later',
      () => {
        throw failure
      },
    ],
  ])('is told, with the failure that it should have judged as its cause (%s)', async (_, body) => {
    const bug = new TypeError('isRetryable fails')
    const isRetryable = () => {
      throw bug
    }
    const { result } = start({ a: { body, retry: { isRetryable } } })
    await expect(result).rejects.toBe(bug)
    expect(bug.cause).toBe(failure)
  })

  test('when it is told of a retry fails the run', async () => {
    const clock = new ManualClock()
    const bug = new TypeError('onRetry fails')
    const onRetry = () => {
      throw bug
    }
    const { result } = start({ a: { body: () => Promise.reject(failure), retry: { onRetry } } }, { clock })
    await turn()
    await Promise.all([clock.pass(10_000), expect(result).rejects.toBe(bug)])
  })

  test('fails the run when it is the one that tells questions from failures', async () => {
    const bug = new TypeError('classify fails')
    const classify = () => {
      throw bug
    }
    await expect(start({ a: { body: () => Promise.reject(failure) } }, { classify }).result).rejects.toBe(bug)
  })

  test('that stops the run while it is told of a retry ends it there', async () => {
    const clock = new ManualClock()
    const controller = new AbortController()
    const onRetry = () => controller.abort(new Error('stopped'))
    const { result } = start(
      { a: { body: () => Promise.reject(failure), retry: { onRetry } } },
      { clock, signal: controller.signal },
    )
    await turn()
    await Promise.all([clock.pass(10_000), expect(result).rejects.toThrow('stopped')])
    expect(clock.armed).toBe(0)
  })
})

describe('a store that throws', () => {
  test('in the middle of a fan-out fails the run with its error, and starts nothing more', async () => {
    const broken = new Error('disk full')
    let started = 0
    const gates = Array.from({ length: 6 }, () => new Deferred())
    store.onCommit = ({ checkpoint }) => {
      if (checkpoint === undefined) throw broken
    }
    const { result } = start(
      {
        a: { body: (attempt) => gates.forEach((_, index) => sendTo(attempt, 'b', index)) },
        b: {
          async body(attempt) {
            started++
            await gates[attempt.input as number]!.promise
            note(attempt)
          },
        },
      },
      { maxConcurrency: 2 },
    )
    await turn()
    gates[0]!.resolve()
    await expect(result).rejects.toBe(broken)
    for (const gate of gates) gate.resolve()
    await turn()
    expect(started).toBeLessThanOrEqual(3)
    expect(store.load(line)!.metadata.step).toBe(0)
  })

  test('at the input fails the run before any node runs', async () => {
    let ran = 0
    store.onCommit = () => {
      throw new Error('disk full')
    }
    await expect(start({ a: { body: () => void ran++ } }).result).rejects.toThrow('disk full')
    expect(ran).toBe(0)
  })

  test('when a slow one fails before the first superstep stops the run there', async () => {
    const broken = new Error('disk full')
    store.onCommit = () => Promise.reject(broken)
    const ran: string[] = []
    const body = async ({ task }: Attempt) => void ran.push(task.name)
    const { result } = start({ a: { body, goesTo: ['b'] }, b: { body } })
    await expect(result).rejects.toBe(broken)
    expect(ran.length).toBeLessThan(2)
  })
})

test('a called task that asks and whose caller catches that does not stop the run', async () => {
  const asking = {
    name: 'asking',
    input: 1,
    invoke() {
      throw new Error('pretends to ask')
    },
  }
  const classify = (error: unknown) =>
    (error as Error).message === 'pretends to ask'
      ? ({ kind: 'interrupted', questions: [{ id: 'q' }] } as const)
      : ({ kind: 'failed' } as const)
  const body = async (attempt: Attempt) => {
    await attempt.call(asking).catch(() => undefined)
    note(attempt)
  }
  const { run, result } = start({ a: { body } }, { classify })
  expect(await result).toEqual({ kind: 'finished' })
  expect(valuesOf(run)['log']).toEqual(['a'])
})

test('a reducer that throws fails the run at the barrier, and what was finished is not run again', async () => {
  let isBroken = true
  let runs = 0
  const sum = reducer<number>({
    initial: () => 0,
    reduce(current, value) {
      if (isBroken) throw new RangeError('reducer fails')
      return current + value
    },
  })
  const plan = planOf({
    channels: { sum },
    nodes: {
      a: {
        async body(attempt) {
          runs++
          attempt.write('sum', 1)
        },
      },
    },
  })
  await expect(runOf(plan, { store, start: enter('a') }).execute()).rejects.toThrow('reducer fails')
  isBroken = false
  const next = runOf(plan, { store })
  await next.execute()
  expect({ runs, ...valuesOf(next) }).toEqual({ runs: 1, sum: 1 })
})

test('ten thousand tasks that settle in one turn neither overflow the stack nor take a commit each', async () => {
  const plan = planOf({
    channels: { last: lastValue() },
    nodes: {
      a: {
        body(attempt) {
          for (let index = 0; index < 10_000; index++) sendTo(attempt, 'b', index)
        },
      },
      b: { body: async () => undefined },
    },
  })
  await runOf(plan, { store, start: enter('a') }).execute()
  expect(store.commits.length).toBeLessThan(10)
})

test('a call whose result was never put gives undefined after a resume, too', async () => {
  let isBroken = true
  const results: unknown[] = []
  const body = async (attempt: Attempt) => {
    results.push(await attempt.call({ name: 'called', input: 1, invoke: () => undefined }))
    results.push(
      await attempt.call({ name: 'null', input: 1, invoke: (called) => called.write(RETURN, null) }),
    )
    if (isBroken) throw new Error('crash')
  }
  await expect(start({ a: { body } }).result).rejects.toThrow('crash')
  isBroken = false
  await start({ a: { body } }, { start: { kind: 'continue' } }).result
  expect(results).toEqual([undefined, null, undefined, null])
})
