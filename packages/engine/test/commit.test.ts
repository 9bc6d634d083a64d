import { beforeEach, describe, expect, test } from 'vitest'
import {
  NO_WRITES,
  SENDS,
  barrier,
  ephemeral,
  lastValue,
  reducer,
  untracked,
  type Attempt,
  type RunOptions,
} from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, sendTo, type Graph } from './support/graph.ts'
import { ManualClock } from './support/manual-clock.ts'
import { RecordingStore } from './support/recording-store.ts'
import { line, runOf } from './support/thread.ts'

let store: RecordingStore

beforeEach(() => {
  store = new RecordingStore()
})

const log = reducer<string[], string>({ reduce: (list, text) => [...list, text], initial: () => [] })
const note = (attempt: Attempt) => attempt.write('log', attempt.task.name)

function run(graph: Graph, options: Partial<RunOptions> = {}) {
  return runOf(planOf({ channels: { log }, ...graph }), { start: enter('a'), store, ...options }).execute()
}

describe('what a superstep of nodes that finish at once leaves', () => {
  test('is one commit: its writes and its checkpoint', async () => {
    await run({ nodes: { a: { body: note, goesTo: ['b', 'c'] }, b: { body: note }, c: { body: note } } })
    expect(store.log).toEqual(['#-1', 'a #0', 'b c #1'])
  })
})

describe('tasks that settle in one turn of the event loop', () => {
  test('share a commit, which is made before the event loop turns', async () => {
    const gate = new Deferred()
    const slow = new Deferred()
    const node = (waits: number) => ({
      async body(attempt: Attempt) {
        await gate.promise
        for (let index = 0; index < waits; index++) await Promise.resolve()
        note(attempt)
      },
    })
    const running = run(
      { nodes: { a: node(0), b: node(3), c: node(7), d: { body: () => slow.promise } } },
      { start: enter(['a', 'b', 'c', 'd']) },
    )
    await turn()
    let logAtTurn: string[] | undefined
    setImmediate(() => {
      logAtTurn = store.log
    })
    gate.resolve()
    await turn()
    expect(logAtTurn).toEqual(['#-1', 'a b c'])
    slow.resolve()
    await running
    expect(store.log).toEqual(['#-1', 'a b c', 'd #0'])
  })

  test('are committed before the event loop turns however long they settle one after the other', async () => {
    const slow = new Deferred()
    const node = (waits: number) => ({
      async body(attempt: Attempt) {
        for (let index = 0; index < waits; index++) await Promise.resolve()
        note(attempt)
      },
    })
    const names = Array.from({ length: 30 }, (_, index) => `n${index}`)
    const nodes = Object.fromEntries(names.map((name, index) => [name, node(index * 4)]))
    let committed: number | undefined
    setImmediate(() => {
      committed = store.commits.flatMap(({ writes }) => writes).length
    })
    const running = run(
      { nodes: { ...nodes, slow: { body: () => slow.promise } } },
      { start: enter([...names, 'slow']) },
    )
    await turn()
    expect(committed).toBe(30)
    slow.resolve()
    await running
  })

  test('that settle in different turns are committed in each', async () => {
    const gates = [new Deferred(), new Deferred(), new Deferred()]
    let started = 0
    const body = async (attempt: Attempt) => {
      await gates[started++]!.promise
      note(attempt)
    }
    const running = run(
      { nodes: { a: { body }, b: { body }, c: { body } } },
      { start: enter(['a', 'b', 'c']) },
    )
    for (const gate of gates) {
      gate.resolve()
      await turn()
    }
    await running
    expect(store.log).toEqual(['#-1', 'a', 'b', 'c #0'])
  })
})

