import { describe, expect, test } from 'vitest'
import { InvalidUpdateError, lastValue, reducer, type Attempt } from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, sendTo } from './support/graph.ts'
import { Trace, runOf, valuesOf } from './support/thread.ts'

const log = () => reducer<string[], string>({ reduce: (list, text) => [...list, text], initial: () => [] })
const write = (text: string) => (attempt: Attempt) => attempt.write('log', text)

describe('a fan-out by edges', () => {
  test('runs all targets in one superstep, each on the state before it', async () => {
    const see = (attempt: Attempt) =>
      attempt.write('log', JSON.stringify((attempt.input as { log: string[] }).log))
    const plan = planOf({
      channels: { log: log() },
      nodes: { a: { body: write('a'), goesTo: ['b', 'c'] }, b: { body: see }, c: { body: see } },
    })
    const trace = new Trace()
    const run = runOf(plan, { start: enter('a'), listener: trace })
    await run.execute()
    expect(trace.steps).toEqual([['a'], ['b', 'c']])
    expect(valuesOf(run)).toEqual({ log: ['a', '["a"]', '["a"]'] })
  })

  test('applies writes by the names of the nodes, not in the order in which they finish', async () => {
    const gates = { b: new Deferred(), c: new Deferred(), d: new Deferred() }
    const node = (name: keyof typeof gates) => ({
      body: (attempt: Attempt) => gates[name].promise.then(() => write(name)(attempt)),
    })
    const plan = planOf({ channels: { log: log() }, nodes: { d: node('d'), c: node('c'), b: node('b') } })
    const run = runOf(plan, { start: enter(['c', 'd', 'b']) })
    const running = run.execute()
    for (const name of ['d', 'b', 'c'] as const) {
      gates[name].resolve()
      await turn()
    }
    await running
    expect(valuesOf(run)).toEqual({ log: ['b', 'c', 'd'] })
  })

  test('starts nodes by name', async () => {
    const started: string[] = []
    const node = { body: (attempt: Attempt) => void started.push(attempt.task.name) }
    await runOf(planOf({ nodes: { z: node, a: node, m: node } }), { start: enter(['z', 'm', 'a']) }).execute()
    expect(started).toEqual(['a', 'm', 'z'])
  })

  test('of two nodes that write to a last value is refused, naming the channel and the values', async () => {
    const node = { body: (attempt: Attempt) => attempt.write('x', attempt.task.name) }
    const plan = planOf({ channels: { x: lastValue() }, nodes: { a: node, b: node } })
    const run = runOf(plan, { start: enter(['a', 'b']) })
    const error = await run.execute().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(InvalidUpdateError)
    expect(error).toMatchObject({
      code: 'CONCURRENT_WRITE',
      channel: 'x',
      updates: ['a', 'b'],
      message:
        'Invalid update for channel "x" with values ["a","b"]: it got 2 values in one superstep, but keeps one. ' +
        'Give it a reducer, or join the nodes before they write.',
    })
  })

  test('is refused with the same error when the values have no JSON', async () => {
    const node = { body: (attempt: Attempt) => attempt.write('x', 1n) }
    const plan = planOf({ channels: { x: lastValue() }, nodes: { a: node, b: node } })
    await expect(runOf(plan, { start: enter(['a', 'b']) }).execute()).rejects.toMatchObject({
      code: 'CONCURRENT_WRITE',
      message: expect.stringContaining('Invalid update for channel "x" with values [object Array]:'),
    })
  })
})

