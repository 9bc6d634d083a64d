import { beforeEach, describe, expect, test } from 'vitest'
import {
  ephemeral,
  reducer,
  type Attempt,
  type Run,
  type RunListener,
  type RunOptions,
  type Task,
} from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, sendTo, type Graph } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { ask, runOf, valuesOf } from './support/thread.ts'

let store: RecordingStore

beforeEach(() => {
  store = new RecordingStore()
})

/** Writes down what it is told, and what the state was then. */
class Diary implements RunListener {
  readonly lines: string[] = []

  resumed(run: Run): void {
    this.#write('resumed', run)
  }
  planned(run: Run, tasks: readonly Task[]): void {
    this.#write(`planned ${run.step}`, run, tasks)
  }
  restored(run: Run, tasks: readonly Task[]): void {
    this.#write('restored', run, tasks)
  }
  starting(run: Run, tasks: readonly Task[]): void {
    this.#write('starting', run, tasks)
  }
  settled(run: Run, task: Task): void {
    this.#write(`settled ${task.outcome.kind}`, run, [task])
  }
  applied(run: Run, tasks: readonly Task[]): void {
    this.#write('applied', run, tasks)
  }
  interrupted(run: Run, tasks: readonly Task[]): void {
    this.#write('interrupted', run, tasks)
  }
  paused(run: Run): void {
    this.#write('paused', run)
  }
  diagnosed(run: Run): void {
    this.#write('diagnosed', run)
  }

  #write(text: string, run: Run, tasks: readonly Task[] = []): void {
    const names = tasks.map(({ name }) => name).join(' ')
    this.lines.push(`${text}${names === '' ? '' : `: ${names}`} [${String(valuesOf(run)['log'])}]`)
  }
}

async function diaryOf(graph: Graph, options: Partial<RunOptions> = {}): Promise<string[]> {
  const log = reducer<string[], string>({ reduce: (list, text) => [...list, text], initial: () => [] })
  const listener = new Diary()
  const run = runOf(planOf({ ...graph, channels: { log } }), {
    start: enter('a'),
    store,
    listener,
    ...options,
  })
  await run.execute().catch(() => undefined)
  return listener.lines
}

const note = (attempt: Attempt) => attempt.write('log', attempt.task.name)

// A task is told of once its writes are with the store: those that a checkpoint takes along, with that checkpoint.
describe('a listener is told', () => {
  test('of each superstep: planned, starting, settled, applied; and of the end, which has no tasks', async () => {
    const lines = await diaryOf({
      nodes: { a: { body: note, goesTo: ['b', 'c'] }, b: { body: note }, c: { body: note } },
    })
    expect(lines).toEqual([
      'planned 0: a []',
      'starting: a []',
      'settled done: a [a]',
      'applied: a [a]',
      'planned 1: b c [a]',
      'starting: b c [a]',
      'settled done: b [a,b,c]',
      'settled done: c [a,b,c]',
      'applied: b c [a,b,c]',
      'planned 2 [a,b,c]',
    ])
  })

  test('of tasks in the order in which they settle, and of what is applied in that of their paths', async () => {
    const gates = { b: new Deferred(), c: new Deferred() }
    const node = (name: 'b' | 'c') => ({
      body: (attempt: Attempt) => gates[name].promise.then(() => note(attempt)),
    })
    const running = diaryOf({ nodes: { b: node('b'), c: node('c') } }, { start: enter(['b', 'c']) })
    for (const name of ['c', 'b'] as const) {
      await turn()
      gates[name].resolve()
    }
    expect(await running).toEqual([
      'planned 0: b c []',
      'starting: b c []',
      'settled done: c []',
      'settled done: b [b,c]',
      'applied: b c [b,c]',
      'planned 1 [b,c]',
    ])
  })

  test('of a handler and of a called task when they start, after the tasks that were planned', async () => {
    const lines = await diaryOf(
      {
        nodes: {
          a: {
            errorHandler: 'h',
            body() {
              throw new Error('a fails')
            },
          },
          b: {
            body: async (attempt) =>
              void (await attempt.call({ name: 'called', input: 1, invoke: () => undefined })),
          },
          h: { body: note },
        },
      },
      { start: enter(['a', 'b']) },
    )
    expect(lines).toEqual([
      'planned 0: a b []',
      'starting: a b []',
      'starting: h []',
      'starting: called []',
      'settled failed: a []',
      'settled done: h []',
      'settled done: called []',
      'settled done: b [h]',
      'applied: a b h called [h]',
      'planned 1 [h]',
    ])
  })

  test('of a question, with the state as siblings left it; then of the resumed run and what it restored', async () => {
    const graph: Graph = { nodes: { a: { body: note }, b: { body: (attempt) => void ask(attempt, 'name') } } }
    expect(await diaryOf(graph, { start: enter(['a', 'b']) })).toEqual([
      'planned 0: a b []',
      'starting: a b []',
      'settled done: a []',
      'settled interrupted: b []',
      'interrupted: a b [a]',
    ])
    const answer = { kind: 'plain', value: 'Ada' } as const
    expect(await diaryOf(graph, { start: { kind: 'command', writes: [], answer } })).toEqual([
      'resumed []',
      'planned 0: a b []',
      'restored: a []',
      'starting: b []',
      'settled done: b [a]',
      'applied: a b [a]',
      'planned 1 [a]',
    ])
  })

  test('of a superstep whose tasks had all finished: it is applied, and nothing starts', async () => {
    const graph: Graph = { nodes: { a: { body: note, goesTo: ['b'] }, b: { body: note } } }
    let isUp = false
    const gate = new Deferred()
    store.onCommit = ({ checkpoint }) => {
      if (!isUp && checkpoint?.metadata.step === 0) throw new Error('died')
    }
    const slow: Graph = {
      nodes: {
        ...graph.nodes,
        a: { body: (attempt) => gate.promise.then(() => note(attempt)), goesTo: ['b'] },
      },
    }
    const running = diaryOf(slow)
    gate.resolve()
    await running
    isUp = true
    expect(await diaryOf(slow, { start: { kind: 'continue' } })).toEqual([
      'resumed []',
      'planned 0: a []',
      'restored: a []',
      'applied: a [a]',
      'planned 1: b [a]',
      'starting: b [a]',
      'settled done: b [a,b]',
      'applied: b [a,b]',
      'planned 2 [a,b]',
    ])
  })

  test('of a pause and of a stalled join', async () => {
    const graph: Graph = { nodes: { a: {}, b: {}, c: {} }, joins: [{ from: ['a', 'b'], to: 'c' }] }
    expect(await diaryOf(graph, { interruptBefore: ['a'] })).toEqual(['planned 0: a []', 'paused []'])
    expect(await diaryOf(graph, { start: { kind: 'continue' } })).toEqual([
      'resumed []',
      'planned 0: a []',
      'starting: a []',
      'settled done: a []',
      'applied: a []',
      'planned 1 []',
      'diagnosed []',
    ])
  })

  test('of a failure, and then of nothing more', async () => {
    const lines = await diaryOf({
      nodes: { a: { body: () => Promise.reject(new Error('a fails')), goesTo: ['b'] }, b: {} },
    })
    expect(lines).toEqual(['planned 0: a []', 'starting: a []', 'settled failed: a []'])
  })

  test('of tasks that were sent by the names of their nodes', async () => {
    const lines = await diaryOf({
      nodes: {
        a: { body: (attempt) => [1, 2].forEach((args) => sendTo(attempt, 'b', args)) },
        b: { body: note },
      },
    })
    expect(lines.filter((line) => line.startsWith('planned'))).toEqual([
      'planned 0: a []',
      'planned 1: b b []',
      'planned 2 [b,b]',
    ])
  })
})

