import { beforeEach, describe, expect, test } from 'vitest'
import {
  LeaseLostError,
  holdThread,
  reducer,
  type HeldThread,
  type Lease,
  type Leases,
  type OnBusy,
  type RunOptions,
} from '../src/index.ts'
import { MemoryStore } from '../src/memory-store.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, type GraphNode } from './support/graph.ts'
import { ManualClock } from './support/manual-clock.ts'
import { refuseUnhandledRejections } from './support/rejections.ts'
import { line, runOf } from './support/thread.ts'

refuseUnhandledRejections()

const { threadId } = line
const log = reducer<string[], string>({ reduce: (list, text) => [...list, text], initial: () => [] })

let store: MemoryStore
beforeEach(() => {
  store = new MemoryStore()
})

async function hold(runId = 'run', onBusy: OnBusy = 'reject', signal?: AbortSignal): Promise<HeldThread> {
  return holdThread({ store, leases: store.leases, threadId, runId, onBusy, signal })
}

function execute(
  held: HeldThread,
  nodes: Readonly<Record<string, GraphNode>>,
  options: Partial<RunOptions> = {},
) {
  const plan = planOf({ channels: { log }, nodes })
  return runOf(plan, {
    start: enter(Object.keys(nodes).slice(0, 1)),
    store: held,
    held,
    ...options,
  }).execute()
}

const writing = (text: string): GraphNode => ({ body: (attempt) => attempt.write('log', text) })
const logged = () => store.load(line)?.values['log']

