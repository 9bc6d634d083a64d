// Leases on their own, on a plain database: what they do with time, and with the processes of others.
import { spawnSync } from 'node:child_process'
import type { Hold, Lease, LeaseAnswer } from '@cairn/engine'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLeaseTables } from '../../src/leases/create-lease-tables.ts'
import { SqliteLeases } from '../../src/leases/sqlite-leases.ts'
import { ownIdentity } from '../../src/leases/process-identity.ts'

const leaseMs = 1000
const threadId = 't'

let database: Database.Database
/** Grows when another connection writes, which here is one of other leases. */
let version = 0
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
  database = new Database(':memory:')
  createLeaseTables(database)
})
afterEach(() => {
  vi.useRealTimers()
  database.close()
})

/** The leases of one process. */
function leasesOf(): SqliteLeases {
  const writing = <Result>(body: () => Result): Result => {
    version++
    return database.transaction(body).immediate()
  }
  return new SqliteLeases(database, {
    leaseMs,
    writing: (body) => writing(body),
    writingNow: writing,
    version: () => version,
  })
}

function acquired(leases: SqliteLeases, runId: string): Lease {
  const answer = leases.acquire({ threadId, runId, onBusy: 'reject' }) as LeaseAnswer
  if (answer.kind !== 'granted') throw new Error(`The thread is held by ${answer.by.holder.runId}.`)
  return answer.lease
}

function refused(leases: SqliteLeases, runId: string): Hold {
  const answer = leases.acquire({ threadId, runId, onBusy: 'reject' }) as LeaseAnswer
  expect(answer.kind).toBe('busy')
  return (answer as LeaseAnswer & { kind: 'busy' }).by
}

function queued(leases: SqliteLeases, runId: string, ticket?: number): number {
  const answer = leases.acquire({ threadId, runId, onBusy: 'wait', ticket }) as LeaseAnswer
  expect(answer.kind).toBe('busy')
  return (answer as { ticket: number }).ticket
}

/** The number of a process that has ended. */
const deadProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid

/** As if another process had written this row. */
function giveTo(table: 'lease' | 'lease_queue', process: object): void {
  const holder = JSON.stringify({ runId: 'other', ...ownIdentity(), ...process })
  database.prepare(`UPDATE ${table} SET holder = ?`).run(holder)
}

describe('the lease of another process', () => {
  test('is over when its time is, and not before', () => {
    const [first, second] = [leasesOf(), leasesOf()]
    const lease = acquired(first, 'first')
    expect(lease).toMatchObject({ sinceMs: 1_000_000, untilMs: 1_001_000 })
    vi.advanceTimersByTime(leaseMs - 1)
    expect(refused(second, 'second')).toMatchObject({ sinceMs: 1_000_000, untilMs: 1_001_000 })
    vi.advanceTimersByTime(1)
    acquired(second, 'second')
    expect(first.lossOf(lease)).toMatchObject({
      code: 'LEASE_LOST',
      runId: 'first',
      heldBy: { runId: 'second' },
    })
    expect(() => first.renew(lease)).toThrow(expect.objectContaining({ code: 'LEASE_LOST' }) as Error)
  })

  test.each(['renew', 'lossOf'] as const)('lasts longer when its run lives (%s)', (how) => {
    const [first, second] = [leasesOf(), leasesOf()]
    const lease = acquired(first, 'first')
    void first[how](lease)
    expect(lease.untilMs).toBe(1_001_000)
    vi.advanceTimersByTime(leaseMs / 2 + 1)
    void first[how](lease)
    expect(lease.untilMs).toBe(1_001_501)
    vi.advanceTimersByTime(leaseMs - 1)
    refused(second, 'second')
    vi.advanceTimersByTime(1)
    acquired(second, 'second')
  })

  test('is over at once when the process is dead', () => {
    acquired(leasesOf(), 'first')
    giveTo('lease', { processId: deadProcess(), startedAt: '' })
    expect(acquired(leasesOf(), 'second').holder.runId).toBe('second')
  })

  test.runIf(process.platform === 'linux')(
    'is over at once when its number is that of another process',
    () => {
      acquired(leasesOf(), 'first')
      giveTo('lease', { startedAt: '1' })
      expect(acquired(leasesOf(), 'second').holder.runId).toBe('second')
    },
  )

  test('lasts its time when nothing is known of the process', () => {
    acquired(leasesOf(), 'first')
    giveTo('lease', { processId: deadProcess(), machine: 'elsewhere', host: 'h' })
    const second = leasesOf()
    expect(refused(second, 'second').holder).toMatchObject({ runId: 'other', host: 'h' })
    vi.advanceTimersByTime(leaseMs)
    acquired(second, 'second')
  })
})