describe('when a task is told of', () => {
  const graph = (gate: Deferred): Graph => ({
    nodes: { a: { body: note }, b: { body: () => gate.promise }, c: { body: note } },
  })

  test.each(['async', 'sync'] as const)(
    'its writes are with the store, with durability %s',
    async (durability) => {
      const gate = new Deferred()
      const keptThen: boolean[] = []
      const listener: RunListener = {
        settled: (_, task) =>
          void keptThen.push(
            store.commits.some(({ writes }) => writes.some(({ taskId }) => taskId === task.id)),
          ),
      }
      const running = diaryOf(graph(gate), { start: enter(['a', 'b', 'c']), durability, listener })
      await turn()
      expect(keptThen).toEqual([true, true])
      gate.resolve()
      await running
      expect(keptThen).toEqual([true, true, true])
    },
  )

  test('and the run ends with a question, that was told before', async () => {
    const lines = await diaryOf({ nodes: { a: { body: async (attempt) => void ask(attempt, 'name') } } })
    expect(lines).toEqual([
      'planned 0: a []',
      'starting: a []',
      'settled interrupted: a []',
      'interrupted: a []',
    ])
  })

  test('nothing more is told of tasks whose commit has failed', async () => {
    store.onCommit = ({ checkpoint }) => {
      if (checkpoint === undefined) throw new Error('disk full')
    }
    const lines = await diaryOf(graph(new Deferred()), { start: enter(['a', 'b', 'c']) })
    expect(lines).toEqual(['planned 0: a b c []', 'starting: a b c []'])
  })

  test('a listener that throws then fails the run, which goes on from what is kept', async () => {
    const gate = new Deferred()
    const told: string[] = []
    const listener: RunListener = {
      settled(_, { name }) {
        told.push(name)
        throw new Error('listener fails')
      },
    }
    const plan = planOf({ channels: { log: ephemeral({ isGuarded: false }) }, ...graph(gate) })
    await expect(runOf(plan, { start: enter(['a', 'b', 'c']), store, listener }).execute()).rejects.toThrow(
      'listener fails',
    )
    gate.resolve()
    await turn()
    const restored: string[] = []
    const next: RunListener = { restored: (_, tasks) => void restored.push(...tasks.map(({ name }) => name)) }
    await runOf(plan, { store, listener: next }).execute()
    expect(restored).toEqual(['a', 'b', 'c'])
    expect(told[0]).toBe('a')
  })
})

test('a task is told with its writes, and with the reason for which it runs', async () => {
  const told: unknown[] = []
  const listener: RunListener = {
    settled: (_, { name, writes, origin, input }) => void told.push({ name, writes, origin, input }),
  }
  const plan = planOf({ nodes: { a: { body: (attempt) => sendTo(attempt, 'b', 7) }, b: {} } })
  await runOf(plan, { start: enter('a'), listener }).execute()
  expect(told).toMatchObject([
    {
      name: 'a',
      origin: { kind: 'trigger', fired: [0] },
      writes: [['__pregel_tasks', { node: 'b', args: 7 }]],
    },
    { name: 'b', origin: { kind: 'send', index: 0 }, input: 7, writes: [] },
  ])
})
