import { beforeEach, describe, expect, test } from 'vitest'
import { reducer, type Attempt, type RunOptions, type Thrown } from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, type Graph } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { refuseUnhandledRejections } from './support/rejections.ts'
import { Escape, line, runOf, valuesOf } from './support/thread.ts'

refuseUnhandledRejections()

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
const fail = (attempt: Attempt) => {
  executed.push(attempt.task.name)
  attempt.write('log', 'half done')
  throw new Error(`${attempt.task.name} fails`)
}

function runOfNodes(nodes: Graph['nodes'], options: Partial<RunOptions> = {}) {
  return runOf(planOf({ channels: { log }, nodes }), { start: enter(Object.keys(nodes)), store, ...options })
}

const keptChannels = () => store.load(line)!.writes.map(([, channel, value]) => [channel, value])

describe('a node that fails', () => {
  test.each([
    ['at once', fail],
    ['later', async (attempt: Attempt) => fail(attempt)],
  ])('%s fails the run with its own error', async (_, body) => {
    await expect(runOfNodes({ a: { body } }).execute()).rejects.toThrow(new Error('a fails'))
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'text'],
  ])('fails the run also when it throws %s', async (_, thrown) => {
    const body = () => {
      throw thrown
    }
    const outcome = await runOfNodes({ a: { body } })
      .execute()
      .then(
        () => 'finished',
        (error: unknown) => ({ error }),
      )
    expect(outcome).toEqual({ error: thrown })
    expect(keptChannels()).toEqual([['__error__', { message: String(thrown), name: 'Error' }]])
  })

  test('leaves the state and the checkpoint of the superstep before', async () => {
    const run = runOfNodes({ a: { body: note, goesTo: ['b'] }, b: { body: fail } }, { start: enter('a') })
    await expect(run.execute()).rejects.toThrow('b fails')
    expect(valuesOf(run)).toEqual({ log: ['a'] })
    expect(store.load(line)!.metadata.step).toBe(0)
  })

  test('runs again when the thread goes on', async () => {
    let isBroken = true
    const nodes = { a: { body: (attempt: Attempt) => (isBroken ? fail(attempt) : note(attempt)) } }
    await expect(runOfNodes(nodes).execute()).rejects.toThrow('a fails')
    isBroken = false
    const run = runOfNodes(nodes, { start: { kind: 'continue' } })
    await run.execute()
    expect(valuesOf(run)).toEqual({ log: ['a'] })
  })

  test('aborts the signal of its siblings with its error', async () => {
    let signal: AbortSignal | undefined
    const gate = new Deferred()
    const running = runOfNodes({
      a: { body: () => gate.promise },
      b: {
        body(attempt) {
          signal = attempt.signal
          return new Promise(() => undefined)
        },
      },
    }).execute()
    gate.reject(new Error('a fails'))
    await expect(running).rejects.toThrow('a fails')
    expect(signal!.reason).toEqual(new Error('a fails'))
  })
})

