import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SqliteStore, StoreBusyError } from '@cairn/sqlite'
import { checkpointAt, checkpointId, commitOf, line, superstep } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

/** Another connection that is in the midst of writing. */
function writerOf(path: string): Database.Database {
  const database = new Database(path)
  onTestFinished(() => void database.close())
  database.exec('BEGIN IMMEDIATE')
  return database
}

describe('while another connection writes', () => {
  test('a commit fails when the time to wait is over, and goes through afterwards', async () => {
    const path = temporaryPath()
    const store = openStore(path, { busyTimeoutMs: 20 })
    await store.commit(superstep(0))
    const other = writerOf(path)
    await expect(store.commit(superstep(1))).rejects.toThrow(StoreBusyError)
    await expect(store.commit(superstep(1))).rejects.toThrow(
      expect.objectContaining({
        code: 'STORE_BUSY',
        path,
        busyTimeoutMs: 20,
        message:
          `The store ${path} is in use by another connection, which did not finish within 20 ms; nothing was written. ` +
          'Try again, find what keeps a transaction open on the file, or raise "busyTimeoutMs".',
      }) as Error,
    )
    expect(() => store.deleteThread(line.threadId)).toThrow(StoreBusyError)
    other.exec('ROLLBACK')
    await store.commit(superstep(1))
    expect(store.load(line)?.metadata.step).toBe(1)
  })

  test('commits that were to be tried one by one, since one of them failed, wait, and are made in their order', async () => {
    const path = temporaryPath()
    const other = new Database(path)
    onTestFinished(() => void other.close())
    let begun = 0
    const store = openStore(path, {
      onPoint(point) {
        // The first for the one before, the second for all three, the third for the one that fails.
        if (point === 'before-begin' && ++begun === 3) other.exec('BEGIN IMMEDIATE')
      },
    })
    await store.commit(superstep(0))
    const orphan = checkpointAt(8, { parentId: checkpointId(7), changed: { lost: 1 } })
    const committing = [commitOf(orphan), superstep(1), superstep(2)].map(
      async (each) => await store.commit(each),
    )
    setImmediate(() => other.exec('ROLLBACK'))
    const outcomes = await Promise.allSettled(committing)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(store.load(line)?.metadata.step).toBe(2)
  })

  test('loading and listing go on', async () => {
    const path = temporaryPath()
    const store = openStore(path, { busyTimeoutMs: 0 })
    await store.commit(superstep(0))
    writerOf(path)
    expect(store.load(line)?.metadata.step).toBe(0)
    expect([...store.list({})]).toHaveLength(1)
  })

  test('a new file is not made, which is no damage', async () => {
    const path = temporaryPath()
    const other = writerOf(path)
    expect(() => SqliteStore.open(path, { busyTimeoutMs: 0 })).toThrow(StoreBusyError)
    other.exec('ROLLBACK')
    await openStore(path).commit(superstep(0))
  })

  test('opening waits until the log can be switched on, as long as a commit would', async () => {
    const path = temporaryPath()
    openStore(path).close()
    // As a process leaves it that dies between making the tables and switching.
    const other = new Database(path)
    onTestFinished(() => void other.close())
    other.pragma('journal_mode = DELETE')
    other.exec('BEGIN IMMEDIATE')
    expect(() => SqliteStore.open(path, { busyTimeoutMs: 0 })).toThrow(StoreBusyError)
    const waiting = vi.spyOn(Atomics, 'wait').mockImplementationOnce(() => {
      other.exec('ROLLBACK')
      return 'timed-out'
    })
    onTestFinished(() => waiting.mockRestore())
    await openStore(path).commit(superstep(0))
    expect(waiting).toHaveBeenCalledOnce()
  })
})
