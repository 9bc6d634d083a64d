import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { type EncryptionOptions, Housekeeper, SqliteMemory, SqliteStore } from '@cairn/sqlite'
import { temporaryPath } from '../temporary-directory.ts'
import { openMemory } from './open-memory.ts'

const keys: Record<string, Uint8Array> = { first: randomBytes(32), second: randomBytes(32) }
const withKey = (currentKey: string | null): EncryptionOptions => ({ currentKey, key: (name) => keys[name] })

const namespace = ['users']
const readVectors = (texts: string[]) => texts.map((text) => JSON.parse(text) as number[])
const index = { dims: 3, embeddings: readVectors, fields: ['vector'] }

/** How often these bytes stand in the files of a store. */
function countIn(path: string, bytes: string | Buffer): number {
  const files = ['', '-wal'].map((suffix) => path + suffix).filter(existsSync)
  const wanted = Buffer.from(bytes).toString('latin1')
  return files.reduce((sum, file) => sum + readFileSync(file).toString('latin1').split(wanted).length - 1, 0)
}

function ciphers(path: string): unknown[] {
  const database = new Database(path, { readonly: true })
  const used = ['memory_item', 'memory_vector'].map((table) =>
    database.prepare(`SELECT DISTINCT cipher FROM ${table} ORDER BY cipher`).pluck().all(),
  )
  database.close()
  return used
}

async function fill(memory: SqliteMemory): Promise<void> {
  await memory.batch(
    Array.from({ length: 120 }, (_, position) => ({
      namespace,
      key: `${position}`,
      value: {
        vector: JSON.stringify([position, 1, 0.123456]),
        kind: position % 3,
        secret: `swordfish-${position}`,
      },
    })),
  )
}

async function answers(memory: SqliteMemory): Promise<unknown> {
  return [
    (await memory.get(namespace, '7'))?.value,
    (await memory.search([], { filter: { kind: { $gt: 1 } }, limit: 3 })).map(({ key }) => key),
    (await memory.search([], { query: '[5,1,0.2]', filter: { kind: 0 }, limit: 4 })).map(({ key, score }) => [
      key,
      score,
    ]),
  ]
}

test('an encrypted memory answers as a plain one, and its file shows neither values nor vectors', async () => {
  const path = temporaryPath()
  const plainPath = temporaryPath()
  const memory = openMemory({ index, encryption: withKey('first') }, path)
  const plain = openMemory({ index }, plainPath)
  for (const each of [memory, plain]) await fill(each)
  expect(await answers(memory)).toEqual(await answers(plain))
  const vector = Buffer.from(new Float32Array([1, 1, 0.123456]).buffer)
  expect([countIn(plainPath, 'swordfish') > 0, countIn(plainPath, vector) > 0]).toEqual([true, true])
  expect([countIn(path, 'swordfish'), countIn(path, vector)]).toEqual([0, 0])
})

test('who lacks the key of a store, or has another, opens no memory in it', async () => {
  const path = temporaryPath()
  await fill(openMemory({ index, encryption: withKey('first') }, path))
  expect(() => SqliteMemory.open(path)).toThrow(expect.objectContaining({ code: 'STORE_KEY_MISSING' }))
  const wrong = { currentKey: 'first', key: () => randomBytes(32) }
  expect(() => SqliteMemory.open(path, { encryption: wrong })).toThrow(
    expect.objectContaining({ code: 'STORE_KEY_WRONG' }),
  )
})

test('the extension is not taken for what is encrypted', () => {
  const open = () =>
    SqliteMemory.open(':memory:', { index: { ...index, engine: 'sqlite-vec' }, encryption: withKey('first') })
  expect(open).toThrow(expect.objectContaining({ code: 'STORE_OPTION', option: 'index.engine' }))
  expect(openMemory({ index, encryption: withKey('first') }).vectorEngine).toBe('javascript')
})

test('changing the key changes that of memories and their vectors, there and back', async () => {
  const path = temporaryPath()
  const plain = openMemory({ index }, path)
  await fill(plain)
  const before = await answers(plain)
  plain.close()
  for (const key of ['first', 'second', null]) {
    const housekeeper = Housekeeper.open(path, { encryption: withKey(key) })
    onTestFinished(() => housekeeper.close())
    expect((await housekeeper.rotateKey()).rows).toBe(240)
    housekeeper.close()
    const memory = openMemory({ index, encryption: withKey(key) }, path)
    expect(await answers(memory)).toEqual(before)
    memory.close()
    expect(countIn(path, 'swordfish') > 0).toBe(key === null)
  }
  expect(ciphers(path)).toEqual([[null], [null]])
})

test('the row of another item does not open in the place of an encrypted one', async () => {
  const path = temporaryPath()
  const memory = openMemory({ encryption: withKey('first') }, path)
  await fill(memory)
  const database = new Database(path)
  database.exec(
    `UPDATE memory_item SET (data, sum) = (SELECT data, sum FROM memory_item WHERE key = '1') WHERE key = '2'`,
  )
  database.close()
  await expect(memory.get(namespace, '2')).rejects.toMatchObject({ code: 'MEMORY_UNREADABLE' })
})

test.for([
  ['plain', undefined],
  ['encrypted', withKey('first')],
] as const)('a text is taken out of %s memories, and their vectors go', async ([, encryption]) => {
  const path = temporaryPath()
  const options = encryption === undefined ? {} : { encryption }
  SqliteStore.open(path, options).close()
  const memory = openMemory({ index, ...options }, path)
  await fill(memory)
  const housekeeper = Housekeeper.open(path, options)
  onTestFinished(() => housekeeper.close())
  expect(await housekeeper.eraseText('swordfish-11')).toMatchObject({ rows: 11, left: [] })
  expect(countIn(path, 'swordfish-11')).toBe(0)
  expect((await memory.get(namespace, '115'))?.value['secret']).not.toContain('swordfish')
  expect((await memory.get(namespace, '12'))?.value['secret']).toBe('swordfish-12')
  const found = await memory.search([], { query: '[115,1,0.1]', limit: Infinity })
  expect(found.filter(({ score }) => score === undefined).map(({ key }) => key)).toHaveLength(11)
})
