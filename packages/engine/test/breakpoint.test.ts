import { beforeEach, describe, expect, test } from 'vitest'
import type { RunOptions, Version } from '../src/index.ts'
import { enter, planOf } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { Trace, line, runOf } from './support/thread.ts'

let store: RecordingStore
let trace: Trace

beforeEach(() => {
  store = new RecordingStore()
  trace = new Trace()
})

const plan = planOf({
  nodes: {
    start: { isHidden: true, goesTo: ['a'] },
    a: { goesTo: ['b', 'c'] },
    b: { goesTo: ['d'] },
    c: {},
    d: {},
  },
})

function run(start: RunOptions['start'], options: Partial<RunOptions>) {
  return runOf(plan, { store, start, listener: trace, ...options }).execute()
}

describe('a breakpoint before a node', () => {
  test('stops the run with the tasks of that superstep planned and none of them run', async () => {
    const started: string[] = []
    const listener = {
      starting: (_: unknown, tasks: readonly { name: string }[]) =>
        void started.push(...tasks.map(({ name }) => name)),
    }
    expect(await run(enter('a'), { interruptBefore: ['b'], listener })).toEqual({ kind: 'paused' })
    expect(started).toEqual(['a'])
  })

  test('lets the next run pass, and that run stops at the next breakpoint', async () => {
    const options = { interruptBefore: ['b', 'd'] }
    await run(enter('a'), options)
    trace = new Trace()
    expect(await run({ kind: 'continue' }, options)).toEqual({ kind: 'paused' })
    expect(trace.steps).toEqual([['b', 'c'], ['d']])
    expect(await run({ kind: 'continue' }, options)).toEqual({ kind: 'finished' })
  })

  test('stops again when a new input leads there again', async () => {
    const options = { interruptBefore: ['b'] }
    await run(enter('a'), options)
    await run({ kind: 'continue' }, options)
    expect(await run(enter('a'), options)).toEqual({ kind: 'paused' })
  })

  test('with * stops before every node that is not hidden', async () => {
    const options: Partial<RunOptions> = { interruptBefore: '*' }
    const stops = [await run(enter('start'), options)]
    for (let index = 0; index < 3; index++) stops.push(await run({ kind: 'continue' }, options))
    expect(stops.map(({ kind }) => kind)).toEqual(['paused', 'paused', 'paused', 'finished'])
    expect(trace.steps).toEqual([['start'], ['a'], ['a'], ['b', 'c'], ['b', 'c'], ['d'], ['d']])
  })

  test('passes with the text versions of other savers, too', async () => {
    const options = { interruptBefore: ['b'] }
    await run(enter('a'), options)
    await run({ kind: 'continue' }, { ...options, drainReason: () => 'stop' })
    const loaded = store.load(line)!
    const text = (versions: Readonly<Record<string, Version>>) =>
      Object.fromEntries(
        Object.entries(versions).map(([name, version]) => [name, `${String(version).padStart(32, '0')}.0.5`]),
      )
    const seen = Object.fromEntries(
      Object.entries(loaded.seen).map(([node, versions]) => [node, text(versions)]),
    )
    const foreign = {
      ...loaded,
      versions: text(loaded.versions),
      seen: { ...seen, __interrupt__: text(loaded.versions) },
    }
    expect(await run({ kind: 'continue' }, { ...options, loaded: foreign })).toEqual({ kind: 'finished' })
  })
})

describe('a breakpoint after a node', () => {
  test('stops the run when the superstep of that node is applied', async () => {
    expect(await run(enter('a'), { interruptAfter: ['b'] })).toEqual({ kind: 'paused' })
    expect(trace.steps).toEqual([['a'], ['b', 'c']])
    expect(store.load(line)!.metadata.step).toBe(1)
  })

  test('lets the next run go on behind it', async () => {
    const options = { interruptAfter: ['a', 'b'] }
    await run(enter('a'), options)
    trace = new Trace()
    expect(await run({ kind: 'continue' }, options)).toEqual({ kind: 'paused' })
    expect(await run({ kind: 'continue' }, options)).toEqual({ kind: 'finished' })
    expect(trace.steps).toEqual([['b', 'c'], ['d']])
  })

  test('with * does not stop after hidden nodes', async () => {
    expect(await run(enter('start'), { interruptAfter: '*' })).toEqual({ kind: 'paused' })
    expect(trace.steps).toEqual([['start'], ['a']])
  })
})

test('a listener is told of the pause', async () => {
  const told: string[] = []
  await run(enter('a'), { interruptBefore: ['a'], listener: { paused: () => void told.push('paused') } })
  expect(told).toEqual(['paused'])
})
