import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { StoreDoctor } from '@cairn/sqlite'
import { examineMemories } from '../../src/memory/examine-memories.ts'
import { temporaryPath } from '../temporary-directory.ts'
import { openMemory } from './open-memory.ts'

const index = {
  dims: 2,
  embeddings: (texts: string[]) => texts.map((text) => [text.length, 1]),
  fields: ['text'],
}

async function filled(encryption?: {
  currentKey: string
  key: () => Uint8Array
}): Promise<Database.Database> {
  const path = temporaryPath()
  const memory = openMemory(encryption === undefined ? { index } : { index, encryption }, path)
  for (const key of ['a', 'b', 'c']) await memory.put(['users', key], key, { text: key })
  memory.close()
  const database = new Database(path)
  onTestFinished(() => void database.close())
  return database
}

test('a memory that is whole has no problems, encrypted or not', async () => {
  expect([...examineMemories(await filled())]).toEqual([])
  const key = new Uint8Array(32).fill(7)
  expect([...examineMemories(await filled({ currentKey: 'k', key: () => key }))]).toEqual([])
})

test('rows that are damaged, or belong to nothing, are found', async () => {
  const database = await filled()
  database.exec(`
    UPDATE memory_item SET data = '{"text":"A"}' WHERE key = 'a';
    DELETE FROM memory_namespace WHERE path = 'users:b:';
    UPDATE memory_vector SET data = zeroblob(8) WHERE item = 3;
    INSERT INTO memory_vector (item, dims, sum, data) VALUES (9, 2, 0, zeroblob(8));
  `)
  expect([...examineMemories(database)]).toEqual([
    {
      table: 'memory_item',
      id: 1,
      subject: 'the item "a" in namespace ["users","a"]',
      problem: 'its value is not as it was written',
    },
    { table: 'memory_item', id: 2, subject: 'the item "b"', problem: 'its namespace is missing' },
    { table: 'memory_vector', id: 3, subject: 'a vector of item 3', problem: 'it is not as it was written' },
    { table: 'memory_vector', id: 4, subject: 'a vector of item 9', problem: 'its item is missing' },
  ])
})

test('a doctor moves damaged items and vectors out of the way, with all that belongs to them', async () => {
  const database = await filled()
  const path = database.name
  database.exec(`
    UPDATE memory_item SET data = '{"text":"A"}' WHERE key = 'a';
    UPDATE memory_vector SET data = zeroblob(8) WHERE item = 3;
  `)
  const doctor = new StoreDoctor(path)
  expect(doctor.examine().findings.map(({ kind, what }) => [kind, what])).toEqual([
    [
      'memory',
      'A memory is damaged: of the item "a" in namespace ["users","a"], its value is not as it was written.',
    ],
    ['memory', 'A memory is damaged: of a vector of item 3, it is not as it was written.'],
  ])
  const { moved, after } = doctor.quarantine()
  expect([moved, after.findings]).toEqual([2, []])
  const memory = openMemory({ index }, path)
  const found = await memory.search([], { query: 'b' })
  expect(found.map(({ key, score }) => [key, score])).toEqual([
    ['b', expect.closeTo(1)],
    ['c', undefined],
  ])
  const kept = database.prepare('SELECT source, content FROM quarantine ORDER BY id').all() as {
    source: string
    content: string
  }[]
  expect(kept.map(({ source }) => source)).toEqual(['memory_item', 'memory_vector'])
  expect(JSON.parse(kept[0]!.content)).toMatchObject({
    key: 'a',
    path: 'users:a:',
    data: '{"text":"A"}',
    vectors: [{ item: 1, dims: 2 }],
  })
})
