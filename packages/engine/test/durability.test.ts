import { beforeEach, describe, expect, test } from 'vitest'
import { reducer, type Attempt, type Commit, type RunOptions, type StoredCheckpoint } from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, type Graph } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { refuseUnhandledRejections } from './support/rejections.ts'
import { ask, line, runOf, valuesOf } from './support/thread.ts'

refuseUnhandledRejections()

let store: RecordingStore
let executed: string[]

beforeEach(() => {
  store = new RecordingStore()
  executed = []
})

const log = reducer<unknown[], unknown>({ reduce: (list, text) => [...list, text], initial: () => [] })
const note = (attempt: Attempt) => {
  executed.push(attempt.task.name)
  attempt.write('log', attempt.task.name)
}
const chain = { a: { body: note, goesTo: ['b'] }, b: { body: note, goesTo: ['c'] }, c: { body: note } }

function start(options: Partial<RunOptions>, nodes: Graph['nodes'] = chain) {
  const run = runOf(planOf({ channels: { log }, nodes }), { start: enter('a'), store, ...options })
  const result = run.execute()
  result.catch(() => undefined)
  return { run, result }
}

/** A store that takes its time: each commit is kept when the test says so. */
function slowStore(): Deferred[] {
  const gates: Deferred[] = []
  store.onCommit = () => {
    const gate = new Deferred()
    gates.push(gate)
    return gate.promise
  }
  return gates
}

describe('a slow store', () => {
  test('is waited for at each superstep with durability sync', async () => {
    const gates = slowStore()
    const { result } = start({ durability: 'sync' })
    for (const [index, ran] of [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].entries()) {
      await turn()
      expect(executed).toEqual(ran)
      gates[index]!.resolve()
    }
    expect(await result).toEqual({ kind: 'finished' })
  })

  test('is waited for at the end with durability async', async () => {
    const gates = slowStore()
    const { result } = start({ durability: 'async' })
    let isOver = false
    void result.finally(() => (isOver = true))
    await turn()
    expect(executed).toEqual(['a', 'b', 'c'])
    expect(isOver).toBe(false)
    for (const gate of gates) gate.resolve()
    expect(await result).toEqual({ kind: 'finished' })
    expect(store.load(line)!.metadata.step).toBe(2)
  })

  test('is given commits in their order, without waiting for one before the next', async () => {
    const gates = slowStore()
    const { result } = start({ durability: 'async' })
    await turn()
    expect(store.log).toEqual(['#-1', 'a #0', 'b #1', 'c #2'])
    for (const gate of gates.toReversed()) gate.resolve()
    await result
  })

  test('that is hundreds of commits behind is waited for even with durability async', async () => {
    const gates = slowStore()
    const { result } = start({ durability: 'async', stepLimit: 1000 }, { a: { body: note, goesTo: ['a'] } })
    const untilItWaits = async () => {
      for (let before = -1; executed.length > before;) {
        before = executed.length
        for (let turns = 0; turns < 4; turns++) await turn()
      }
      return executed.length
    }
    const ran = await untilItWaits()
    expect(ran).toBeGreaterThan(200)
    expect(ran).toBeLessThan(300)
    for (const gate of gates.slice(0, 10)) gate.resolve()
    expect(await untilItWaits()).toBe(ran + 10)
    while (executed.length < 1000) {
      for (const gate of gates) gate.resolve()
      await turn()
    }
    for (const gate of gates) gate.resolve()
    await expect(result).rejects.toThrow('Recursion limit')
  })

  test('is waited for before a run fails', async () => {
    const gates = slowStore()
    const { result } = start(
      { durability: 'async' },
      { a: { body: note, goesTo: ['b'] }, b: { body: () => Promise.reject(new Error('b fails')) } },
    )
    let isOver = false
    result.catch(() => (isOver = true))
    await turn()
    expect(isOver).toBe(false)
    for (const gate of gates) gate.resolve()
    await turn()
    for (const gate of gates) gate.resolve()
    await expect(result).rejects.toThrow('b fails')
    expect(store.load(line)!.writes.map(([, channel]) => channel)).toEqual(['__error__'])
  })
})

