// The rows of docs/design/format.md. Files with these rows exist: what is written may change, but only together with
// `format`, or with a migration.
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { SqliteStore } from '@cairn/sqlite'
import { temporaryPath } from './temporary-directory.ts'

const line = { threadId: 'letter-1', namespace: '' }
const ids = ['1f0aaaaa-0000-6000-8000-000000000000', '1f0aaaaa-0000-6000-8000-000000000001'] as const
const text = 'Dear all, '.repeat(100)

function commitLetter(store: SqliteStore): void {
  const createdAt = '2026-01-01T00:00:00.000Z'
  store.commit({
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
  store.commit({
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

test('a thread is stored in these rows', () => {
  const path = temporaryPath()
  const store = SqliteStore.open(path)
  commitLetter(store)
  store.close()
  const database = new Database(path, { readonly: true })
  const rows = (sql: string): unknown => database.prepare(sql).raw().all()
  expect(rows('SELECT id, thread, namespace, text_ids FROM line')).toEqual([[1, 'letter-1', '', 0]])
  expect(rows('SELECT id, text FROM name ORDER BY id')).toEqual([
    [1, 'branch:to:write'],
    [2, 'text'],
    [3, 'words'],
    [4, '~__pregel_pull, write'],
    [5, 'write'],
  ])
  const created = Date.UTC(2026, 0, 1)
  const [first, second] = ['1F0AAAAA000060008000000000000000', '1F0AAAAA000060008000000000000001']
  expect(
    rows(
      'SELECT line, hex(checkpoint), hex(task), format, hex(parent), depth, created, path, head, data FROM entry',
    ),
  ).toEqual([
    [1, first, '', 0, '', 0, created, null, '[1,0,14,[[2,1]],[],[1,4]]', '[{"parents":{}},null]'],
    [1, first, '8C1AAAAA000050008000000000000000', 0, '', null, null, 4, '[0,2,-1,1,3,3]', '[200]'],
    [1, second, '', 0, first, 1, created, null, '[1,1,-1,[[3,1,2,3]],[[5,[2,1]]],[2,-1,3,3,1,0]]', '[200]'],
  ])
  expect(rows('SELECT id, line, format, data FROM value')).toEqual([[1, 1, 0, JSON.stringify(text)]])
  database.close()
})
