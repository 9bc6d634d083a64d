import { closeSync, openSync, readFileSync, statSync, truncateSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { CorruptStoreError, SqliteStore } from '@cairn/sqlite'
import { createCodec, type CodecExtension } from '@cairn/engine/codec'
import { checkpointAt, checkpointId, commitOf, line, superstep } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

const pageBytes = 4096

/** A closed store with so many supersteps. */
async function storeWith(supersteps: number): Promise<string> {
  const path = temporaryPath()
  const store = SqliteStore.open(path)
  for (let number = 0; number < supersteps; number++)
    await store.commit(superstep(number, { text: `${number} `.repeat(300) }))
  store.close()
  return path
}

function overwrite(path: string, from: number, bytes: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, from)
  closeSync(file)
}

/** Changes the tables behind the store's back. */
function edit(path: string, sql: string): void {
  const database = new Database(path)
  database.exec(sql)
  database.close()
}

function codeOf(action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

describe('a damaged file', () => {
  test('that was cut off is reported as damaged', async () => {
    const path = await storeWith(100)
    truncateSync(path, Math.floor(statSync(path).size / pageBytes / 2) * pageBytes)
    const action = (): unknown => {
      const store = openStore(path)
      return [...store.list({})].length
    }
    expect(action).toThrow(CorruptStoreError)
    expect(action).toThrow(
      expect.objectContaining({ code: 'STORE_CORRUPT', path, cause: { code: 'SQLITE_CORRUPT' } }) as Error,
    )
  })

  test('with overwritten pages is reported as damaged, whichever page it is', async () => {
    const pages = statSync(await storeWith(100)).size / pageBytes
    for (let page = 1; page < pages; page += 7) {
      const path = await storeWith(100)
      overwrite(path, page * pageBytes, pageBytes)
      const found = codeOf(() => {
        const store = openStore(path)
        for (const checkpoint of store.list({})) {
          // What is given is right.
          const { step } = checkpoint.metadata
          expect(checkpoint.values).toMatchObject({ count: step, text: `${step} `.repeat(300) })
        }
      })
      expect(['STORE_CORRUPT', undefined]).toContain(found)
    }
  })

  test('whose first page is overwritten is no database', async () => {
    const path = await storeWith(3)
    overwrite(path, 0, 100)
    expect(codeOf(() => openStore(path))).toBe('STORE_NOT_A_DATABASE')
  })

  test('is not written to by being read', async () => {
    const path = await storeWith(100)
    overwrite(path, 5 * pageBytes, pageBytes)
    const before = readFileSync(path)
    codeOf(() => [...openStore(path, { readOnly: true }).list({})])
    expect(readFileSync(path)).toEqual(before)
  })
})

describe('tables that do not fit together', () => {
  test.each([
    ['a checkpoint that others build on is gone', "DELETE FROM entry WHERE depth = 0 AND task = x''"],
    ['a long value is gone', 'DELETE FROM value'],
    ['a name is gone', 'DELETE FROM name'],
    ['a head is cut off', 'UPDATE entry SET head = substr(head, 1, 9)'],
    ['a head is something else', "UPDATE entry SET head = '{}'"],
    ['a format is unknown', 'UPDATE entry SET format = 99'],
    ['checkpoints lead in a circle', "UPDATE entry SET depth = 1, parent = checkpoint WHERE task = x''"],
  ])('are reported as damage: %s', async (_, sql) => {
    const path = await storeWith(5)
    edit(path, sql)
    const store = openStore(path)
    expect(() => store.load(line)).toThrow(
      expect.objectContaining({
        code: 'STORE_CORRUPT',
        path,
        message: expect.stringContaining('thread-1') as unknown,
      }) as Error,
    )
  })

  test.each(['DROP TABLE name', 'ALTER TABLE entry RENAME COLUMN head TO tail'])(
    'are refused when the store is opened: %s',
    async (sql) => {
      const path = await storeWith(5)
      edit(path, sql)
      expect(codeOf(() => openStore(path))).toBe('STORE_CORRUPT')
      // It was closed again: nothing keeps the file.
      edit(path, 'VACUUM')
    },
  )

  test('are an error of the store, whatever SQLite calls it', async () => {
    const path = await storeWith(5)
    const store = openStore(path)
    edit(path, 'DROP TABLE value')
    expect(codeOf(() => store.load(line))).toBe('STORE_IO')
  })

  test('keep a commit from building on what cannot be read', async () => {
    const path = await storeWith(5)
    edit(path, 'DELETE FROM name')
    await expect(openStore(path).commit(superstep(5))).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  })

  test('leave other checkpoints readable', async () => {
    const path = await storeWith(40)
    edit(
      path,
      `DELETE FROM entry WHERE task = x'' AND checkpoint = x'${checkpointId(20).replaceAll('-', '')}'`,
    )
    const store = openStore(path)
    expect(store.load(line, checkpointId(19))?.metadata.step).toBe(19)
    expect(codeOf(() => store.load(line, checkpointId(21)))).toBe('STORE_CORRUPT')
    expect(store.load(line, checkpointId(39))?.metadata.step).toBe(39)
  })
})

describe('a value that does not decode', () => {
  class Stone {
    constructor(readonly weight: number) {}
  }
  const stone: CodecExtension<Stone> = {
    name: 'stone',
    match: (value) => value instanceof Stone,
    encode: ({ weight }) => weight,
    decode: (weight) => new Stone(weight as number),
  }

  test('names its channel, its checkpoint and the extension it needs', async () => {
    const path = temporaryPath()
    const codec = createCodec({ extensions: [stone] })
    const store = openStore(path, { codec })
    await store.commit(commitOf(checkpointAt(0, { changed: { top: new Stone(3) } })))
    expect(store.load(line)?.values).toEqual({ top: new Stone(3) })
    const other = openStore(path)
    expect(() => other.load(line)).toThrow(
      expect.objectContaining({
        code: 'STORE_UNREADABLE_VALUE',
        path,
        channel: 'top',
        checkpointId: checkpointId(0),
        threadId: 'thread-1',
        message: expect.stringContaining('needs the codec extension "stone"') as unknown,
      }) as Error,
    )
    expect(store.load(line)?.values).toEqual({ top: new Stone(3) })
  })
})
