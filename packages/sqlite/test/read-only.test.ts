import { chmodSync, chownSync, existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ReadOnlyStoreError, SqliteStore } from '@cairn/sqlite'
import { line, superstep } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

const nobody = 65_534

/** A store with one checkpoint, in a directory of a user whom permissions bind: root may write anything. */
async function storeOfUnprivilegedUser(): Promise<string> {
  const path = temporaryPath()
  const directory = dirname(path)
  if (process.geteuid!() === 0) {
    chownSync(directory, nobody, nobody)
    process.seteuid!(nobody)
    onTestFinished(() => process.seteuid!(0))
  }
  onTestFinished(() => chmodSync(directory, 0o755))
  const store = SqliteStore.open(path)
  await store.commit(superstep(0))
  store.close()
  return path
}

describe.skipIf(process.platform === 'win32')('where nothing may be written', () => {
  test('a read-only file is read, and a commit to it is refused', async () => {
    const path = await storeOfUnprivilegedUser()
    chmodSync(path, 0o444)
    const store = openStore(path)
    await expect(store.commit(superstep(1))).rejects.toThrow(ReadOnlyStoreError)
    await expect(store.commit(superstep(1))).rejects.toThrow(
      expect.objectContaining({
        code: 'STORE_READ_ONLY',
        path,
        cause: expect.anything() as unknown,
      }) as Error,
    )
    expect(() => store.deleteThread(line.threadId)).toThrow(ReadOnlyStoreError)
    expect(store.load(line)?.metadata.step).toBe(0)
    expect([...store.list({})]).toHaveLength(1)
  })

  test.each([true, false])(
    'a store in a read-only directory is refused, with readOnly: %s',
    async (readOnly) => {
      const path = await storeOfUnprivilegedUser()
      chmodSync(dirname(path), 0o555)
      expect(() => SqliteStore.open(path, { readOnly })).toThrow(
        expect.objectContaining({
          code: 'STORE_CANNOT_OPEN',
          path,
          cause: expect.anything() as unknown,
        }) as Error,
      )
      chmodSync(dirname(path), 0o755)
      expect(openStore(path).load(line)?.metadata.step).toBe(0)
    },
  )

  test('no store is made in a read-only directory', async () => {
    const path = `${await storeOfUnprivilegedUser()}.new`
    chmodSync(dirname(path), 0o555)
    expect(() => SqliteStore.open(path)).toThrow(expect.objectContaining({ code: 'STORE_CANNOT_OPEN', path }))
    expect(existsSync(path)).toBe(false)
  })

  test('a file that may not be read is refused', async () => {
    const path = await storeOfUnprivilegedUser()
    chmodSync(path, 0)
    expect(() => SqliteStore.open(path)).toThrow(expect.objectContaining({ code: 'STORE_CANNOT_OPEN', path }))
  })

  test('the store is written again once it may be', async () => {
    const path = await storeOfUnprivilegedUser()
    chmodSync(path, 0o444)
    const store = openStore(path)
    await expect(store.commit(superstep(1))).rejects.toThrow(ReadOnlyStoreError)
    store.close()
    // The files beside it were made with its permissions.
    for (const name of readdirSync(dirname(path))) chmodSync(join(dirname(path), name), 0o644)
    const again = openStore(path)
    await again.commit(superstep(1))
    expect(again.load(line)?.metadata.step).toBe(1)
  })
})
