// The rows of docs/design/format.md. Files with these rows exist: what is written may change, but only together with
// `format`, or with a migration.
import { crc32 } from 'node:zlib'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { SqliteStore } from '@cairn/sqlite'
import { migrate } from '../src/migrate.ts'
import { migrations } from '../src/migrations.ts'
import { temporaryPath } from './temporary-directory.ts'

const line = { threadId: 'letter-1', namespace: '' }
const ids = ['1f0aaaaa-0000-6000-8000-000000000000', '1f0aaaaa-0000-6000-8000-000000000001'] as const
const text = 'Dear all, '.repeat(100)

async function commitLetter(store: SqliteStore): Promise<void> {
  const createdAt = '2026-01-01T00:00:00.000Z'
  await store.commit({
    line,
    writes: [],
    checkpoint: {
      id: ids[0],
      parentId: undefined,
      createdAt,
      metadata: { source: 'loop', step: 0, parents: {} },
      versions: { 'branch:to:write': 2 },
      seen: {},
      changed: { 'branch:to:write': null },
      removed: [],
    },
  })
  const taskId = '8c1aaaaa-0000-5000-8000-000000000000'
  const writes = [
    ['text', text],
    ['words', 200],
  ] as const
  await store.commit({
    line,
    writes: [{ checkpointId: ids[0], taskId, taskPath: '~__pregel_pull, write', writes }],
    checkpoint: {
      id: ids[1],
      parentId: ids[0],
      createdAt,
      metadata: { source: 'loop', step: 1, parents: {} },
      versions: { 'branch:to:write': 3, text: 3, words: 3 },
      seen: { write: { 'branch:to:write': 2 } },
      changed: { text, words: 200 },
      removed: ['branch:to:write'],
    },
  })
}

test('a thread is stored in these rows', async () => {
  const path = temporaryPath()
  const store = SqliteStore.open(path)
  await commitLetter(store)
  store.close()
  const database = new Database(path, { readonly: true })
  const rows = (sql: string): unknown => database.prepare(sql).raw().all()
  expect(rows('SELECT id, name, generation FROM thread')).toEqual([[1, 'letter-1', 0]])
  expect(rows('SELECT id, thread, namespace, text_ids FROM line')).toEqual([[1, 1, '', 0]])
  expect(rows('SELECT id, text FROM name ORDER BY id')).toEqual([
    [1, 'branch:to:write'],
    [2, 'text'],
    [3, 'words'],
    [4, '~__pregel_pull, write'],
    [5, 'write'],
  ])
  expect(
    rows(
      'SELECT line, hex(checkpoint), hex(task), format, cipher, shape, hex(parent), depth, created, path, head, data FROM entry',
    ),
  ).toEqual([
    [1, first, '', 0, null, null, '', 0, created, null, '[1,0,14,[[2,1]],[],[1,4]]', '[{"parents":{}},null]'],
    [1, first, task, 0, null, null, '', null, null, 4, '[0,2,-1,1,3,3]', '[200]'],
    [
      1,
      second,
      '',
      0,
      null,
      null,
      first,
      1,
      created,
      null,
      '[1,1,-1,[[3,1,2,3]],[[5,[2,1]]],[2,-1,3,3,1,0]]',
      '[200]',
    ],
  ])
  expect(rows('SELECT id, thread, format, cipher, sum, data FROM value')).toEqual([
    [1, 1, 0, null, (crc32(JSON.stringify(text)) + 1) | 0, JSON.stringify(text)],
  ])
  const bytes = (hex: string) => Buffer.from(hex, 'hex').toString('latin1')
  const fields = ['1', bytes(second), '', '0', 'null', bytes(first), '1', `${created}`, 'null', '']
  const summed = `${fields.join(',')}[1,1,-1,[[3,1,2,3]],[[5,[2,1]]],[2,-1,3,3,1,0]][200]`
  expect(rows(`SELECT sum FROM entry WHERE checkpoint = x'${second}'`)).toEqual([[crc32(summed) | 0]])
  database.close()
})

const created = Date.UTC(2026, 0, 1)
const [first, second] = ['1F0AAAAA000060008000000000000000', '1F0AAAAA000060008000000000000001']
const task = '8C1AAAAA000050008000000000000000'

test('a file of version 1 is brought to this form, and holds what it held', async () => {
  const path = temporaryPath()
  const database = new Database(path)
  migrate(database, migrations.slice(0, 1))
  database.exec(`
    INSERT INTO line VALUES (1, 'letter-1', '', 0), (7, 'letter-1', 'child', 0);
    INSERT INTO name (id, text) VALUES (1, 'branch:to:write'), (2, 'text'), (3, 'words'),
      (4, '~__pregel_pull, write'), (5, 'write');
    INSERT INTO value VALUES (3, 1, 0, '${JSON.stringify(text)}');
    INSERT INTO entry VALUES
      (1, x'${first}', x'', 0, NULL, 0, ${created}, NULL, '[1,0,14,[[2,1]],[],[1,4]]', '[{"parents":{}},null]'),
      (1, x'${first}', x'${task}', 0, NULL, NULL, NULL, 4, '[0,2,-3,1,3,3]', '[200]'),
      (1, x'${second}', x'', 0, x'${first}', 1, ${created}, NULL,
        '[1,1,-1,[[3,1,2,3]],[[5,[2,1]]],[2,-3,3,3,1,0]]', '[200]'),
      (7, x'${first}', x'', 0, NULL, 0, ${created}, NULL, '[1,0,14,[],[],[2,-3]]', '[{"parents":{}}]');
  `)
  database.close()
  const expected = SqliteStore.open(temporaryPath())
  await commitLetter(expected)
  const store = SqliteStore.open(path)
  for (const id of ids) expect(store.load(line, id)).toEqual(expected.load(line, id))
  expect(store.load({ ...line, namespace: 'child' })?.values).toEqual({ text })
  store.close()
  expected.close()
  const moved = new Database(path, { readonly: true })
  expect(
    moved
      .prepare("SELECT name FROM sqlite_schema WHERE name LIKE '%\\_1' ESCAPE '\\' AND type = 'table'")
      .all(),
  ).toEqual([])
  moved.close()
})
