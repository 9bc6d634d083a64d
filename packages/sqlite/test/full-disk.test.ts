import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type SqliteStore, StoreFullError } from '@cairn/sqlite'
import { checkpointAt, commitOf, line } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryDirectory, temporaryPath } from './temporary-directory.ts'

const big = 'x'.repeat(20_000)

/** Commits until there is no room, and gives the error and how many commits were kept. */
async function fill(store: SqliteStore): Promise<{ error: unknown; kept: number }> {
  for (let kept = 0; kept < 10_000; kept++) {
    try {
      await store.commit(commitOf(checkpointAt(kept, { changed: { text: `${kept} ${big}` } })))
    } catch (error) {
      return { error, kept }
    }
  }
  throw new Error('the disk did not become full')
}

function expectWhole(store: SqliteStore, kept: number): void {
  const values = [...store.list(line)].map(({ values: { text } }) => text as string)
  expect(values).toEqual(Array.from({ length: kept }, (_, index) => `${kept - 1 - index} ${big}`))
}

describe('when there is no room left', () => {
  test('the commit fails, and all before it are kept', async () => {
    const path = temporaryPath()
    const store = openStore(path, { maxPageCount: 100 })
    const { error, kept } = await fill(store)
    expect(error).toBeInstanceOf(StoreFullError)
    expect(error).toMatchObject({ code: 'STORE_FULL', path, cause: { code: 'SQLITE_FULL' } })
    expect((error as Error).message).toBe(
      `The store ${path} has no room left; this commit was not kept, everything before it was. ` +
        'Make room on the disk, or delete threads, then commit again: the store stays usable.',
    )
    expect(kept).toBeGreaterThan(3)
    expectWhole(store, kept)
    store.close()
    expectWhole(openStore(path), kept)
  })

  test('a smaller commit still goes in, and goes on from what is there', async () => {
    const store = openStore(temporaryPath(), { maxPageCount: 100 })
    const { kept } = await fill(store)
    await store.commit(commitOf(checkpointAt(kept, { changed: { note: 'small' } })))
    expect(store.load(line)?.values).toEqual({ text: `${kept - 1} ${big}`, note: 'small' })
  })

  test('deleting a thread makes room', async () => {
    const store = openStore(temporaryPath(), { maxPageCount: 100 })
    const { kept } = await fill(store)
    store.deleteThread(line.threadId)
    expect((await fill(store)).kept).toBeGreaterThanOrEqual(kept - 1)
  })

  test('on a real disk, all commits before are kept', async (context) => {
    const directory = smallDisk()
    if (directory === undefined) return context.skip('This process may not mount a disk.')
    const path = join(directory, 'store.db')
    const store = openStore(path)
    const { error, kept } = await fill(store)
    expect(error).toMatchObject({ code: 'STORE_FULL', path })
    expect(kept).toBeGreaterThan(3)
    expectWhole(store, kept)
    store.close()
    expectWhole(openStore(path), kept)
  })
})

/** A disk of one megabyte, for root on Linux. */
function smallDisk(): string | undefined {
  const directory = temporaryDirectory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', directory]))
  return directory
}
