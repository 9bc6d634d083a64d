import { describe, expect, type TestContext } from 'vitest'
import type { Hold, Lease, LeaseAnswer, Leases, OnBusy, Store } from '@cairn/engine'
import type { OpenedStore, OpenStore } from './opened-store.ts'
import { storeTest } from './opened-store.ts'
import { checkpointAt, checkpointId, commit, line, list, load, valuesAt, writesOf } from './samples.ts'

const { threadId } = line

export function leasingConformance(open: OpenStore): void {
  const storeTests = storeTest(open)
  /** Skipped for a store that gives no leases. */
  const test = (
    name: string,
    run: (store: Store, leases: Leases, opened: OpenedStore, context: TestContext) => Promise<void>,
  ) =>
    storeTests(name, async (store, opened, context) => {
      if (store.leases === undefined) context.skip('the store gives no leases')
      await run(store, store.leases!, opened, context)
    })

  describe('leases', () => {
    test('give a thread to one run at a time', async (_, leases) => {
      const first = await granted(leases, 'first')
      expect(first).toMatchObject({ threadId, holder: { runId: 'first', processId: process.pid } })
      expect(await busy(leases, 'second')).toMatchObject({
        holder: first.holder,
        sinceMs: first.sinceMs,
      })
      await leases.release(first)
      const second = await granted(leases, 'second')
      expect(second.token).toBeGreaterThan(first.token)
    })

    test('of other threads are others', async (_, leases) => {
      const held = await granted(leases, 'run', 'thread-1')
      const other = await granted(leases, 'run', 'thread-2')
      expect(other.token).not.toBe(held.token)
      await leases.release(held)
      await busy(leases, 'next', 'thread-2')
    })

    test('are given back once, and by their own run', async (_, leases) => {
      const first = await granted(leases, 'first')
      await leases.release(first)
      const second = await granted(leases, 'second')
      await leases.release(first)
      expect((await busy(leases, 'third')).holder).toEqual(second.holder)
    })

    test('have tokens that grow even when the thread is deleted in between', async (store, leases) => {
      const first = await granted(leases, 'first')
      await leases.release(first)
      await store.deleteThread(threadId)
      expect((await granted(leases, 'second')).token).toBeGreaterThan(first.token)
    })

    test('can be renewed as long as nobody else has come', async (_, leases) => {
      const first = await granted(leases, 'first')
      await leases.renew(first)
      await leases.release(first)
      await granted(leases, 'second')
      await expect(async () => leases.renew(first)).rejects.toMatchObject({
        code: 'LEASE_LOST',
        threadId,
        runId: 'first',
        heldBy: { runId: 'second' },
      })
    })
  })

  describe('a commit with a lease', () => {
    test('is kept while it is the newest', async (store, leases) => {
      const lease = await granted(leases, 'run')
      await commit(store, { lease, checkpoint: checkpointAt(0, { changed: { a: 1 } }) })
      await commit(store, { lease, writes: [writesOf('task', [['a', 2]])] })
      expect(await valuesAt(store)).toEqual({ a: 1 })
      expect((await load(store)).writes).toEqual([['task', 'a', 2]])
    })

    test('is refused as a whole once the thread was given to another run', async (store, leases) => {
      const first = await granted(leases, 'first')
      await commit(store, { lease: first, checkpoint: checkpointAt(0, { changed: { a: 1 } }) })
      await leases.release(first)
      const second = await granted(leases, 'second')
      await expect(
        commit(store, {
          lease: first,
          writes: [writesOf('task', [['a', 'late']])],
          checkpoint: checkpointAt(1, { parentId: checkpointId(0), changed: { a: 'late' } }),
        }),
      ).rejects.toMatchObject({ code: 'LEASE_LOST', threadId, runId: 'first', heldBy: { runId: 'second' } })
      expect(await list(store)).toHaveLength(1)
      expect(await load(store)).toMatchObject({ values: { a: 1 }, writes: [] })
      await commit(store, {
        lease: second,
        checkpoint: checkpointAt(1, { parentId: checkpointId(0), changed: { a: 2 } }),
      })
      expect(await valuesAt(store)).toEqual({ a: 2 })
    })

    test('is kept after the lease was given back, when nobody has come since', async (store, leases) => {
      const lease = await granted(leases, 'run')
      await leases.release(lease)
      await commit(store, { lease, checkpoint: checkpointAt(0) })
      expect(await list(store)).toHaveLength(1)
      await granted(leases, 'next')
    })

    test('is refused after the thread was deleted, and does not bring it back', async (store, leases) => {
      const lease = await granted(leases, 'run')
      await commit(store, { lease, checkpoint: checkpointAt(0) })
      await store.deleteThread(threadId)
      await expect(commit(store, { lease, checkpoint: checkpointAt(1) })).rejects.toMatchObject({
        code: 'LEASE_LOST',
        heldBy: undefined,
      })
      expect(await list(store)).toEqual([])
      await granted(leases, 'next')
    })

    test('that is refused costs others nothing that are made at the same time', async (store, leases) => {
      const lost = await granted(leases, 'lost')
      await leases.release(lost)
      await leases.release(await granted(leases, 'next'))
      const lines = ['a', 'b', 'c'].map((name) => ({ threadId: name, namespace: '' }))
      const others = lines.map((other) => commit(store, { line: other, checkpoint: checkpointAt(0) }))
      const refused = commit(store, { lease: lost, checkpoint: checkpointAt(0) })
      const after = commit(store, {
        line: lines[0]!,
        checkpoint: checkpointAt(1, { parentId: checkpointId(0) }),
      })
      await expect(refused).rejects.toMatchObject({ code: 'LEASE_LOST' })
      await Promise.all([...others, after])
      expect((await list(store)).map((kept) => kept.line.threadId).toSorted()).toEqual(['a', 'a', 'b', 'c'])
    })
  })

  describe('the expected head of a line', () => {
    test('is its newest checkpoint, or none', async (store) => {
      await commit(store, { expectedHead: null, checkpoint: checkpointAt(0) })
      await commit(store, {
        expectedHead: checkpointId(0),
        checkpoint: checkpointAt(1, { parentId: checkpointId(0) }),
      })
      await commit(store, {
        line: { threadId, namespace: 'child' },
        expectedHead: null,
        checkpoint: checkpointAt(0),
      })
      expect(await list(store, { threadId })).toHaveLength(3)
    })

    test('is looked at in the commit, which is refused as a whole when it has moved', async (store) => {
      await commit(store, { checkpoint: checkpointAt(0) })
      await commit(store, { checkpoint: checkpointAt(1, { parentId: checkpointId(0) }) })
      for (const expectedHead of [null, checkpointId(0), checkpointId(2)]) {
        await expect(
          commit(store, {
            expectedHead,
            writes: [writesOf('task', [['a', 1]], { checkpointId: checkpointId(1) })],
            checkpoint: checkpointAt(3, { parentId: checkpointId(0) }),
          }),
        ).rejects.toMatchObject({
          code: 'HEAD_MOVED',
          ...line,
          expected: expectedHead ?? undefined,
          found: checkpointId(1),
        })
      }
      expect(await list(store)).toHaveLength(2)
      expect((await load(store)).writes).toEqual([])
      await expect(
        commit(store, {
          line: { threadId: 'new', namespace: '' },
          expectedHead: checkpointId(0),
          checkpoint: checkpointAt(1),
        }),
      ).rejects.toMatchObject({ code: 'HEAD_MOVED', found: undefined })
    })

    test('follows commits that are made without waiting for one another', async (store) => {
      const commits = Array.from({ length: 5 }, (_, number) =>
        commit(store, {
          expectedHead: number === 0 ? null : checkpointId(number - 1),
          checkpoint: checkpointAt(number, number === 0 ? {} : { parentId: checkpointId(number - 1) }),
        }),
      )
      await Promise.all(commits)
      expect(await list(store)).toHaveLength(5)
    })
  })

  describe('runs that wait for a thread', () => {
    test('get it in the order in which they came', async (_, leases) => {
      let lease = await granted(leases, 'holder')
      const names = ['first', 'second', 'third']
      const tickets: number[] = []
      for (const name of names) tickets.push(await queued(leases, name))
      for (const [index, name] of names.entries()) {
        await leases.release(lease)
        for (const [later, other] of names.entries())
          if (later > index)
            expect(await queued(leases, other, { ticket: tickets[later]! })).toBe(tickets[later])
        lease = await granted(leases, name, threadId, tickets[index])
      }
      await leases.release(lease)
      await granted(leases, 'last')
    })

    test('are not overtaken by one that does not wait', async (_, leases) => {
      const lease = await granted(leases, 'holder')
      const ticket = await queued(leases, 'waiting')
      await leases.release(lease)
      expect((await busy(leases, 'late')).holder.runId).toBe('waiting')
      await granted(leases, 'waiting', threadId, ticket)
    })

    test('may leave the queue', async (_, leases) => {
      const lease = await granted(leases, 'holder')
      const left = await queued(leases, 'left')
      const stayed = await queued(leases, 'stayed')
      await leases.withdraw(threadId, left)
      await leases.withdraw(threadId, left)
      await leases.release(lease)
      await leases.release(await granted(leases, 'stayed', threadId, stayed))
      await granted(leases, 'next')
    })

    test('may ask the holder to stop, who is told with its next commit or renewal', async (store, leases) => {
      for (const tell of [
        (lease: Lease) => leases.renew(lease),
        (lease: Lease) => commit(store, { lease, writes: [writesOf('task', [['a', 1]])] }),
      ]) {
        const lease = await granted(leases, 'holder')
        const patient = await queued(leases, 'patient')
        await tell(lease)
        expect(lease.askedBy).toBeUndefined()
        const ticket = await queued(leases, 'asking', { onBusy: 'interrupt' })
        await tell(lease)
        expect(lease.askedBy).toMatchObject({ runId: 'asking' })
        await leases.release(lease)
        await store.deleteThread(threadId)
        await leases.withdraw(threadId, ticket)
        await leases.withdraw(threadId, patient)
      }
    })

    test('ask one holder, and not the next', async (_, leases) => {
      const lease = await granted(leases, 'holder')
      const ticket = await queued(leases, 'asking', { onBusy: 'interrupt' })
      await leases.release(lease)
      const next = await granted(leases, 'asking', threadId, ticket)
      await leases.renew(next)
      expect(next.askedBy).toBeUndefined()
    })
  })

  describe('leases of a store that several processes have open', () => {
    test('hold in all of them', async (store, leases, opened, context) => {
      if (opened.openBeside === undefined) context.skip('the store is seen by one process only')
      const beside = await opened.openBeside!()
      const first = await granted(leases, 'first')
      expect((await busy(beside.leases!, 'second')).holder).toEqual(first.holder)
      const ticket = await queued(beside.leases!, 'second', { onBusy: 'interrupt' })
      await commit(store, { lease: first, checkpoint: checkpointAt(0) })
      expect(first.askedBy).toMatchObject({ runId: 'second' })
      await leases.release(first)
      const second = await granted(beside.leases!, 'second', threadId, ticket)
      await expect(commit(store, { lease: first, checkpoint: checkpointAt(1) })).rejects.toMatchObject({
        code: 'LEASE_LOST',
      })
      await commit(beside, {
        lease: second,
        expectedHead: checkpointId(0),
        checkpoint: checkpointAt(1, { parentId: checkpointId(0) }),
      })
      expect(await list(store)).toHaveLength(2)
    })

    test('end when the store is closed that gave them', async (_, leases, opened, context) => {
      if (opened.reopen === undefined) context.skip('the store does not outlive its process')
      const lease = await granted(leases, 'first')
      const reopened = await opened.reopen!()
      expect((await granted(reopened.leases!, 'second')).token).toBeGreaterThan(lease.token)
    })
  })
}

async function granted(leases: Leases, runId: string, thread = threadId, ticket?: number): Promise<Lease> {
  const answer = await leases.acquire({ threadId: thread, runId, onBusy: 'reject', ticket })
  if (answer.kind !== 'granted') throw new Error(`The thread is held by ${answer.by.holder.runId}.`)
  return answer.lease
}

async function busy(leases: Leases, runId: string, thread = threadId): Promise<Hold> {
  const answer = await leases.acquire({ threadId: thread, runId, onBusy: 'reject' })
  expect(answer).toMatchObject({ kind: 'busy', ticket: undefined })
  return (answer as LeaseAnswer & { kind: 'busy' }).by
}

async function queued(
  leases: Leases,
  runId: string,
  { onBusy = 'wait', ticket }: { onBusy?: OnBusy; ticket?: number } = {},
): Promise<number> {
  const answer = await leases.acquire({ threadId, runId, onBusy, ticket })
  expect(answer).toMatchObject({ kind: 'busy', ticket: expect.any(Number) })
  return (answer as { readonly ticket: number }).ticket
}
