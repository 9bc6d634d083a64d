// The memory in its file: beside checkpoints, opened again, by several processes, damaged.
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { SqliteMemory, SqliteSaver, SqliteStore } from '@cairn/sqlite'
import { nextMessage, startProcess } from '../child-process.ts'
import { checkpointAt } from '../commits.ts'
import { temporaryPath } from '../temporary-directory.ts'
import { openMemory } from './open-memory.ts'

const namespace = ['n']
const readVectors = (texts: string[]) => texts.map((text) => JSON.parse(text) as number[])
const index = { dims: 2, embeddings: readVectors, fields: ['vector'] }

/** Changes the file behind the memory's back. */
function alter(path: string, sql: string): void {
  const database = new Database(path)
  database.exec(sql)
  database.close()
}

test('items, their order and their vectors are there when the file is opened again', async () => {
  const path = temporaryPath()
  const first = openMemory({ index }, path)
  await first.put(['b'], 'k', { vector: '[1,0]', at: new Date(5) })
  await first.put(['a'], 'k', { vector: '[0,1]' })
  const before = [await first.search([]), await first.search([], { query: '[0,2]' })]
  first.close()
  const again = openMemory({ index }, path)
  expect([await again.search([]), await again.search([], { query: '[0,2]' })]).toEqual(before)
})

test('a memory and a store of checkpoints share a file', async () => {
  const path = temporaryPath()
  const store = SqliteStore.open(path)
  const memory = openMemory({}, path)
  const line = { threadId: 'thread-1', namespace: '' }
  await memory.put(namespace, 'before', {})
  await store.commit({ line, writes: [], checkpoint: checkpointAt(0) })
  await memory.put(namespace, 'after', {})
  expect(store.load(line)?.id).toBe(checkpointAt(0).id)
  store.deleteThread('thread-1')
  expect(await memory.search([])).toHaveLength(2)
  store.close()
  const saver = SqliteSaver.open(path)
  expect((await openMemory({}, saver.path).get(namespace, 'after'))?.key).toBe('after')
  saver.close()
})

test('a file with vectors needs no extension for anything but its use', async () => {
  const path = temporaryPath()
  const writer = openMemory({ index: { ...index, engine: 'sqlite-vec' } }, path)
  await writer.put(namespace, 'k', { vector: '[1,0]' })
  writer.close()
  alter(path, 'VACUUM; REINDEX; PRAGMA wal_checkpoint(TRUNCATE)')
  const plain = openMemory({}, path)
  await plain.put(namespace, 'l', { vector: '[0,1]' })
  expect(await plain.search([], { query: '[1,0]' })).toHaveLength(2)
  const exact = openMemory({ index: { ...index, engine: 'javascript' } }, path)
  expect((await exact.search([], { query: '[1,0]' })).map(({ key, score }) => [key, score])).toEqual([
    ['k', 1],
    ['l', undefined],
  ])
})

test('a value that is put without a model has no vector of the value before', async () => {
  const path = temporaryPath()
  await openMemory({ index }, path).put(namespace, 'k', { vector: '[1,0]' })
  await openMemory({}, path).put(namespace, 'k', { vector: '[0,1]' })
  const [item] = await openMemory({ index }, path).search([], { query: '[1,0]' })
  expect(item).toHaveProperty('score', undefined)
})

test('nothing of an item stays in the tables when it is deleted, by whatever tool', async () => {
  const path = temporaryPath()
  const memory = openMemory({ index }, path)
  await memory.put(['a'], 'k', { vector: '[1,0]' })
  await memory.put(['b'], 'k', { vector: '[1,0]' })
  await memory.delete(['a'], 'k')
  alter(path, "DELETE FROM memory_item WHERE key = 'k'")
  const database = new Database(path, { readonly: true })
  const rows = ['memory_namespace', 'memory_item', 'memory_vector'].map((table) =>
    database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
  )
  database.close()
  expect(rows).toEqual([0, 0, 0])
})

test('a search of a prefix uses indexes', async () => {
  const path = temporaryPath()
  await openMemory({ index }, path).put(['a'], 'k', { vector: '[1,0]' })
  const database = new Database(path, { readonly: true })
  const plan = (sql: string) =>
    database
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join('; ')
  const steps = [
    plan(
      `SELECT data FROM memory_item i CROSS JOIN memory_namespace n ON n.id = i.namespace
         WHERE i.namespace IN (SELECT id FROM memory_namespace WHERE path >= 'a:' AND path < 'a;')
         AND (i.expires IS NULL OR i.expires > 1) ORDER BY i.namespace, i.id LIMIT 10`,
    ),
    plan('DELETE FROM memory_item WHERE id IN (SELECT id FROM memory_item WHERE expires <= 1 LIMIT 500)'),
    plan('SELECT data FROM memory_vector WHERE item = 1'),
  ]
  database.close()
  expect(steps.join('\n')).not.toContain('SCAN')
  expect(steps[0]).not.toContain('TEMP B-TREE')
})