describe('a fan-out by sends', () => {
  test('runs before the nodes that edges lead to, in the order of the sends, and is applied after them', async () => {
    const plan = planOf({
      channels: { log: log() },
      nodes: {
        a: {
          body(attempt) {
            for (const args of ['3', '1', '2']) sendTo(attempt, 'worker', args)
          },
          goesTo: ['b', 'z'],
        },
        b: { body: write('b') },
        worker: { body: (attempt) => attempt.write('log', attempt.input) },
        z: { body: write('z') },
      },
    })
    const trace = new Trace()
    const run = runOf(plan, { start: enter('a'), listener: trace })
    await run.execute()
    expect(trace.steps[1]).toEqual(['worker', 'worker', 'worker', 'b', 'z'])
    expect(valuesOf(run)).toEqual({ log: ['b', 'z', '3', '1', '2'] })
  })

  test('of several senders keeps the order of their names, then of their sends', async () => {
    const sender = (name: string) => ({
      body(attempt: Attempt) {
        sendTo(attempt, 'worker', `${name}1`)
        sendTo(attempt, 'worker', `${name}2`)
      },
    })
    const plan = planOf({
      channels: { log: log() },
      nodes: {
        y: sender('y'),
        x: sender('x'),
        worker: { body: (attempt) => attempt.write('log', attempt.input) },
      },
    })
    const run = runOf(plan, { start: enter(['y', 'x']) })
    await run.execute()
    expect(valuesOf(run)).toEqual({ log: ['x1', 'x2', 'y1', 'y2'] })
  })

  test('to more than ten targets keeps their order, which is not that of their texts', async () => {
    const plan = planOf({
      channels: { log: log() },
      nodes: {
        a: {
          body(attempt) {
            for (let index = 0; index < 12; index++) sendTo(attempt, 'worker', String(index))
          },
        },
        worker: { body: (attempt) => attempt.write('log', attempt.input) },
      },
    })
    const run = runOf(plan, { start: enter('a') })
    await run.execute()
    expect(valuesOf(run)['log']).toEqual(Array.from({ length: 12 }, (_, index) => String(index)))
  })

  test('gives a task its own input, which may be undefined', async () => {
    const inputs: unknown[] = []
    const plan = planOf({
      nodes: {
        a: { body: (attempt) => sendTo(attempt, 'worker', undefined) },
        worker: { body: (attempt) => void inputs.push(attempt.input) },
      },
    })
    await runOf(plan, { start: enter('a') }).execute()
    expect(inputs).toEqual([undefined])
  })

  test('to a node that the graph does not have fails the run instead of vanishing', async () => {
    const plan = planOf({ nodes: { worker: {}, a: { body: (attempt) => sendTo(attempt, 'wroker', 1) } } })
    await expect(runOf(plan, { start: enter('a') }).execute()).rejects.toMatchObject({
      code: 'UNKNOWN_NODE',
      message:
        'A task of this thread goes to "wroker", but the graph has no node of that name. Did you mean "worker"? ' +
        'Its nodes are: worker, a.',
    })
  })
})

describe('a limit on concurrency', () => {
  test.each([1, 2, 3])('of %i is never exceeded, and every task runs', async (maxConcurrency) => {
    let running = 0
    let most = 0
    let ran = 0
    const gates: Deferred[] = []
    const plan = planOf({
      nodes: {
        a: {
          body(attempt) {
            for (let index = 0; index < 6; index++) sendTo(attempt, 'worker', index)
          },
        },
        worker: {
          async body() {
            most = Math.max(most, ++running)
            const gate = new Deferred()
            gates.push(gate)
            await gate.promise
            running--
            ran++
          },
        },
      },
    })
    const finished = runOf(plan, { start: enter('a'), maxConcurrency }).execute()
    for (let index = 0; index < 6; index++) {
      await turn()
      gates[index]!.resolve()
    }
    await finished
    expect({ most, ran }).toEqual({ most: maxConcurrency, ran: 6 })
  })

  test('does not count tasks that other tasks call', async () => {
    const started: string[] = []
    const gate = new Deferred()
    const call = { name: 'called', input: undefined, invoke: () => gate.promise }
    const plan = planOf({
      nodes: {
        a: {
          async body(attempt) {
            started.push('a')
            await attempt.call(call)
          },
        },
        b: { body: async () => void started.push('b') },
      },
    })
    const running = runOf(plan, { start: enter(['a', 'b']), maxConcurrency: 2 }).execute()
    await turn()
    expect(started).toEqual(['a', 'b'])
    gate.resolve()
    await running
  })

  test('lets a handler take the place of the task that failed', async () => {
    const order: string[] = []
    const note = (attempt: Attempt) => void order.push(attempt.task.name)
    const plan = planOf({
      nodes: {
        a: {
          async body() {
            throw new Error('a fails')
          },
          errorHandler: 'h',
        },
        b: { body: async (attempt) => note(attempt) },
        h: { body: async (attempt) => note(attempt) },
      },
    })
    await runOf(plan, { start: enter(['a', 'b']), maxConcurrency: 1 }).execute()
    expect(order).toEqual(['h', 'b'])
  })
})
