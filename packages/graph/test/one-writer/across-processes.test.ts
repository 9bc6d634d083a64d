// One writer per thread, with real processes over one file.
import { SqliteSaver } from '@cairn/sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { START, StateGraph } from '../../src/index.ts'
import { Log, collect, endOf } from './gate.ts'
import { Workers } from './workers.ts'

const threadId = 't'
const thread = { configurable: { thread_id: threadId } }

let workers: Workers
beforeAll(async () => {
  workers = await Workers.open()
})
afterAll(() => workers.close())

/** The gated graph in this process, without the gate. */
function openHere(path: string, leaseMs = 600_000) {
  const checkpointer = SqliteSaver.open(path, { leaseMs })
  onTestFinished(() => checkpointer.close())
  return new StateGraph(Log)
    .addNode('slow', () => ({ log: ['slow here'] }))
    .addNode('after', () => ({ log: ['after here'] }))
    .addEdge(START, 'slow')
    .addEdge('slow', 'after')
    .compile({ checkpointer })
}

const gated = { graph: 'gated', threadId, input: { log: ['1'] } } as const

test('8 processes with 50 runs each on 10 threads lose no update', async () => {
  const path = workers.newPath()
  const processes = await Promise.all(Array.from({ length: 8 }, () => workers.start(path)))
  const ends = await Promise.all(
    processes.flatMap((worker) =>
      Array.from({ length: 50 }, (_, run) =>
        worker.run({ graph: 'counting', threadId: `thread ${run % 10}`, input: {}, onBusy: 'wait' }),
      ),
    ),
  )
  expect(ends.filter(({ kind }) => kind === 'failed')).toEqual([])
  const checkpointer = SqliteSaver.open(path)
  onTestFinished(() => checkpointer.close())
  for (let number = 0; number < 10; number++) {
    const tuple = await checkpointer.getTuple({ configurable: { thread_id: `thread ${number}` } })
    expect(tuple!.checkpoint.channel_values['count']).toBe(40)
  }
  await Promise.all(processes.map((worker) => worker.close()))
})

describe('while a process has the thread,', () => {
  test('a run in another one is refused, and told which has it', async () => {
    const path = workers.newPath()
    const worker = await workers.start(path)
    const { end } = await worker.start(gated)
    const here = openHere(path)
    const error = await endOf(here.invoke({ log: ['2'] }, thread))
    expect(error).toMatchObject({
      code: 'THREAD_BUSY',
      threadId,
      holder: { processId: worker.processId, host: expect.any(String) },
    })
    await expect(here.updateState(thread, { log: ['edit'] })).rejects.toMatchObject({ code: 'THREAD_BUSY' })
    await worker.told('visited')
    worker.openGate()
    expect(await end).toMatchObject({ kind: 'ended', result: { log: ['1', 'slow', 'after'] } })
    await here.updateState(thread, { log: ['edit'] })
    await worker.close()
  })

  test('runs of others get it in the order in which they came', async () => {
    const path = workers.newPath()
    const [holder, first, second] = await Promise.all([1, 2, 3].map(() => workers.start(path)))
    const holding = await holder!.start(gated)
    await holder!.told('visited')
    const wait = { onBusy: 'wait' } as const
    const early = await first!.start({ ...gated, input: { log: ['2'] }, ...wait })
    const late = await second!.start({ ...gated, input: { log: ['3'] }, ...wait })
    const here = openHere(path).invoke({ log: ['4'] }, { ...thread, ...wait })
    for (const worker of [holder, first, second]) {
      await worker!.told('visited')
      worker!.openGate()
    }
    await Promise.all([holding.end, early.end, late.end])
    const { log } = await here
    expect(log.filter((text) => /\d/.test(text))).toEqual(['1', '2', '3', '4'])
    await Promise.all([holder, first, second].map((worker) => worker!.close()))
  })

  test('a run of another one may make it stop, and goes on from what it has done', async () => {
    const path = workers.newPath()
    const [holder, other] = await Promise.all([workers.start(path), workers.start(path)])
    const holding = await holder.start({ graph: 'endless', threadId, input: {} })
    await holder.told('visited')
    const end = await other.run({ graph: 'counting', threadId, input: {}, onBusy: 'interrupt' })
    expect(await holding.end).toMatchObject({ kind: 'failed', code: 'RUN_SUPERSEDED' })
    expect((end as { result: { count: number } }).result.count).toBeGreaterThan(1)
    await Promise.all([holder.close(), other.close()])
  })
})

