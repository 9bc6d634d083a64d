import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { type Examination, SqliteStore, StoreDoctor } from '@cairn/sqlite'
import { checkpointAt, checkpointId, commitOf, line, superstep, taskId, writesOf } from './commits.ts'
import { openStore } from './open-store.ts'
import { soundStore } from './sound-store.ts'
import { temporaryPath } from './temporary-directory.ts'

const examine = (path: string): Examination => new StoreDoctor(path).examine()
const kindsOf = ({ findings }: Examination): string[] => findings.map(({ kind }) => kind)

/** Changes the tables behind the store's back. */
function edit(path: string, sql: string): void {
  const database = new Database(path)
  database.exec(sql)
  database.close()
}

const bytes = (id: string): string => `x'${id.replaceAll('-', '')}'`
const entryOf = (number: number): string =>
  `line = (SELECT min(id) FROM line) AND task = x'' AND checkpoint = ${bytes(checkpointId(number))}`

/** The row of `value` with the most text among those that are not parts. */
const longText = '(SELECT id FROM value WHERE format = 0 ORDER BY length(data) DESC, id LIMIT 1)'

describe('a store that is sound', () => {
  test('has no findings, and is not written to', async () => {
    const { path, checkpoints } = await soundStore()
    const before = readFileSync(path)
    const { findings, ...counts } = examine(path)
    expect(findings).toEqual([])
    expect(counts).toMatchObject({
      path,
      threads: 1,
      checkpoints: checkpoints.length,
      tasks: checkpoints.length - 1,
      sealed: 0,
      quarantined: 0,
    })
    expect(counts.values).toBeGreaterThan(100)
    expect(readFileSync(path)).toEqual(before)
  })

  test('has none while it is open and written to, nor with forks, nested lines and deleted threads', async () => {
    const path = temporaryPath()
    const store = openStore(path)
    const nested = { threadId: line.threadId, namespace: 'node:1' }
    for (let number = 0; number < 30; number++) {
      const commit = superstep(number, {
        list: Array.from({ length: number * 5 }, (_, at) => `${at} `.repeat(50)),
      })
      await store.commit(commit)
      await store.commit({ ...commit, line: nested })
      await store.commit({ ...commit, line: { threadId: 'other', namespace: '' } })
      expect(examine(path).findings).toEqual([])
    }
    await store.commit(
      commitOf(checkpointAt(50, { parentId: checkpointId(3), changed: { forked: 'x'.repeat(2000) } })),
    )
    // Beside a checkpoint that is not there yet.
    await store.commit({
      line,
      writes: [writesOf(taskId(9), [['a', 1]], { checkpointId: checkpointId(99) })],
    })
    store.deleteThread('other')
    expect(examine(path)).toMatchObject({ findings: [], threads: 1 })
  })

  test('that is encrypted has none, with its keys or without', async () => {
    const path = temporaryPath()
    const encryption = { currentKey: 'k1', key: () => Buffer.alloc(32, 7) }
    const store = openStore(path, { encryption })
    for (let number = 0; number < 5; number++)
      await store.commit(superstep(number, { text: 'x'.repeat(3000) }))
    const withKeys = new StoreDoctor(path, { encryption }).examine()
    expect(withKeys).toMatchObject({ findings: [], sealed: 0 })
    const without = examine(path)
    expect(without.findings).toEqual([])
    expect(without.sealed).toBeGreaterThan(5)
    edit(path, `UPDATE value SET data = CAST(zeroblob(40) AS BLOB) WHERE id = (SELECT min(id) FROM value)`)
    expect(new StoreDoctor(path, { encryption }).examine().findings.length).toBeGreaterThan(0)
  })
})