describe('a checkpoint', () => {
  test('carries the channels that changed since its parent, and nothing else', async () => {
    const idle = lastValue({ initial: () => 'idle' })
    await run({ channels: { log, idle }, nodes: { a: { body: note, goesTo: ['b'] }, b: {} } })
    const [input, a, b] = store.checkpoints
    expect(input!.changed).toEqual({ log: [], idle: 'idle', 'to:a': null, __pregel_tasks: [] })
    expect(a!.changed).toEqual({ log: ['a'], 'to:b': null })
    expect(b!.changed).toEqual({})
  })

  test('names the channels that hold nothing any more', async () => {
    await run({ nodes: { a: { goesTo: ['b'] }, b: {} } })
    expect(store.checkpoints.map(({ removed }) => removed)).toEqual([['to:b'], ['to:a'], ['to:b']])
  })

  test('names its parent, its time, its step and the graphs around it', async () => {
    const clock = new ManualClock()
    await clock.pass(86_400_000)
    await run({ nodes: { a: {} } }, { clock, parents: { '': 'outer' } })
    const [input, a] = store.checkpoints
    expect(a).toMatchObject({
      parentId: input!.id,
      createdAt: '1970-01-02T00:00:00.000Z',
      metadata: { source: 'loop', step: 0, parents: { '': 'outer' } },
    })
    expect(input!.parentId).toBeUndefined()
    expect(a!.id > input!.id).toBe(true)
  })

  test('gives one version to what is consumed and the next to what is updated', async () => {
    await run(
      { nodes: { a: { goesTo: ['c'] }, b: {}, c: {} }, joins: [{ from: ['a', 'b'], to: 'c' }] },
      { start: enter(['a', 'b']) },
    )
    const join = 'join:a+b:c'
    const versions = store.checkpoints.map((checkpoint) => checkpoint.versions)
    expect(versions).toEqual([
      { 'to:a': 1, 'to:b': 1 },
      { 'to:a': 2, 'to:b': 2, 'to:c': 2, [join]: 2 },
      { 'to:a': 2, 'to:b': 2, 'to:c': 4, [join]: 3 },
    ])
    expect(store.checkpoints.at(-1)!.seen).toEqual({
      __input__: {},
      a: { 'to:a': 1 },
      b: { 'to:b': 1 },
      c: { 'to:c': 2, [join]: 2 },
    })
  })

  test('leaves out what is transient, in values and in writes', async () => {
    await run({
      channels: { log, secret: untracked() },
      nodes: {
        a: {
          body(attempt) {
            attempt.write('secret', 1)
            note(attempt)
          },
        },
      },
    })
    expect(store.checkpoints.map(({ changed, removed }) => [...Object.keys(changed), ...removed])).toEqual([
      ['log', 'to:a', '__pregel_tasks'],
      ['log', 'to:a'],
    ])
    expect(store.commits.at(-1)!.writes.map(({ writes }) => writes)).toEqual([[['log', 'a']]])
  })
})

test('a send is kept without what is transient in its input, and with its timeout', async () => {
  const gate = new Deferred()
  const packet = { node: 'b', args: { secret: 1, log: 'x' }, timeout: 7 }
  const running = run(
    {
      channels: { log, secret: untracked() },
      nodes: {
        a: { body: (attempt) => attempt.write(SENDS, packet) },
        b: {},
        c: { body: () => gate.promise },
      },
    },
    { start: enter(['a', 'c']) },
  )
  await turn()
  expect(store.commits.at(-1)!.writes[0]!.writes).toEqual([
    [SENDS, { node: 'b', args: { log: 'x' }, timeout: 7 }],
  ])
  gate.resolve()
  await running
})

describe('a task', () => {
  test.each([
    ['nothing', () => undefined],
    ['nothing that is kept', (attempt: Attempt) => attempt.write('secret', 1)],
  ])('that wrote %s is recorded as finished, and does not run again', async (_, body) => {
    const gate = new Deferred()
    let runs = 0
    const graph: Graph = {
      channels: { secret: untracked() },
      nodes: {
        a: {
          body(attempt) {
            runs++
            return body(attempt)
          },
        },
        b: { body: () => gate.promise },
      },
    }
    const running = run(graph, { start: enter(['a', 'b']) })
    running.catch(() => undefined)
    await turn()
    expect(store.load(line)!.writes.map(([, channel]) => channel)).toEqual([NO_WRITES])
    gate.reject(new Error('b fails'))
    await expect(running).rejects.toThrow('b fails')
    await run({ ...graph, nodes: { ...graph.nodes, b: {} } }, { start: { kind: 'continue' } })
    expect(runs).toBe(1)
  })

  test('has the same id and path whenever it is prepared from the same checkpoint', async () => {
    const ids: string[] = []
    const graph = (isBroken: boolean): Graph => ({
      nodes: {
        a: { body: (attempt) => [1, 2].forEach((args) => sendTo(attempt, 'b', args)), goesTo: ['c'] },
        b: { body: ({ task }) => void ids.push(`${task.path} ${task.id}`) },
        c: {
          body({ task }) {
            ids.push(`${task.path} ${task.id}`)
            if (isBroken) throw new Error('broken')
          },
        },
      },
    })
    const failing = {
      nodes: {
        ...graph(true).nodes,
        b: {
          body: ({ task }: Attempt) => {
            ids.push(`${task.path} ${task.id}`)
            throw new Error('broken')
          },
        },
      },
    }
    await expect(run(failing)).rejects.toThrow(AggregateError)
    const before = ids.splice(0)
    await run(graph(false), { start: { kind: 'continue' } })
    expect(ids.toSorted()).toEqual(before.toSorted())
    expect(ids.map((id) => id.split(' ').slice(0, -1).join(' ')).toSorted()).toEqual([
      '~__pregel_pull, c',
      '~__pregel_push, 0000000000, 0000000000',
      '~__pregel_push, 0000000001, 0000000000',
    ])
  })
})

test('a commit gives the store channels as they are kept: a barrier as its names, an ephemeral as its value', async () => {
  await run({
    channels: { both: barrier({ names: ['x', 'y'] }), once: ephemeral() },
    nodes: {
      a: {
        body(attempt) {
          attempt.write('both', 'x')
          attempt.write('once', 1)
        },
      },
    },
  })
  expect(store.checkpoints.at(-1)!.changed).toEqual({ both: ['x'], once: 1 })
})