describe('a process that is killed', () => {
  test('has lost its thread at once, and another one goes on', async () => {
    const path = workers.newPath()
    const worker = await workers.start(path)
    await worker.start(gated)
    await worker.told('visited')
    worker.kill('SIGKILL')
    const here = openHere(path)
    expect(await endOf(here.invoke(null, { ...thread, onBusy: 'wait' }))).toEqual({
      log: ['1', 'slow here', 'after here'],
    })
  })

  test('while it waits is not waited for', async () => {
    const path = workers.newPath()
    const [holder, waiting] = await Promise.all([workers.start(path), workers.start(path)])
    const { end } = await holder.start(gated)
    await waiting.start({ ...gated, onBusy: 'wait' })
    waiting.kill('SIGKILL')
    const here = openHere(path).invoke({ log: ['2'] }, { ...thread, onBusy: 'wait' })
    await holder.told('visited')
    holder.openGate()
    await end
    expect(await here).toEqual({ log: ['1', 'slow', 'after', '2', 'slow here', 'after here'] })
    await holder.close()
  })
})

test('a process that was stopped for longer than its lease writes nothing when it goes on', async () => {
  const path = workers.newPath()
  const leaseMs = 250
  const worker = await workers.start(path, leaseMs)
  const { end } = await worker.start(gated)
  await worker.told('visited')
  worker.kill('SIGSTOP')
  const here = openHere(path, leaseMs)
  const log = ['1', '2', 'slow here', 'after here']
  expect(await here.invoke({ log: ['2'] }, { ...thread, onBusy: 'wait' })).toEqual({ log })
  const before = await collect(here.getStateHistory(thread))
  worker.openGate()
  worker.kill('SIGCONT')
  const { kind, ...failure } = await end
  expect(kind).toBe('failed')
  expect(failure).toMatchObject({
    code: 'LEASE_LOST',
    message: expect.stringContaining(`(process ${process.pid}`),
  })
  await worker.close()
  expect(await collect(here.getStateHistory(thread))).toEqual(before)
  expect((await here.getState(thread)).values).toEqual({ log })
})

describe('an answer to a question', () => {
  test.each(['reject', 'wait'] as const)('is used once, whoever gives it (%s)', async (onBusy) => {
    const path = workers.newPath()
    const processes = await Promise.all(Array.from({ length: 4 }, () => workers.start(path)))
    const asking = { graph: 'asking', input: { log: [] }, onBusy } as const
    for (let round = 0; round < 3; round++) {
      const roundId = `round ${round}`
      await processes[0]!.run({ ...asking, threadId: roundId })
      const ends = await Promise.all(
        processes.map((worker, index) => worker.run({ ...asking, threadId: roundId, resume: `${index}` })),
      )
      const used = ends.filter(({ kind }) => kind === 'ended')
      expect(used).toHaveLength(1)
      const codes = new Set(ends.flatMap((end) => (end.kind === 'failed' ? [end.code] : [])))
      expect([...codes].filter((code) => code !== 'THREAD_BUSY' && code !== 'STALE_RESUME')).toEqual([])
      expect((used[0] as { result: { log: string[] } }).result.log).toEqual([String(ends.indexOf(used[0]!))])
    }
    await Promise.all(processes.map((worker) => worker.close()))
  })
})
