import { describe, expect, test } from 'vitest'
import type { NodeBody } from '../src/index.ts'
import { Deferred } from './support/deferred.ts'
import { enter, goTo, planOf, sendTo } from './support/graph.ts'
import { Trace, runOf } from './support/thread.ts'

async function traceOf(plan: ReturnType<typeof planOf>, nodes: string[]): Promise<string[][]> {
  const trace = new Trace()
  await runOf(plan, { start: enter(nodes), listener: trace }).execute()
  return trace.steps
}

describe('a deferred node', () => {
  test('waits until nothing else is due', async () => {
    const plan = planOf({
      nodes: { a: { goesTo: ['b', 'last'] }, b: { goesTo: ['c'] }, c: {}, last: { isDeferred: true } },
    })
    expect(await traceOf(plan, ['a'])).toEqual([['a'], ['b'], ['c'], ['last']])
  })

  test('waits for sends, too', async () => {
    const plan = planOf({
      nodes: {
        a: { body: (attempt) => sendTo(attempt, 'b', 1), goesTo: ['last'] },
        b: { body: (attempt) => sendTo(attempt, 'c', 2) },
        c: {},
        last: { isDeferred: true },
      },
    })
    expect(await traceOf(plan, ['a'])).toEqual([['a'], ['b'], ['c'], ['last']])
  })

  test('runs once however often edges led to it', async () => {
    const plan = planOf({
      nodes: { a: { goesTo: ['b', 'last'] }, b: { goesTo: ['last'] }, last: { isDeferred: true } },
    })
    expect(await traceOf(plan, ['a'])).toEqual([['a'], ['b'], ['last']])
  })

  test('can begin the graph again, and is deferred again', async () => {
    let rounds = 0
    const again: NodeBody = (attempt) => {
      if (++rounds < 2) goTo(attempt, 'a')
    }
    const plan = planOf({
      nodes: { a: { goesTo: ['b', 'last'] }, b: {}, last: { isDeferred: true, body: again } },
    })
    expect(await traceOf(plan, ['a'])).toEqual([['a'], ['b'], ['last'], ['a'], ['b'], ['last']])
  })

  test('behind a join waits for the join and then for everything else', async () => {
    const plan = planOf({
      nodes: { a: {}, b: {}, c: { goesTo: ['d'] }, d: { goesTo: ['e'] }, e: {}, last: { isDeferred: true } },
      joins: [{ from: ['a', 'b'], to: 'last' }],
    })
    expect(await traceOf(plan, ['a', 'b', 'c'])).toEqual([['a', 'b', 'c'], ['d'], ['e'], ['last']])
  })

  test('is released together with all other deferred nodes', async () => {
    const plan = planOf({
      nodes: {
        a: { goesTo: ['x', 'y'] },
        x: { isDeferred: true },
        y: { isDeferred: true, goesTo: ['z'] },
        z: {},
      },
    })
    expect(await traceOf(plan, ['a'])).toEqual([['a'], ['x', 'y'], ['z']])
  })

  test('is not released by a task that is slow', async () => {
    const gate = new Deferred()
    const plan = planOf({
      nodes: {
        a: { goesTo: ['slow', 'last'] },
        slow: { body: () => gate.promise },
        last: { isDeferred: true },
      },
    })
    const trace = new Trace()
    const running = runOf(plan, { start: enter('a'), listener: trace }).execute()
    expect(trace.steps).toEqual([['a'], ['slow']])
    gate.resolve()
    await running
    expect(trace.steps).toEqual([['a'], ['slow'], ['last']])
  })
})
