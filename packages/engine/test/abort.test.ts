import { beforeEach, describe, expect, test } from 'vitest'
import { reducer, type Attempt, type RunOptions } from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { refuseUnhandledRejections } from './support/rejections.ts'
import { line, runOf } from './support/thread.ts'

refuseUnhandledRejections()

let store: RecordingStore
let controller: AbortController
const reason = new Error('the caller had enough')

beforeEach(() => {
  store = new RecordingStore()
  controller = new AbortController()
})

const log = reducer<string[], string>({ reduce: (list, text) => [...list, text], initial: () => [] })
const keptWrites = () => store.load(line)!.writes.map(([, channel, value]) => [channel, value])

function run(nodes: Parameters<typeof planOf>[0]['nodes'], options: Partial<RunOptions> = {}) {
  const result = runOf(planOf({ channels: { log }, nodes }), {
    start: enter(Object.keys(nodes)),
    store,
    signal: controller.signal,
    ...options,
  }).execute()
  result.catch(() => undefined)
  return result
}

describe('an abort', () => {
  test('fails the run with its reason, without waiting for nodes that do not listen', async () => {
    const result = run({ a: { body: () => new Promise<void>(() => undefined) } })
    await turn()
    controller.abort(reason)
    await expect(result).rejects.toBe(reason)
  })

  test('without a reason fails the run with the error of the platform', async () => {
    const result = run({ a: { body: () => new Promise<void>(() => undefined) } })
    await turn()
    controller.abort()
    await expect(result).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('reaches every attempt', async () => {
    const signals: AbortSignal[] = []
    const body = ({ signal }: Attempt) => {
      signals.push(signal)
      return new Promise<void>(() => undefined)
    }
    const result = run({ a: { body }, b: { body, timeout: { runMs: 1_000_000 } } })
    await turn()
    controller.abort(reason)
    await expect(result).rejects.toBe(reason)
    expect(signals.map((signal) => signal.reason as unknown)).toEqual([reason, reason])
  })

  test('before the start runs nothing and keeps nothing', async () => {
    let ran = 0
    controller.abort(reason)
    await expect(run({ a: { body: () => void ran++ } })).rejects.toBe(reason)
    expect(ran).toBe(0)
    expect(store.commits).toEqual([])
  })

  test('between supersteps stops before the next one', async () => {
    const ran: string[] = []
    const body = ({ task }: Attempt) => void ran.push(task.name)
    const listener = { applied: () => controller.abort(reason) }
    await expect(
      run({ a: { body, goesTo: ['b'] }, b: { body } }, { start: enter('a'), listener }),
    ).rejects.toBe(reason)
    expect(ran).toEqual(['a'])
    expect(store.load(line)!.metadata.step).toBe(0)
  })

  test('by a node that then returns lets the superstep end, and no other begin', async () => {
    await expect(
      run({ a: { body: () => controller.abort(reason), goesTo: ['b'] }, b: {} }, { start: enter('a') }),
    ).rejects.toBe(reason)
    expect(store.load(line)!.metadata.step).toBe(0)
  })

  test('while tasks start ends the superstep as soon as it would wait', async () => {
    const result = run({
      a: { body: () => controller.abort(reason) },
      b: { body: () => new Promise<void>(() => undefined) },
    })
    await expect(result).rejects.toBe(reason)
  })

  test('starts no task that was still to come', async () => {
    const gates = [new Deferred(), new Deferred()]
    let started = 0
    const body = () => gates[started++]!.promise
    const result = run({ a: { body }, b: { body } }, { maxConcurrency: 1 })
    await turn()
    controller.abort(reason)
    await expect(result).rejects.toBe(reason)
    gates[0]!.resolve()
    await turn()
    expect(started).toBe(1)
  })

  test('keeps what finished before it', async () => {
    const result = run({
      a: { body: (attempt) => attempt.write('log', 'a') },
      b: { body: () => new Promise<void>(() => undefined) },
    })
    await turn()
    controller.abort(reason)
    await expect(result).rejects.toBe(reason)
    const givenUp = ['__error__', { message: 'This operation was aborted', name: 'AbortError' }]
    expect(keptWrites()).toEqual([['log', 'a'], givenUp])
  })

  test.each(['async', 'sync', 'exit'] as const)(
    'keeps what a late task still writes, with durability %s',
    async (durability) => {
      const gate = new Deferred()
      let runs = 0
      const nodes = {
        a: {
          async body(attempt: Attempt) {
            runs++
            await gate.promise
            attempt.write('log', 'late')
          },
        },
      }
      const result = run(nodes, { durability })
      await turn()
      controller.abort(reason)
      await expect(result).rejects.toBe(reason)
      gate.resolve()
      await turn()
      expect(keptWrites()).toEqual([['log', 'late']])
      expect(await run(nodes, { start: { kind: 'continue' }, signal: undefined })).toEqual({
        kind: 'finished',
      })
      expect(runs).toBe(1)
    },
  )

  test('is not recorded as the failure of nodes that heed it', async () => {
    const heeding = ({ signal }: Attempt) =>
      new Promise<void>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    const result = run({ a: { body: heeding }, b: { body: heeding } })
    await turn()
    controller.abort(reason)
    await expect(result).rejects.toBe(reason)
    await turn()
    expect(keptWrites()).toEqual([])
  })

  test('after the end changes nothing, and leaves no listener behind', async () => {
    expect(await run({ a: { body: async () => undefined } })).toEqual({ kind: 'finished' })
    controller.abort(reason)
    await turn()
    expect(store.load(line)!.metadata.step).toBe(0)
  })

  test('of a signal that many runs share raises no warning, and the signal forgets each run', async () => {
    const warnings: unknown[] = []
    const note = (warning: unknown) => void warnings.push(warning)
    process.on('warning', note)
    for (let index = 0; index < 30; index++)
      await run({ a: { body: async () => undefined } }, { store: undefined })
    await turn()
    process.off('warning', note)
    expect(warnings).toEqual([])
  })
})
