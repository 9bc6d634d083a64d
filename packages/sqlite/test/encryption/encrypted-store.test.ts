import { existsSync, readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { Housekeeper, SqliteStore } from '@cairn/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EntryTable } from '../../src/entries.ts'
import { checkpointAt, checkpointId, line, superstep, taskId, writesOf } from '../commits.ts'
import { encryptionWith } from '../housekeeping/keys.ts'
import { openStore } from '../open-store.ts'
import { temporaryPath } from '../temporary-directory.ts'

const secret = 'a private matter'

/** A short value, a long one, a list in parts, metadata and a task's write, each with the secret. */
async function commitSecrets(store: SqliteStore): Promise<void> {
  const list = Array.from({ length: 50 }, (_, at) => `${secret} ${at} `.repeat(10))
  await store.commit({
    line,
    writes: [],
    checkpoint: checkpointAt(0, {
      metadata: { source: 'input', step: 0, parents: {}, note: secret },
      changed: { short: secret, long: secret.repeat(100), list, '': { [secret]: 1 } },
    }),
  })
  await store.commit({ line, writes: [writesOf(taskId(1), [['short', secret]])] })
  await store.commit({
    line,
    writes: [],
    checkpoint: checkpointAt(1, { changed: { list: [...list, secret] } }),
  })
}

function content(store: SqliteStore): unknown {
  return [...store.list({})].map(({ line: of, id }) => store.load(of, id))
}

function bytesOf(path: string): Buffer {
  return Buffer.concat(
    ['', '-wal']
      .map((suffix) => path + suffix)
      .filter(existsSync)
      .map((file) => readFileSync(file)),
  )
}

function change(path: string, write: (database: Database.Database) => void): void {
  const database = new Database(path)
  write(database)
  database.close()
}

function codeOf(action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return (error as { code: unknown }).code
  }
}

describe('an encrypted store', () => {
  test('holds what a plain one holds, and none of it can be read in its files', async () => {
    const path = temporaryPath()
    const store = openStore(path, { encryption: encryptionWith('new') })
    const plain = openStore(temporaryPath())
    await commitSecrets(store)
    await commitSecrets(plain)
    expect(content(store)).toStrictEqual(content(plain))
    expect(content(openStore(path, { encryption: encryptionWith('new') }))).toStrictEqual(content(plain))
    expect(bytesOf(plain.path).includes(secret)).toBe(true)
    expect(bytesOf(path).includes(secret)).toBe(false)
    change(path, (database) => {
      const types = 'SELECT DISTINCT typeof(data), cipher FROM'
      expect(database.prepare(`${types} entry UNION ${types} value`).raw().all()).toEqual([['blob', 1]])
    })
  })

  test('does not open without its key, nor with another one', async () => {
    const path = temporaryPath()
    await commitSecrets(openStore(path, { encryption: encryptionWith('new') }))
    expect(() => SqliteStore.open(path)).toThrow('is encrypted, and its key "new" was not given')
    expect(codeOf(() => SqliteStore.open(path, { readOnly: true }))).toBe('STORE_KEY_MISSING')
    const wrong = { currentKey: 'new', key: () => Buffer.alloc(32, 9) }
    expect(codeOf(() => SqliteStore.open(path, { encryption: wrong }))).toBe('STORE_KEY_WRONG')
    expect(codeOf(() => Housekeeper.open(path))).toBe('STORE_KEY_MISSING')
    const onlyOther = {
      currentKey: 'old',
      key: (name: string) => (name === 'old' ? Buffer.alloc(32, 1) : undefined),
    }
    const store = openStore(path, { encryption: onlyOther })
    expect(() => store.load(line)).toThrow('its key "new" was not given')
  })

  test('reports a value that was put in the place of another', async () => {
    const path = temporaryPath()
    await commitSecrets(openStore(path, { encryption: encryptionWith('new') }))
    change(path, (database) => {
      const rows = database.prepare<[], { id: number; data: Buffer }>('SELECT id, data FROM value').all()
      const update = database.prepare('UPDATE value SET data = ?, sum = ? WHERE id = ?')
      const { data } = rows.at(-1)!
      // With a checksum that fits: only the seal tells.
      for (const { id } of rows.slice(0, -1)) update.run(data, (crc32(data) + id) | 0, id)
    })
    const store = openStore(path, { encryption: encryptionWith('new') })
    expect(codeOf(() => store.load(line, checkpointId(0)))).toBe('STORE_SEAL_BROKEN')
    expect(() => store.load(line, checkpointId(0))).toThrow(/The row "value 1 \d+ \d" of .* its key "new"/)
  })

  test('reports an entry that was put in the place of another', async () => {
    const path = temporaryPath()
    const first = openStore(path, { encryption: encryptionWith('new') })
    await commitSecrets(first)
    const read = new Database(path)
    onTestFinished(() => void read.close())
    const sealed = read
      .prepare<
        [],
        {
          checkpoint: Buffer
          head: string
          parent: Buffer | null
          depth: number
          created: number
          data: Buffer
        }
      >("SELECT * FROM entry WHERE task = x'' ORDER BY checkpoint")
      .all()
    const foreign = { current: 1, seal: () => sealed[1]!.data, unseal: () => '' }
    const { checkpoint, head, parent, depth, created } = sealed[0]!
    new EntryTable(read, foreign).updateCheckpoint(1, checkpoint, {
      head,
      parent,
      depth,
      created,
      shape: null,
      data: '',
    })
    const store = openStore(path, { encryption: encryptionWith('new') })
    expect(codeOf(() => store.load(line, checkpointId(0)))).toBe('STORE_SEAL_BROKEN')
  })
})

