import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  CannotOpenStoreError,
  ForeignDatabaseError,
  NewerStoreError,
  NotADatabaseError,
  SqliteStore,
  StoreError,
  StoreOptionError,
} from '@cairn/sqlite'
import { migrations } from '../src/migrations.ts'
import { checkpointAt, commitOf, line, superstep } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryDirectory, temporaryPath } from './temporary-directory.ts'

function errorOf(action: () => unknown): StoreError {
  try {
    action()
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('opening', () => {
  test('makes a new file, and gives the same store when it is opened again', async () => {
    const path = temporaryPath()
    const first = openStore(path)
    await first.commit(superstep(0))
    first.close()
    expect(openStore(path).load(line)?.values).toEqual({ count: 0, note: 'step 0', 'branch:to:act': null })
  })

  test('takes an empty file for a new one', async () => {
    const path = temporaryPath()
    writeFileSync(path, '')
    const store = openStore(path)
    await store.commit(superstep(0))
    expect(store.load(line)?.metadata.step).toBe(0)
  })

  test('leaves nothing but the file once it is closed', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    await store.commit(superstep(0))
    expect(existsSync(`${path}-wal`)).toBe(true)
    store.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
    expect(existsSync(`${path}-shm`)).toBe(false)
  })

  test('of two stores at once on one new file gives both the same store', async () => {
    const path = temporaryPath()
    const [one, two] = [openStore(path), openStore(path)]
    await one.commit(superstep(0))
    await two.commit(superstep(1))
    expect(one.load(line)).toEqual(two.load(line))
    expect(one.load(line)?.metadata.step).toBe(1)
  })

  test('works with a log that is flushed at each commit', async () => {
    const path = temporaryPath()
    await openStore(path, { fsync: 'full' }).commit(superstep(0))
    expect(openStore(path, { fsync: 'full' }).load(line)?.metadata.step).toBe(0)
  })
})

describe('a file that cannot be opened', () => {
  test('is refused when its directory does not exist', async () => {
    const path = join(temporaryDirectory(), 'missing', 'store.db')
    const error = errorOf(() => SqliteStore.open(path))
    expect(error).toBeInstanceOf(CannotOpenStoreError)
    expect(error).toMatchObject({ code: 'STORE_CANNOT_OPEN', path, cause: expect.any(Error) as unknown })
    expect(error.message).toBe(
      `The store ${path} cannot be opened: Cannot open database because the directory does not exist. ` +
        'Check that its directory exists, and that this process may write both the directory and the file: reading takes that too.',
    )
  })

  test('is refused when it is a directory', async () => {
    const path = join(temporaryDirectory(), 'directory')
    mkdirSync(path)
    expect(errorOf(() => SqliteStore.open(path)).code).toBe('STORE_CANNOT_OPEN')
  })

  test('is refused when it is to be read only and is not there', async () => {
    const path = temporaryPath()
    expect(errorOf(() => SqliteStore.open(path, { readOnly: true })).code).toBe('STORE_CANNOT_OPEN')
    expect(existsSync(path)).toBe(false)
  })
})

describe('a file that is no store', () => {
  test('is refused and left as it is when it is no database', async () => {
    const path = temporaryPath()
    const text = 'Dear diary, '.repeat(1000)
    writeFileSync(path, text)
    const error = errorOf(() => SqliteStore.open(path))
    expect(error).toBeInstanceOf(NotADatabaseError)
    expect(error).toMatchObject({ code: 'STORE_NOT_A_DATABASE', path, cause: { code: 'SQLITE_NOTADB' } })
    expect(error.message).toBe(
      `${path} is not an SQLite database, or its first page is damaged. ` +
        'It was left as it is. Give another path, or restore the file from a backup.',
    )
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test.each([
    ['has tables', 'CREATE TABLE diary (entry TEXT)', 0],
    ['says that it is of another application', 'PRAGMA application_id = 252006675', 252_006_675],
    ['has a version but does not say of what', 'PRAGMA user_version = 1', 0],
  ])('is refused and left as it is when it is a database that %s', (_, sql, applicationId) => {
    const path = temporaryPath()
    const database = new Database(path)
    database.exec(sql)
    database.close()
    const before = readFileSync(path)
    const error = errorOf(() => SqliteStore.open(path))
    expect(error).toBeInstanceOf(ForeignDatabaseError)
    expect(error).toMatchObject({ code: 'STORE_FOREIGN_DATABASE', path, applicationId })
    expect(readFileSync(path)).toEqual(before)
  })

  test('is refused and left as it is when a newer release wrote it', async () => {
    const path = temporaryPath()
    openStore(path).close()
    const database = new Database(path)
    database.pragma('user_version = 99')
    database.close()
    const before = readFileSync(path)
    const error = errorOf(() => SqliteStore.open(path))
    expect(error).toBeInstanceOf(NewerStoreError)
    expect(error).toMatchObject({ code: 'STORE_NEWER_SCHEMA', path, found: 99, known: migrations.length })
    expect(error.message).toContain('Install the release of @cairn/sqlite that wrote it, or a newer one.')
    expect(readFileSync(path)).toEqual(before)
  })
})

describe('options', () => {
  test.each([
    [{ fsync: 'always' }, 'fsync', '"always". It must be "normal" or "full".'],
    [
      { busyTimeoutMs: -1 },
      'busyTimeoutMs',
      '-1. It must be a whole number of milliseconds from 0 to 2147483647.',
    ],
    [
      { busyTimeoutMs: 1.5 },
      'busyTimeoutMs',
      '1.5. It must be a whole number of milliseconds from 0 to 2147483647.',
    ],
    [{ maxPageCount: 0 }, 'maxPageCount', '0. It must be a whole number from 1 to 2147483647.'],
    [{ readOnly: true }, 'readOnly', 'true. It must be false for a store in memory, which begins empty.'],
  ])('of the wrong kind are refused: %j', async (options, option, complaint) => {
    const error = errorOf(() => SqliteStore.open(':memory:', options as never))
    expect(error).toBeInstanceOf(StoreOptionError)
    expect(error).toMatchObject({ code: 'STORE_OPTION', option })
    expect(error.message).toBe(`The option "${option}" of the store :memory: is ${complaint}`)
  })

  test('an empty path is refused', async () => {
    expect(errorOf(() => SqliteStore.open(' ')).code).toBe('STORE_OPTION')
  })
})

describe('a store opened for reading only', () => {
  test('gives what is there, and what another commits meanwhile', async () => {
    const path = temporaryPath()
    const writing = openStore(path)
    await writing.commit(superstep(0))
    const reading = openStore(path, { readOnly: true })
    expect(reading.load(line)?.metadata.step).toBe(0)
    await writing.commit(superstep(1))
    expect(reading.load(line)?.metadata.step).toBe(1)
    expect([...reading.list({})]).toHaveLength(2)
  })

  test('refuses to write, and stays usable', async () => {
    const path = temporaryPath()
    const writing = openStore(path)
    await writing.commit(superstep(0))
    writing.close()
    const reading = openStore(path, { readOnly: true })
    expect(errorOf(() => reading.commit(commitOf(checkpointAt(1)))).code).toBe('STORE_READ_ONLY')
    expect(errorOf(() => reading.deleteThread(line.threadId)).code).toBe('STORE_READ_ONLY')
    expect(reading.load(line)?.metadata.step).toBe(0)
  })
})