describe('the lease of a run in this process', () => {
  test('is not over before the run, however late its renewal comes', () => {
    const leases = leasesOf()
    const lease = acquired(leases, 'first')
    vi.advanceTimersByTime(10 * leaseMs)
    refused(leases, 'second')
    expect(leases.lossOf(lease)).toBeUndefined()
    void leases.release(lease)
    expect(acquired(leases, 'second').holder.runId).toBe('second')
  })

  test('ends when the store is closed', () => {
    const leases = leasesOf()
    const lease = acquired(leases, 'first')
    leases.close()
    leases.close()
    void leases.release(lease)
    expect(acquired(leasesOf(), 'second').holder.runId).toBe('second')
  })

  test('that others have taken is not given back by closing', () => {
    const [first, second] = [leasesOf(), leasesOf()]
    acquired(first, 'first')
    vi.advanceTimersByTime(leaseMs)
    acquired(second, 'second')
    first.close()
    expect(refused(leasesOf(), 'third').holder.runId).toBe('second')
  })

  test('is not renewed once it was given back', () => {
    const leases = leasesOf()
    const lease = acquired(leases, 'first')
    void leases.release(lease)
    vi.advanceTimersByTime(leaseMs)
    expect(leases.lossOf(lease)).toBeUndefined()
    expect(acquired(leasesOf(), 'second').holder.runId).toBe('second')
  })
})

describe('a place in the queue', () => {
  test('is kept by asking again', () => {
    const [leases, others] = [leasesOf(), leasesOf()]
    const lease = acquired(leases, 'holder')
    const ticket = queued(others, 'waiting')
    for (let turn = 0; turn < 5; turn++) {
      vi.advanceTimersByTime(leaseMs / 2 + 1)
      expect(leases.lossOf(lease)).toBeUndefined()
      expect(queued(others, 'waiting', ticket)).toBe(ticket)
    }
    void leases.release(lease)
    expect(refused(leases, 'late').holder.runId).toBe('waiting')
  })

  test('is lost by one that does not ask for as long as a lease lasts', () => {
    const [leases, others] = [leasesOf(), leasesOf()]
    const lease = acquired(leases, 'holder')
    const ticket = queued(others, 'stopped')
    vi.advanceTimersByTime(leaseMs)
    void leases.release(lease)
    const next = acquired(leases, 'late')
    expect(queued(others, 'stopped', ticket)).toBeGreaterThan(ticket)
    void leases.release(next)
    expect(refused(leases, 'later').holder.runId).toBe('stopped')
  })

  test('is lost at once by a process that is dead', () => {
    const leases = leasesOf()
    const lease = acquired(leases, 'holder')
    queued(leasesOf(), 'waiting')
    giveTo('lease_queue', { processId: deadProcess(), startedAt: '' })
    void leases.release(lease)
    expect(acquired(leases, 'late').holder.runId).toBe('late')
  })
})

test('tables hold one row for each thread, and none for those who have waited', () => {
  const leases = leasesOf()
  for (let turn = 0; turn < 5; turn++) {
    const lease = acquired(leases, `run ${turn}`)
    const ticket = queued(leases, 'waiting')
    void leases.withdraw(threadId, ticket)
    void leases.release(lease)
  }
  const count = (table: string) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  expect([count('lease'), count('lease_queue'), count('lease_count')]).toEqual([1, 0, 1])
  leases.forget(threadId)
  expect(count('lease')).toBe(0)
})