test('an encrypted store is pruned, and texts are erased from it', async () => {
  const path = temporaryPath()
  const encryption = encryptionWith('new')
  const store = openStore(path, { encryption })
  for (let number = 0; number < 40; number++) {
    await store.commit(superstep(number, { text: `${secret} ${number} `.repeat(number) }))
  }
  const housekeeper = Housekeeper.open(path, { encryption })
  onTestFinished(() => housekeeper.close())
  const before = store.load(line)!
  expect((await housekeeper.prune({ policy: { keepLast: 3 } })).removed).toBe(37)
  expect(store.load(line)).toStrictEqual(before)
  expect(await housekeeper.eraseText(secret)).toMatchObject({ threads: [line.threadId], left: [] })
  expect(store.load(line)!.values['text']).toBe('[erased] 39 '.repeat(39))
  expect(openStore(path, { encryption }).load(line)).toStrictEqual(store.load(line))
})

describe('a store that was plain', () => {
  test('is encrypted by a rotation, in the midst of its runs, with no plain byte left, and can be made plain again', async () => {
    const path = temporaryPath()
    const running = openStore(path)
    await commitSecrets(running)
    const before = content(running)
    const encrypting = Housekeeper.open(path, { encryption: encryptionWith('new') })
    const report = await encrypting.rotateKey()
    encrypting.close()
    expect(report).toMatchObject({ currentKey: 'new', unusedKeys: [] })
    expect(report.rows).toBeGreaterThan(50)
    running.close()
    expect(bytesOf(path).includes(secret)).toBe(false)
    expect(content(openStore(path, { encryption: encryptionWith('new') }))).toStrictEqual(before)

    const decrypting = Housekeeper.open(path, { encryption: encryptionWith(null) })
    expect(await decrypting.rotateKey()).toEqual({ rows: report.rows, currentKey: null, unusedKeys: ['new'] })
    decrypting.close()
    expect(content(openStore(path))).toStrictEqual(before)
  })
})

test('a key is changed while two stores with different current keys go on writing', async () => {
  const path = temporaryPath()
  const stores = ['old', 'new'].map((key) => openStore(path, { encryption: encryptionWith(key) }))
  const threads = ['a', 'b'].map((threadId) => ({ threadId, namespace: '' }))
  const housekeeper = Housekeeper.open(path, { encryption: encryptionWith('new') })
  onTestFinished(() => housekeeper.close())
  const commitTo = async (number: number) => {
    for (const [at, store] of stores.entries()) {
      const { writes, checkpoint } = superstep(number, { text: `${secret} ${number} `.repeat(40) })
      await store.commit({ line: threads[at]!, writes, checkpoint: checkpoint! })
    }
  }
  for (let number = 0; number < 60; number++) await commitTo(number)
  const rotation = housekeeper.rotateKey()
  for (let number = 60; number < 120; number++) {
    await commitTo(number)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await rotation
  stores[0]!.close()
  expect((await housekeeper.rotateKey()).unusedKeys).toEqual(['old'])
  expect((await housekeeper.rotateKey()).rows).toBe(0)
  const onlyNew = {
    currentKey: 'new',
    key: (name: string) => (name === 'new' ? Buffer.alloc(32, 2) : undefined),
  }
  const store = openStore(path, { encryption: onlyNew })
  for (const thread of threads) {
    const steps = [...store.list(thread)].map(({ metadata, values }) => [metadata.step, values['text']])
    expect(steps).toEqual(
      Array.from({ length: 120 }, (_, at) => [119 - at, `${secret} ${119 - at} `.repeat(40)]),
    )
  }
})