test('a value that is not as it was written is an error that names the item', async () => {
  const path = temporaryPath()
  const memory = openMemory({}, path)
  await memory.put(['users', '42'], 'k', { color: 'red' })
  await memory.put(['users', '42'], 'l', { color: 'blue' })
  alter(path, `UPDATE memory_item SET data = replace(data, 'red', 'bed') WHERE key = 'k'`)
  await expect(memory.get(['users', '42'], 'k')).rejects.toMatchObject({
    code: 'MEMORY_UNREADABLE',
    namespace: ['users', '42'],
    key: 'k',
    message: expect.stringContaining(
      '"k" in namespace ["users","42"] cannot be read: its value is not as it was written.',
    ),
  })
  await expect(memory.search([])).rejects.toMatchObject({ code: 'MEMORY_UNREADABLE' })
  expect((await memory.get(['users', '42'], 'l'))?.value).toEqual({ color: 'blue' })
  await memory.delete(['users', '42'], 'k')
  expect(await memory.search([])).toHaveLength(1)
})

test('text that is no JSON any more is found by a filter, too', async () => {
  const path = temporaryPath()
  const memory = openMemory({}, path)
  await memory.put(namespace, 'k', { color: 'red' })
  alter(path, `UPDATE memory_item SET data = substr(data, 2)`)
  await expect(memory.search([], { filter: { color: 'blue' } })).rejects.toMatchObject({
    code: 'MEMORY_UNREADABLE',
  })
})

test("the value of another item does not pass for an item's own", async () => {
  const path = temporaryPath()
  const memory = openMemory({ index }, path)
  await memory.put(namespace, 'a', { vector: '[1,0]' })
  await memory.put(namespace, 'b', { vector: '[0,1]' })
  alter(
    path,
    `UPDATE memory_item SET (data, sum) = (SELECT data, sum FROM memory_item WHERE key = 'a') WHERE key = 'b';
     UPDATE memory_vector SET (data, sum) = (SELECT data, sum FROM memory_vector WHERE item = 2) WHERE item = 1`,
  )
  await expect(memory.get(namespace, 'b')).rejects.toMatchObject({ code: 'MEMORY_UNREADABLE' })
  await memory.delete(namespace, 'b')
  await expect(memory.search([], { query: '[1,0]' })).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
})

test('after close every method says so', async () => {
  const memory = SqliteMemory.open(':memory:')
  memory.close()
  memory.close()
  await expect(memory.get(namespace, 'k')).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  await expect(memory.put(namespace, 'k', {})).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  await expect(memory.sweepExpiredItems()).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  expect(() => memory.start()).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }))
})

test('while another connection writes, writes wait in their order, and the event loop goes on', async () => {
  const path = temporaryPath()
  const memory = openMemory({}, path)
  await memory.put(namespace, 'k', { version: 0 })
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  const writes = [1, 2, 3].map((version) => memory.put(namespace, 'k', { version }))
  await new Promise((resolve) => setImmediate(resolve))
  expect((await memory.get(namespace, 'k'))?.value).toEqual({ version: 0 })
  other.exec('COMMIT')
  other.close()
  await Promise.all(writes)
  expect((await memory.get(namespace, 'k'))?.value).toEqual({ version: 3 })
})

test('a write that waits too long for another connection says so', async () => {
  const path = temporaryPath()
  const memory = openMemory({ busyTimeoutMs: 3 }, path)
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  await expect(memory.put(namespace, 'k', {})).rejects.toMatchObject({ code: 'STORE_BUSY', busyTimeoutMs: 3 })
  await expect(memory.deleteNamespace(namespace)).rejects.toMatchObject({ code: 'STORE_BUSY' })
  other.exec('COMMIT')
  other.close()
  await memory.put(namespace, 'k', {})
})

test('processes that write to one file at the same time lose nothing', async () => {
  const path = temporaryPath()
  const processes = Array.from({ length: 4 }, () => startProcess('memory/writing-process.ts'))
  await Promise.all(processes.map(nextMessage))
  for (const [writer, child] of processes.entries()) child.send({ path, writer, batches: 40 })
  expect(await Promise.all(processes.map(nextMessage))).toEqual(['done', 'done', 'done', 'done'])
  const memory = openMemory({}, path)
  expect(await memory.search(['shared'], { limit: Infinity })).toHaveLength(4 * 40 * 5)
  expect((await memory.search(['last'])).map(({ value }) => value['batch'])).toEqual([39])
  const ids = (await memory.listNamespaces({ prefix: ['own'] })).flatMap((labels) => labels.slice(1))
  expect(ids).toEqual(['0', '1', '2', '3'])
})

test('a process that is killed in the midst leaves whole batches', async () => {
  const path = temporaryPath()
  const child = startProcess('memory/writing-process.ts')
  await nextMessage(child)
  child.send({ path, writer: 0, batches: 1_000_000 })
  expect(await nextMessage(child)).toBe('began')
  child.kill('SIGKILL')
  const memory = openMemory({}, path)
  const shared = await memory.search(['shared'], { limit: Infinity })
  const [last] = await memory.search(['last'])
  expect(shared).toHaveLength((last?.value['batch'] + 1) * 5)
})
