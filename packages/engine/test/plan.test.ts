import { describe, expect, test } from 'vitest'
import {
  createPlan,
  ephemeral,
  lastValue,
  systemClock,
  type NodeDefinition,
  type PlanDefinition,
} from '../src/index.ts'
import { ManualClock } from './support/manual-clock.ts'
import { runOf, valuesOf } from './support/thread.ts'

const body = () => undefined
const node = (more: Partial<NodeDefinition> = {}): NodeDefinition => ({ body, triggers: [], ...more })
const definition = (nodes: PlanDefinition['nodes']): PlanDefinition => ({
  name: 'orders',
  channels: { x: lastValue(), y: lastValue() },
  nodes,
})

describe('a plan', () => {
  test('lists every mistake of its definition at once', () => {
    const nodes = {
      a: node({ triggers: ['x', 'nowhere'], reads: 'missing' }),
      b: node({ reads: ['y', 'gone'], errorHandler: 'nobody' }),
    }
    expect(() => createPlan(definition(nodes))).toThrow(
      expect.objectContaining({
        code: 'INVALID_PLAN',
        plan: 'orders',
        message:
          'Graph "orders" has 4 mistakes:\n' +
          '- node "a" names the channel "nowhere", which the graph does not have\n' +
          '- node "a" names the channel "missing", which the graph does not have\n' +
          '- node "b" names the channel "gone", which the graph does not have\n' +
          '- node "b" names the error handler "nobody", which is no node of the graph',
      }),
    )
  })

  test('says of a single mistake that it is one', () => {
    expect(() => createPlan(definition({ a: node({ triggers: ['z'] }) }))).toThrow(
      'Graph "orders" has a mistake:\n- node "a" names the channel "z", which the graph does not have',
    )
  })

  test('keeps nodes in the order of their definition, and subscribers by name', () => {
    const plan = createPlan(
      definition({
        c: node({ triggers: ['x', 'y'] }),
        a: node({ triggers: ['x'] }),
        b: node({ triggers: ['x', 'x'] }),
      }),
    )
    expect(plan.nodes.map(({ name }) => name)).toEqual(['c', 'a', 'b'])
    expect(plan.subscribers.map((nodes) => nodes.map(({ name }) => name))).toEqual([['a', 'b', 'c'], ['c']])
  })

  test('serves any number of runs at once', async () => {
    const plan = createPlan({
      name: 'shared',
      channels: { go: ephemeral(), n: lastValue<number>() },
      nodes: {
        a: {
          triggers: ['go'],
          reads: 'n',
          body: async (attempt) => attempt.write('n', (attempt.input as number) + 1),
        },
      },
    })
    const runs = [1, 2, 3].map((n) =>
      runOf(plan, {
        start: {
          kind: 'input',
          writes: [
            ['n', n],
            ['go', null],
          ],
        },
      }),
    )
    await Promise.all(runs.map((run) => run.execute()))
    expect(runs.map((run) => valuesOf(run))).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }])
  })
})

describe('what a task reads', () => {
  const inputs: unknown[] = []
  const read = (reads: NodeDefinition['reads'], writes: readonly (readonly [string, unknown])[]) => {
    inputs.length = 0
    const plan = createPlan({
      name: 'reading',
      channels: { go: ephemeral(), x: lastValue(), y: lastValue() },
      nodes: {
        a: {
          triggers: ['go'],
          ...(reads !== undefined && { reads }),
          body: ({ input }) => void inputs.push(input),
        },
      },
    })
    return runOf(plan, { start: { kind: 'input', writes: [...writes, ['go', null]] } }).execute()
  }

  test('is nothing, when its node names nothing', async () => {
    await read(undefined, [['x', 1]])
    expect(inputs).toEqual([undefined])
  })

  test('is an object of the channels that hold something', async () => {
    await read(['x', 'y'], [['y', null]])
    expect(inputs).toEqual([{ y: null }])
  })

  test('is the bare value of one channel', async () => {
    await read('x', [['x', [1]]])
    expect(inputs).toEqual([[1]])
  })

  test('is never an empty channel: the task does not run', async () => {
    expect(await read('x', [])).toEqual({ kind: 'finished' })
    expect(inputs).toEqual([])
  })
})

test('the clock of the system counts, and takes a timer back', async () => {
  const before = Date.now()
  expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  expect(systemClock.random()).toBeLessThan(1)
  let rang = 0
  await new Promise<void>((resolve) => {
    systemClock.after(1_000_000, () => void rang++)()
    systemClock.after(0, resolve)
  })
  expect(rang).toBe(0)
  expect(new ManualClock().armed).toBe(0)
})
