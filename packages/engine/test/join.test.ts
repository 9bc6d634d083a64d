import { describe, expect, test } from 'vitest'
import type { Attempt, Diagnostic, NodeBody } from '../src/index.ts'
import { edgeTo, enter, goTo, joinName, planOf } from './support/graph.ts'
import { Trace, line, runOf } from './support/thread.ts'
import { RecordingStore } from './support/recording-store.ts'

async function traceOf(plan: ReturnType<typeof planOf>, nodes: string[]): Promise<string[][]> {
  const trace = new Trace()
  await runOf(plan, { start: enter(nodes), listener: trace }).execute()
  return trace.steps
}

describe('a join', () => {
  test('waits for the slowest branch', async () => {
    const plan = planOf({
      nodes: { a: {}, b: { goesTo: ['c'] }, c: {}, d: {} },
      joins: [{ from: ['a', 'c'], to: 'd' }],
    })
    expect(await traceOf(plan, ['a', 'b'])).toEqual([['a', 'b'], ['c'], ['d']])
  })

  test('fires once for each time that all have arrived', async () => {
    let rounds = 0
    const again: NodeBody = (attempt) => {
      if (++rounds < 3) for (const node of ['a', 'b']) goTo(attempt, node)
    }
    const plan = planOf({
      nodes: { a: {}, b: {}, d: { body: again } },
      joins: [{ from: ['a', 'b'], to: 'd' }],
    })
    expect(await traceOf(plan, ['a', 'b'])).toEqual([['a', 'b'], ['d'], ['a', 'b'], ['d'], ['a', 'b'], ['d']])
  })

  test('does not count a branch twice', async () => {
    let rounds = 0
    const again: NodeBody = (attempt) => {
      if (++rounds < 3) goTo(attempt, 'a')
    }
    const plan = planOf({
      nodes: { a: { body: again }, b: {}, d: {} },
      joins: [{ from: ['a', 'b'], to: 'd' }],
    })
    expect(await traceOf(plan, ['a'])).toEqual([['a'], ['a'], ['a']])
  })

  test('counts a branch that arrives while the join is being consumed for the next time', async () => {
    const once = (target: string): NodeBody => {
      let isFirst = true
      return (attempt) => {
        if (isFirst) goTo(attempt, target)
        isFirst = false
      }
    }
    const plan = planOf({
      nodes: { a: { body: once('a') }, b: { body: once('c') }, c: { body: once('b') }, d: {} },
      joins: [{ from: ['a', 'b'], to: 'd' }],
    })
    expect(await traceOf(plan, ['a', 'b'])).toEqual([['a', 'b'], ['a', 'c', 'd'], ['b'], ['d']])
  })

  test('with a quorum fires when enough have arrived', async () => {
    const plan = planOf({
      nodes: { a: {}, b: { goesTo: ['c'] }, c: {}, d: {} },
      joins: [{ from: ['a', 'c'], to: 'd', quorum: 1 }],
    })
    expect((await traceOf(plan, ['a', 'b']))[1]).toEqual(['c', 'd'])
  })

  test('that never opens is reported at the end, with those who did not arrive', async () => {
    const diagnostics: Diagnostic[] = []
    const plan = planOf({
      nodes: { a: {}, b: {}, c: {}, d: {} },
      joins: [{ from: ['a', 'b', 'c'], to: 'd' }],
    })
    const listener = { diagnosed: (_: unknown, diagnostic: Diagnostic) => void diagnostics.push(diagnostic) }
    const result = await runOf(plan, { start: enter('b'), listener }).execute()
    expect(result).toEqual({ kind: 'finished' })
    expect(diagnostics).toEqual([
      {
        kind: 'stalled-join',
        channel: joinName(['a', 'b', 'c'], 'd'),
        missing: ['a', 'c'],
        message:
          'Graph "test" ended while "d" still waits for a, c, which did not run. ' +
          'If that is meant, join with addJoin(…, { when: "any" }) or { when: "activated" }.',
      },
    ])
  })

  test('that nobody reached is not reported', async () => {
    const diagnostics: unknown[] = []
    const plan = planOf({ nodes: { a: {}, b: {}, c: {}, d: {} }, joins: [{ from: ['b', 'c'], to: 'd' }] })
    await runOf(plan, {
      start: enter('a'),
      listener: { diagnosed: (_, found) => void diagnostics.push(found) },
    }).execute()
    expect(diagnostics).toEqual([])
  })
})

describe('an edge and a join into one node that are ready together', () => {
  const nodes = { a: {}, b: { goesTo: ['d'] }, d: {} }
  const joins = [{ from: ['a', 'b'], to: 'd' }]

  test('run it once', async () => {
    expect(await traceOf(planOf({ nodes, joins }), ['a', 'b'])).toEqual([['a', 'b'], ['d']])
  })

  test('run it once after a resume, too', async () => {
    const store = new RecordingStore()
    const options = { store, interruptBefore: ['d'] }
    await runOf(planOf({ nodes, joins }), { ...options, start: enter(['a', 'b']) }).execute()
    const trace = new Trace()
    await runOf(planOf({ nodes, joins }), { ...options, listener: trace }).execute()
    expect(trace.steps).toEqual([['d']])
    const again = new Trace()
    await runOf(planOf({ nodes, joins }), { ...options, listener: again }).execute()
    expect(again.steps).toEqual([])
  })

  test('name the task after the first of its triggers, and mark both as seen', async () => {
    const store = new RecordingStore()
    const fired: string[][] = []
    const note = (attempt: Attempt) =>
      void fired.push(attempt.task.fired.map((at) => attempt.task.node.triggers[at]!))
    const plan = planOf({ nodes: { ...nodes, d: { body: note } }, joins })
    await runOf(plan, { store, start: enter(['a', 'b']) }).execute()
    expect(fired).toEqual([[edgeTo('d'), joinName(['a', 'b'], 'd')]])
    const { seen, versions } = store.load(line)!
    expect(Object.keys(seen['d']!)).toEqual([edgeTo('d'), joinName(['a', 'b'], 'd')])
    expect(seen['d']![edgeTo('d')]).toBeLessThan(versions[edgeTo('d')] as number)
  })
})