describe('siblings of a node that fails', () => {
  test.each([
    ['before it, at once', 'a'],
    ['after it, at once', 'c'],
  ])('that finish %s keep their writes, and do not run again', async (_, sibling) => {
    let isBroken = true
    const nodes = {
      b: { body: (attempt: Attempt) => (isBroken ? fail(attempt) : note(attempt)) },
      [sibling]: { body: note },
    }
    await expect(runOfNodes(nodes).execute()).rejects.toThrow('b fails')
    isBroken = false
    const run = runOfNodes(nodes, { start: { kind: 'continue' } })
    await run.execute()
    expect(executed.filter((name) => name === sibling)).toHaveLength(1)
    expect(valuesOf(run)['log']).toEqual(['b', sibling].toSorted())
  })

  test.each(['async', 'sync', 'exit'] as const)(
    'that finish after the run has failed keep their writes, and do not run again, with durability %s',
    async (durability) => {
      let isBroken = true
      const gate = new Deferred()
      const slow = async (attempt: Attempt) => {
        executed.push(attempt.task.name)
        await gate.promise
        attempt.write('log', attempt.task.name)
      }
      const nodes = {
        a: { body: (attempt: Attempt) => (isBroken ? fail(attempt) : note(attempt)) },
        b: { body: slow },
      }
      await expect(runOfNodes(nodes, { durability }).execute()).rejects.toThrow('a fails')
      gate.resolve()
      await turn()
      isBroken = false
      const run = runOfNodes(nodes, { start: { kind: 'continue' } })
      await run.execute()
      expect(executed).toEqual(['a', 'b', 'a'])
      expect(valuesOf(run)).toEqual({ log: ['a', 'b'] })
    },
  )

  test('that do not heed the signal are not waited for', async () => {
    const running = runOfNodes({
      a: { body: async (attempt) => fail(attempt) },
      b: { body: () => new Promise(() => undefined) },
    })
    await expect(running.execute()).rejects.toThrow('a fails')
  })

  test('that wait for their turn do not start', async () => {
    const nodes = { a: { body: async (attempt: Attempt) => fail(attempt) }, b: { body: note } }
    await expect(runOfNodes(nodes, { maxConcurrency: 1 }).execute()).rejects.toThrow('a fails')
    await turn()
    expect(executed).toEqual(['a'])
  })

  test('that finish at once do not start either, when they would have had to wait for their turn', async () => {
    const nodes = { a: { body: fail }, b: { body: note } }
    await expect(runOfNodes(nodes, { maxConcurrency: 1 }).execute()).rejects.toThrow('a fails')
    expect(executed).toEqual(['a'])
  })

  test('may finish first when the failure is a patient one', async () => {
    const gate = new Deferred()
    const classify = (): Thrown => ({ kind: 'failed', isPatient: true })
    const nodes = {
      a: { body: async (attempt: Attempt) => fail(attempt) },
      b: { body: (attempt: Attempt) => gate.promise.then(() => note(attempt)) },
    }
    let isOver = false
    const running = runOfNodes(nodes, { classify })
      .execute()
      .finally(() => (isOver = true))
    running.catch(() => undefined)
    await turn()
    expect(isOver).toBe(false)
    gate.resolve()
    await expect(running).rejects.toThrow('a fails')
    expect(keptChannels()).toContainEqual(['log', 'b'])
  })

  test.each([
    ['patient first', ['a', 'b']],
    ['patient last', ['b', 'a']],
  ])('are not waited for when one failure of several is not patient (%s)', async (_, [patient]) => {
    const classify = (error: unknown): Thrown => ({
      kind: 'failed',
      isPatient: String(error).includes(`${patient} fails`),
    })
    const nodes = {
      a: { body: fail },
      b: { body: fail },
      c: { body: () => new Promise<void>(() => undefined) },
    }
    await expect(runOfNodes(nodes, { classify }).execute()).rejects.toThrow(AggregateError)
  })
})

describe('several nodes that fail', () => {
  const errors = { errors: [new Error('a fails'), new Error('b fails')] }

  test('at once are reported together', async () => {
    const nodes = { a: { body: fail }, b: { body: fail } }
    const error: unknown = await runOfNodes(nodes)
      .execute()
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(AggregateError)
    expect(error).toMatchObject({
      ...errors,
      message:
        'Multiple errors occurred during superstep 0. See the "errors" field of this exception for more details.',
    })
  })

  test('in one moment are reported together', async () => {
    const gate = new Deferred()
    const body = (attempt: Attempt) => gate.promise.then(() => fail(attempt))
    const running = runOfNodes({ a: { body }, b: { body } }).execute()
    gate.resolve()
    await expect(running).rejects.toMatchObject(errors)
  })

  test('one after the other are not: the first fails the run', async () => {
    const gates = [new Deferred(), new Deferred()]
    let started = 0
    const body = (attempt: Attempt) => gates[started++]!.promise.then(() => fail(attempt))
    const running = runOfNodes({ a: { body }, b: { body } }).execute()
    gates[0]!.resolve()
    await expect(running).rejects.toThrow(new Error('a fails'))
    gates[1]!.resolve()
    await turn()
    expect(keptChannels()).toMatchObject([
      ['__error__', { message: 'a fails' }],
      ['__error__', { message: 'This operation was aborted' }],
    ])
  })
})

describe('a message to the graph around this one', () => {
  const signal = new Escape('up')
  const leaving = (attempt: Attempt) => {
    attempt.write('log', 'a')
    throw signal
  }

  test('ends the run when all siblings have settled, and its writes are kept', async () => {
    const gate = new Deferred()
    const nodes = {
      a: { body: leaving },
      b: { body: (attempt: Attempt) => gate.promise.then(() => note(attempt)) },
    }
    const running = runOfNodes(nodes, { isNested: true }).execute()
    gate.resolve()
    expect(await running).toEqual({ kind: 'escaped', signal })
    expect(keptChannels()).toEqual([
      ['log', 'a'],
      ['log', 'b'],
    ])
  })

  test('is the last one, if several tasks have one', async () => {
    const last = new Escape('up too')
    const leavingLast = () => {
      throw last
    }
    const run = runOfNodes({ a: { body: leaving }, b: { body: leavingLast } }, { isNested: true })
    expect(await run.execute()).toEqual({ kind: 'escaped', signal: last })
  })

  test('is heard by nobody when there is none: the run goes on', async () => {
    const run = runOfNodes({ a: { body: leaving }, b: { body: note } })
    expect(await run.execute()).toEqual({ kind: 'finished' })
    expect(valuesOf(run)).toEqual({ log: ['a', 'b'] })
  })
})