describe('damage is found, and told with what it costs:', () => {
  test('an entry that has changed, and the checkpoints that build on it', async () => {
    const { path } = await soundStore()
    edit(path, `UPDATE entry SET head = replace(head, '[1,', '[0,') WHERE ${entryOf(20)}`)
    const { findings } = examine(path)
    expect(findings).toContainEqual({
      kind: 'checkpoint',
      isDamage: true,
      threadId: 'thread-1',
      namespace: '',
      checkpointIds: expect.arrayContaining([checkpointId(20)]) as unknown,
      what: expect.stringContaining(
        `cannot be put together: the entry of checkpoint ${checkpointId(20)} is damaged: its checksum differs.`,
      ) as unknown,
      lost: expect.stringMatching(
        /^These checkpoints\. What the thread held at others is there\.$/,
      ) as unknown,
      remedy:
        'Restore a backup, or move what is damaged out of the way with --fix: the thread then goes on from the newest ' +
        'checkpoint that is whole.',
      movable: expect.any(Number) as unknown,
    })
  })

  test.each<readonly [string, string, readonly string[]]>([
    ['an entry that is gone', `DELETE FROM entry WHERE ${entryOf(20)}`, ['checkpoint']],
    [
      'a value that has changed',
      `UPDATE value SET data = data || 'x' WHERE id = ${longText}`,
      ['checkpoint'],
    ],
    ['a value that is gone', `DELETE FROM value WHERE id = ${longText}`, ['checkpoint']],
    ['a value of another thread', `UPDATE value SET thread = 99 WHERE id = ${longText}`, ['checkpoint']],
    ['what a task wrote', "UPDATE entry SET data = data || ' ' WHERE task <> x''", ['task']],
    ['a shape', 'UPDATE shape SET text = \'{"a":1}\'', ['shape']],
    ['a name that is gone', "DELETE FROM name WHERE text = 'note'", ['checkpoint']],
    ['a line that is gone', 'DELETE FROM line', ['line']],
    ['a thread that is gone', 'DELETE FROM thread', ['line']],
  ])('%s', async (_, sql, kinds) => {
    const { path } = await soundStore()
    edit(path, sql)
    const examination = examine(path)
    expect(kindsOf(examination)).toEqual(expect.arrayContaining([...kinds]))
    for (const { isDamage, what, lost, remedy } of examination.findings) {
      expect(isDamage || lost.startsWith('Nothing')).toBe(true)
      expect([what, lost, remedy].every((text) => text.endsWith('.'))).toBe(true)
    }
  })

  test('names that differ from their index', async () => {
    const { path } = await soundStore()
    const damaged = readFileSync(path)
    damaged[damaged.indexOf('messages') + 1]! ^= 1
    const copy = temporaryPath()
    writeFileSync(copy, damaged)
    expect(kindsOf(examine(copy))).toEqual(expect.arrayContaining(['file', 'name']))
  })

  test('a file that was cut off', async () => {
    const { path } = await soundStore()
    truncateSync(path, 40 * 4096)
    expect(kindsOf(examine(path))).toContain('file')
  })

  test('rows that nothing refers to, which are no damage', async () => {
    const { path } = await soundStore()
    const database = new Database(path)
    const id = 1 + (database.prepare('SELECT max(id) FROM value').pluck().get() as number)
    database
      .prepare("INSERT INTO value (id, thread, format, sum, data) SELECT ?, min(id), 0, ?, '1' FROM thread")
      .run(id, (crc32('1') + id) | 0)
    database.close()
    expect(examine(path).findings).toEqual([
      {
        kind: 'leftover',
        isDamage: false,
        threadId: 'thread-1',
        what: 'Nothing refers to 1 row of values.',
        lost: 'Nothing. They take 1 bytes.',
        remedy: 'Nothing needs to be done. With --fix it is moved out of the way.',
        movable: 1,
      },
    ])
    expect(new StoreDoctor(path).quarantine()).toMatchObject({ moved: 1, after: { findings: [] } })
  })
})

