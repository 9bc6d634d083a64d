import { beforeEach, describe, expect, test } from 'vitest'
import { ERROR, reducer, type Attempt, type RunListener, type RunOptions } from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, sendTo, type Graph } from './support/graph.ts'
import { ManualClock } from './support/manual-clock.ts'
import { RecordingStore } from './support/recording-store.ts'
import { Trace, ask, line, runOf, valuesOf } from './support/thread.ts'

let store: RecordingStore
let executed: string[]

beforeEach(() => {
  store = new RecordingStore()
  executed = []
})

const log = reducer<string[], string>({ reduce: (list, text) => [...list, text], initial: () => [] })
const note = (attempt: Attempt) => {
  executed.push(attempt.task.name)
  attempt.write('log', attempt.task.name)
}
const failing = {
  errorHandler: 'handler',
  body(attempt: Attempt) {
    executed.push(attempt.task.name)
    attempt.write('log', 'half done')
    throw new TypeError(`${attempt.task.name} fails`)
  },
}

async function run(nodes: Graph['nodes'], options: Partial<RunOptions> = {}) {
  const next = runOf(planOf({ channels: { log }, nodes }), { start: enter('a'), store, ...options })
  return { result: await next.execute(), log: valuesOf(next)['log'] }
}

describe('an error handler', () => {
  test('takes over in the same superstep, and its routing replaces that of the failed node', async () => {
    const trace = new Trace()
    const nodes = {
      a: { ...failing, goesTo: ['b'] },
      b: { body: note },
      c: { body: note },
      handler: { body: note, goesTo: ['c'] },
    }
    expect(await run(nodes, { listener: trace })).toEqual({
      result: { kind: 'finished' },
      log: ['handler', 'c'],
    })
    expect(trace.steps).toEqual([['a'], ['c']])
  })

  test('gets the input of the failed task, and its error', async () => {
    let seen: unknown
    const handler = {
      body({ task }: Attempt) {
        const { origin } = task
        seen = {
          input: task.input,
          origin: origin.kind === 'handler' && [origin.failed.name, String(origin.error)],
        }
      },
    }
    await run({ a: { body: (attempt) => sendTo(attempt, 'b', 'sent') }, b: failing, handler })
    expect(seen).toEqual({ input: 'sent', origin: ['b', 'TypeError: b fails'] })
  })

  test('comes after the last retry', async () => {
    const clock = new ManualClock()
    const running = run({ a: { ...failing, retry: { maxAttempts: 3 } }, handler: { body: note } }, { clock })
    await clock.pass(10_000)
    await running
    expect(executed).toEqual(['a', 'a', 'a', 'handler'])
  })

  test('is applied in the place of the failed task', async () => {
    const nodes = {
      a: { body: (attempt: Attempt) => ['x', 'y', 'z'].forEach((args) => sendTo(attempt, 'b', args)) },
      b: {
        ...failing,
        body(attempt: Attempt) {
          if (attempt.input === 'y') return failing.body(attempt)
          attempt.write('log', attempt.input)
        },
      },
      handler: { body: note },
    }
    expect(await run(nodes)).toMatchObject({ log: ['x', 'handler', 'z'] })
  })

  test('that fails fails the run with its own error', async () => {
    const nodes = { a: failing, handler: { ...failing, errorHandler: 'other' }, other: { body: note } }
    await expect(run(nodes)).rejects.toThrow('handler fails')
    expect(executed).toEqual(['a', 'handler'])
  })

  test('can ask, and goes on with the answer, without the failed node running again', async () => {
    const handler = {
      body(attempt: Attempt) {
        attempt.write('log', String(ask(attempt, 'what now')))
      },
    }
    expect(await run({ a: failing, handler })).toMatchObject({
      result: { kind: 'interrupted', questions: [{ id: 'what now' }] },
    })
    const answer = { kind: 'plain', value: 'go on' } as const
    expect(await run({ a: failing, handler }, { start: { kind: 'command', writes: [], answer } })).toEqual({
      result: { kind: 'finished' },
      log: ['go on'],
    })
    expect(executed).toEqual(['a'])
  })

  test('is not asked for a question of its node', async () => {
    const asking = { errorHandler: 'handler', body: (attempt: Attempt) => void ask(attempt, 'name') }
    expect(await run({ a: asking, handler: { body: note } })).toMatchObject({
      result: { kind: 'interrupted' },
    })
    expect(executed).toEqual([])
  })
})

describe('after a crash', () => {
  const nodes = { a: failing, b: { body: note }, handler: { body: note } }

  test('a handler that had not finished runs, and its failed node does not', async () => {
    let isBroken = true
    const handler = {
      body(attempt: Attempt) {
        if (isBroken) throw new Error('crash')
        const { origin } = attempt.task
        attempt.write('log', origin.kind === 'handler' ? String(origin.error) : '?')
      },
    }
    await expect(run({ ...nodes, handler })).rejects.toThrow('crash')
    isBroken = false
    expect(await run({ ...nodes, handler }, { start: { kind: 'continue' } })).toMatchObject({
      log: ['TypeError: a fails'],
    })
    expect(executed).toEqual(['a'])
  })

  test('a handler that had finished does not run again, nor does its failed node', async () => {
    const gate = new Deferred()
    const slow = { ...nodes, b: { body: (attempt: Attempt) => gate.promise.then(() => note(attempt)) } }
    const running = run(slow, { start: enter(['a', 'b']) })
    running.catch(() => undefined)
    await turn() // what has finished is kept
    store.onCommit = () => {
      throw new Error('died')
    }
    gate.resolve()
    await expect(running).rejects.toThrow('died')
    store.onCommit = undefined
    executed = []
    expect(await run(slow, { start: { kind: 'continue' } })).toMatchObject({ log: ['handler', 'b'] })
    expect(executed).toEqual(['b'])
  })

  test('a handler is told to start once, and only when it does', async () => {
    const started: string[][] = []
    const listener: RunListener = { starting: (_, tasks) => void started.push(tasks.map(({ name }) => name)) }
    const broken = { ...nodes, handler: { body: () => Promise.reject(new Error('crash')) } }
    await expect(run(broken, { start: enter(['a', 'b']), listener })).rejects.toThrow('crash')
    expect(started).toEqual([['a', 'b'], ['handler']])
    started.length = 0
    await run(nodes, { start: { kind: 'continue' }, listener })
    expect(started).toEqual([['handler']])
  })

  test('a node that failed and has no handler any more runs again', async () => {
    const broken = { ...nodes, handler: { body: () => Promise.reject(new Error('crash')) } }
    await expect(run(broken)).rejects.toThrow('crash')
    expect(await run({ a: { body: note } }, { start: { kind: 'continue' } })).toMatchObject({ log: ['a'] })
  })
})

test('the failed task stays in the store with its error, and with nothing it had written', async () => {
  const paused = {
    a: failing,
    b: { body: (attempt: Attempt) => void ask(attempt, 'name') },
    handler: { body: note },
  }
  await run(paused, { start: enter(['a', 'b']) })
  const { writes } = store.load(line)!
  expect(writes.filter(([, channel]) => channel === ERROR).map(([, , value]) => value)).toEqual([
    { message: 'a fails', name: 'TypeError' },
  ])
  expect(writes.filter(([, channel]) => channel === 'log').map(([, , value]) => value)).toEqual(['handler'])
})