describe('a run that holds its thread', () => {
  test.each(['sync', 'async', 'exit'] as const)('gives it back at its end (%s)', async (durability) => {
    await execute(await hold(), { a: writing('a') }, { durability })
    const next = await hold('next')
    expect(logged()).toEqual(['a'])
    await next.release()
  })

  test('gives it back when it fails', async () => {
    const failing = () => {
      throw new Error('broken')
    }
    await expect(execute(await hold(), { a: { body: failing } })).rejects.toThrow('broken')
    await hold('next')
  })

  test('keeps nothing after another run has come, and ends with that', async () => {
    const held = await hold()
    const takenOver = () => {
      void held.release()
      store.leases.acquire({ threadId, runId: 'other', onBusy: 'reject' })
    }
    const error = await execute(held, { a: { body: takenOver, goesTo: ['b'] }, b: writing('b') }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(LeaseLostError)
    expect(error).toMatchObject({ threadId, runId: 'run', heldBy: { runId: 'other' } })
    expect((error as Error).message).toBe(
      `Run run has lost thread "thread-1": it did not renew its lease in time, and run other (process ${process.pid}) has taken over. ` +
        'Nothing that it wrote after that was kept. To go on with the thread, invoke it again.',
    )
    expect(logged()).toEqual([])
  })

  test('fails when somebody without a lease writes to its line', async () => {
    const held = await hold()
    const meddle = () => {
      const { id, metadata, versions } = store.load(line)!
      const newer = `${id.slice(0, -1)}z`
      store.commit({
        line,
        writes: [],
        checkpoint: {
          id: newer,
          parentId: id,
          createdAt: '2024-01-01T00:00:00.000Z',
          metadata,
          versions,
          seen: {},
          changed: {},
          removed: [],
        },
      })
    }
    await held.load(line)
    await expect(execute(held, { a: { body: meddle } })).rejects.toMatchObject({
      code: 'HEAD_MOVED',
      threadId,
    })
    await hold('next')
  })

  test('keeps what a task writes after the run has ended, as long as nobody else has come', async () => {
    const late = new Deferred()
    const body: GraphNode['body'] = async (attempt) => {
      await late.promise
      attempt.write('log', 'late')
    }
    const controller = new AbortController()
    const running = execute(await hold(), { a: { body } }, { signal: controller.signal })
    await turn()
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    late.resolve()
    await turn()
    expect(store.load(line)!.writes.map(([, , value]) => value)).toContain('late')
  })
})

describe('holding a thread', () => {
  test('fails while another run has it, and says who and since when', async () => {
    const first = await hold('first')
    const since = new Date(first.lease.sinceMs).toISOString()
    await expect(hold('second')).rejects.toMatchObject({
      code: 'THREAD_BUSY',
      threadId,
      holder: { runId: 'first', processId: process.pid, host: undefined },
      sinceMs: first.lease.sinceMs,
      untilMs: undefined,
      message:
        `Thread "thread-1" is in use: run first (process ${process.pid}) has it since ${since}. ` +
        "Invoke it again when that run has ended, with onBusy: 'wait' to wait for it, " +
        "or with onBusy: 'interrupt' to make it stop at its next superstep.",
    })
  })

  test('is done in the order of coming by those who wait', async () => {
    const order: string[] = []
    let held = await hold()
    const waiting = ['a', 'b', 'c'].map(async (name) => {
      const own = await hold(name, 'wait')
      order.push(name)
      await turn()
      await own.release()
    })
    await held.release()
    held = await hold('last', 'wait')
    order.push('last')
    await Promise.all(waiting)
    expect(order).toEqual(['a', 'b', 'c', 'last'])
  })

  test('ends with the reason of the signal, and leaves the queue to others', async () => {
    const first = await hold('first')
    const controller = new AbortController()
    const second = hold('second', 'wait', controller.signal)
    const third = hold('third', 'wait')
    controller.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    await expect(hold('fourth', 'wait', controller.signal)).rejects.toThrow('enough')
    await first.release()
    await (await third).release()
    await hold('fifth')
  })

  test('asks the holder to stop', async () => {
    const first = await hold('first')
    const second = hold('second', 'interrupt')
    await turn()
    expect(first.askedBy).toMatchObject({ runId: 'second' })
    await first.release()
    expect((await second).askedBy).toBeUndefined()
  })
})

describe('with a store that other processes use', () => {
  /** Its leases last a second; who has them is up to the test. */
  class SharedLeases implements Leases {
    holder: string | undefined
    renewals = 0
    isLost = false
    #tickets = 0
    readonly #kept = store.leases

    acquire(request: Parameters<Leases['acquire']>[0]) {
      const by = {
        holder: { runId: this.holder ?? '', processId: 1, host: 'h' },
        sinceMs: 0,
        untilMs: 1000,
      }
      const ticket = request.ticket ?? ++this.#tickets
      if (this.holder !== undefined) return { kind: 'busy', by, ticket, keptMs: 1000 } as const
      const answer = this.#kept.acquire({ ...request, ticket: undefined })
      if (answer.kind === 'busy') return answer
      return { kind: 'granted', lease: { ...answer.lease, sinceMs: 0, untilMs: 1000 } } as const
    }

    withdraw(): void {}

    renew(lease: Lease): Promise<void> {
      this.renewals++
      return this.isLost
        ? Promise.reject(new LeaseLostError(lease.threadId, lease.holder.runId, undefined))
        : Promise.resolve()
    }

    release(lease: Lease): void {
      this.#kept.release(lease)
    }
  }

  let clock: ManualClock
  let leases: SharedLeases
  beforeEach(() => {
    clock = new ManualClock()
    leases = new SharedLeases()
  })
  const holdShared = async (onBusy: OnBusy = 'wait') =>
    holdThread({ store, leases, threadId, runId: 'run', onBusy, clock })

  test('a run that waits looks again and again, less and less often', async () => {
    leases.holder = 'other'
    const holding = holdShared()
    const waitsMs: number[] = []
    for (let poll = 0; poll < 7; poll++) {
      await turn()
      waitsMs.push(clock.waitsMs[0]!)
      await clock.pass(clock.waitsMs[0]!)
    }
    expect(waitsMs).toEqual([2, 4, 8, 16, 32, 50, 50])
    leases.holder = undefined
    await clock.pass(50)
    await (await holding).release()
    expect(clock.armed).toBe(0)
  })

  test('only the first of the runs that wait in this process looks often', async () => {
    leases.holder = 'other'
    const first = holdShared()
    const second = holdShared()
    await turn()
    expect(clock.waitsMs).toEqual([2, 250])
    leases.holder = undefined
    await clock.pass(2)
    const held = await first
    leases.holder = 'other'
    await held.release()
    await turn()
    expect(clock.waitsMs).toEqual([4])
    leases.holder = undefined
    await clock.pass(4)
    await (await second).release()
  })

  test('a run looks after its lease while it lasts', async () => {
    const held = await holdShared()
    await clock.pass(1000)
    expect(leases.renewals).toBe(4)
    await held.release()
    expect(clock.armed).toBe(0)
  })

  test('a run stops that has lost its thread while its node waits', async () => {
    const held = await holdShared()
    const aborted = new Deferred<unknown>()
    const running = execute(held, {
      a: {
        body: ({ signal }) =>
          new Promise<void>((_, reject) => {
            signal.addEventListener('abort', () => {
              aborted.resolve(signal.reason)
              reject(signal.reason as Error)
            })
          }),
      },
    })
    running.catch(() => undefined)
    await turn()
    leases.isLost = true
    await clock.pass(250)
    await expect(running).rejects.toMatchObject({ code: 'LEASE_LOST', heldBy: undefined })
    expect(await aborted.promise).toMatchObject({ code: 'LEASE_LOST' })
    expect(clock.armed).toBe(0)
  })
})