describe('a quarantine', () => {
  test.each<readonly [string, string]>([
    ['an entry that has changed', `UPDATE entry SET head = replace(head, '[1,', '[0,') WHERE ${entryOf(39)}`],
    ['an entry in the middle', `UPDATE entry SET created = created + 1 WHERE ${entryOf(20)}`],
    ['a value that has changed', `UPDATE value SET data = data || 'x' WHERE id = ${longText}`],
    ['a value that is gone', 'DELETE FROM value WHERE id = (SELECT max(id) FROM value)'],
    ['what a task wrote', "UPDATE entry SET data = data || ' ' WHERE task <> x''"],
    [
      'a line that is gone',
      'INSERT INTO entry SELECT 77, checkpoint, task, format, cipher, sum, shape, parent, depth, created, path, head, data FROM entry',
    ],
  ])('makes everything else readable: %s', async (_, sql) => {
    const { path, checkpoints } = await soundStore()
    const store = openStore(path)
    store.load(line)
    edit(path, sql)
    const rows = countRows(path)
    const { before, after, moved } = new StoreDoctor(path).quarantine()
    expect(before.findings.length).toBeGreaterThan(0)
    expect(after.findings.filter(({ isDamage }) => isDamage)).toEqual([])
    expect(moved).toBeGreaterThan(0)
    expect(after.quarantined).toBe(moved)
    // Nothing was deleted.
    expect(countRows(path)).toBe(rows)
    for (const reader of [store, openStore(path)]) {
      const left = [...reader.list(line)].map((checkpoint) => ({ ...checkpoint }))
      const sound = new Map(checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]))
      for (const { writes: _writes, taskPaths: _paths, ...checkpoint } of left) {
        expect(sound.get(checkpoint.id)).toMatchObject(checkpoint)
      }
      expect(reader.load(line)?.id).toBe(left[0]?.id)
    }
    // The thread goes on.
    const newest = store.load(line)!
    await store.commit(commitOf(checkpointAt(60, { parentId: newest.id, changed: { count: 'more' } })))
    expect(store.load(line)?.values).toMatchObject({ count: 'more' })
    expect(examine(path).findings.filter(({ isDamage }) => isDamage)).toEqual([])
  })

  test('holds rows whole, and goes with its thread', async () => {
    const { path } = await soundStore()
    edit(path, "UPDATE entry SET head = '[1,1]' WHERE task = x'' AND depth > 0")
    new StoreDoctor(path).quarantine()
    const database = new Database(path)
    const row = database
      .prepare('SELECT source, thread, reason, content FROM quarantine ORDER BY id')
      .get() as Record<string, string>
    expect(row).toMatchObject({
      source: 'entry',
      thread: 'thread-1',
      reason: expect.stringContaining('cannot be put together') as unknown,
    })
    expect(JSON.parse(row['content']!)).toMatchObject({
      head: '[1,1]',
      task: { $hex: '' },
      checkpoint: { $hex: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown },
    })
    openStore(path).deleteThread('thread-1')
    expect(database.prepare('SELECT count(*) FROM quarantine').pluck().get()).toBe(0)
    database.close()
  })

  test('does nothing to a store that is sound', async () => {
    const { path } = await soundStore()
    expect(new StoreDoctor(path).quarantine()).toMatchObject({ moved: 0, after: { findings: [] } })
  })
})

function countRows(path: string): number {
  const database = new Database(path)
  const tables = ['entry', 'value', 'quarantine']
  const counts = tables.map(
    (table) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
  )
  database.close()
  return counts.reduce((sum, each) => sum + each, 0)
}

test('what is no store is an error, as it is for a store', () => {
  expect(() => new StoreDoctor(temporaryPath()).examine()).toThrow(
    expect.objectContaining({ code: 'STORE_CANNOT_OPEN' }) as Error,
  )
  expect(() => new StoreDoctor('')).toThrow(expect.objectContaining({ code: 'STORE_OPTION' }) as Error)
  const path = temporaryPath()
  SqliteStore.open(path).close()
  edit(path, 'DROP TABLE name')
  expect(examine(path)).toMatchObject({ findings: [{ kind: 'file', isDamage: true, movable: 0 }] })
})