describe('durability exit', () => {
  test('keeps one checkpoint, at the end, which holds everything', async () => {
    await start({ durability: 'exit' }).result
    expect(store.log).toEqual(['#2'])
    const loaded: StoredCheckpoint = store.load(line)!
    expect(loaded.values['log']).toEqual(['a', 'b', 'c'])
    expect(loaded.parentId).toBeUndefined()
  })

  test('makes the checkpoint that the run began from its parent', async () => {
    await start({ durability: 'exit' }).result
    const before = store.load(line)!.id
    await start({ durability: 'exit' }).result
    expect(store.log).toEqual(['#2', '#6'])
    expect(store.load(line)!.parentId).toBe(before)
    expect(Object.keys(store.checkpoints[1]!.changed)).toEqual(['log'])
  })

  test('keeps the last checkpoint when a write beside it cannot be kept', async () => {
    const refused = new Error('not serialisable')
    store.onCommit = ({ writes }) => {
      if (writes.length > 0) throw refused
    }
    const { result } = start({ durability: 'exit' }, { a: { body: (attempt) => void ask(attempt, 'name') } })
    await expect(result).rejects.toBe(refused)
    expect(store.load(line)).toMatchObject({ metadata: { step: -1 }, writes: [] })
  })

  test('keeps the questions of the last superstep, and what its tasks finished', async () => {
    const nodes = { a: { body: (attempt: Attempt) => void ask(attempt, 'name') }, b: { body: note } }
    await start({ durability: 'exit', start: enter(['a', 'b']) }, nodes).result
    expect(store.log).toEqual(['a b #-1'])
    const answer = { kind: 'plain', value: 'Ada' } as const
    const { run, result } = start(
      { durability: 'exit', start: { kind: 'command', writes: [], answer } },
      nodes,
    )
    expect(await result).toEqual({ kind: 'finished' })
    expect(executed).toEqual(['b'])
    expect(valuesOf(run)).toEqual({ log: ['b'] })
  })

  test('keeps the last checkpoint, and what siblings finished, when a node fails', async () => {
    const nodes = {
      ...chain,
      c: { body: () => Promise.reject(new Error('c fails')) },
      a: { body: note, goesTo: ['b', 'c'] },
      b: { body: note },
    }
    await expect(start({ durability: 'exit' }, nodes).result).rejects.toThrow('c fails')
    expect(store.log).toEqual(['b c #0'])
  })
})

describe.each(['async', 'sync', 'exit'] as const)('a store that fails, with durability %s', (durability) => {
  const broken = new Error('disk full')
  const isLast = ({ checkpoint }: Commit) => checkpoint?.metadata.step === 2

  test('at once fails the run with its error', async () => {
    store.onCommit = (commit) => {
      if (isLast(commit)) throw broken
    }
    await expect(start({ durability }).result).rejects.toBe(broken)
  })

  test('later fails the run with its error', async () => {
    store.onCommit = (commit) => (isLast(commit) ? turn().then(() => Promise.reject(broken)) : undefined)
    await expect(start({ durability }).result).rejects.toBe(broken)
  })

  test('for good leaves no promise behind that nobody handles', async () => {
    store.onCommit = () => Promise.reject(broken)
    await expect(start({ durability }).result).rejects.toBe(broken)
  })

  test('after a node failed is told together with the failure of that node', async () => {
    store.onCommit = ({ writes }) => {
      if (writes.length > 0) throw broken
    }
    const failure = new Error('a fails')
    const { result } = start({ durability }, { a: { body: () => Promise.reject(failure) } })
    await expect(result).rejects.toMatchObject({
      errors: [failure, broken],
      message: expect.stringMatching(/^(The run failed, and what it left could not be kept|Multiple errors)/),
    })
  })
})

describe.each(['async', 'sync'] as const)('a store that fails, with durability %s', (durability) => {
  test('while a node is at work ends the run at once', async () => {
    const nodes = { a: { body: note }, b: { body: () => new Promise<void>(() => undefined) } }
    store.onCommit = ({ writes }) =>
      writes.length > 0 ? turn().then(() => Promise.reject(new Error('disk full'))) : undefined
    const { result } = start({ durability, start: enter(['a', 'b']) }, nodes)
    await expect(result).rejects.toThrow('disk full')
  })
})

describe('a value that cannot be kept', () => {
  const unkeepable = { body: (attempt: Attempt) => attempt.write('log', () => undefined) }

  test('fails the run, and the writes of siblings in the same commit are kept all the same', async () => {
    const nodes = { a: { body: note }, b: unkeepable, c: { body: note } }
    const { result } = start({ start: enter(['a', 'b', 'c']) }, nodes)
    await expect(result).rejects.toMatchObject({ code: 'UNSERIALISABLE_VALUE', nodes: ['b'] })
    expect(store.load(line)!.writes.map(([, channel, value]) => [channel, value])).toEqual([
      ['log', 'a'],
      ['log', 'c'],
    ])
  })

  test('does the same when the store is slow to say so', async () => {
    store.onCommit = () => turn()
    const nodes = { a: { body: note }, b: unkeepable, c: { body: note } }
    const { result } = start({ start: enter(['a', 'b', 'c']) }, nodes)
    await expect(result).rejects.toMatchObject({ code: 'UNSERIALISABLE_VALUE', nodes: ['b'] })
    await turn()
    expect(store.load(line)!.writes.map(([, , value]) => value)).toEqual(['a', 'c'])
  })

  test('is told of while siblings are still at work', async () => {
    const nodes = { a: { body: note }, b: unkeepable, c: { body: () => new Promise<void>(() => undefined) } }
    const { result } = start({ start: enter(['a', 'b', 'c']) }, nodes)
    await expect(result).rejects.toMatchObject({ code: 'UNSERIALISABLE_VALUE', nodes: ['b'] })
    expect(store.load(line)!.writes.map(([, , value]) => value)).toEqual(['a'])
  })
})
