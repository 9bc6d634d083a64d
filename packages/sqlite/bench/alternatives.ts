// Bare SQLite, without the store: what a commit of one task and one checkpoint costs in other tables and with
// other settings. The numbers behind "Why it is laid out like this" in docs/design/format.md.
import { statSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import Database from 'better-sqlite3'
import { measure, print, withPath } from './measure.ts'

const commits = 8000
const head = '[1,12,-1,[[13,4,5]],[[7,[12,4]]],[4,2,5,31]]'
const data = '[17,"some text of thirty characters"]'
const taskHead = '[0,4,2,1,5,31]'

interface Layout {
  readonly tables: string
  /** Statements for the task and the checkpoint of commit `number`. */
  prepare(database: Database.Database): (number: number) => void
}

/** UUIDs that grow. */
function idOf(number: number): Buffer {
  const id = Buffer.alloc(16, 0xab)
  id.writeUInt32BE(number, 0)
  return id
}

const entryColumns =
  'format INTEGER, parent ANY, depth INTEGER, created INTEGER, path INTEGER, head TEXT, data ANY'
const none = Buffer.alloc(0)

const layouts: Readonly<Record<string, Layout>> = {
  'one table, by line, checkpoint, task (ours)': {
    tables: `CREATE TABLE entry (line INTEGER, checkpoint ANY, task ANY, ${entryColumns}, PRIMARY KEY (line, checkpoint, task)) STRICT, WITHOUT ROWID`,
    prepare(database) {
      const insert = database.prepare('INSERT INTO entry VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)')
      return (number) => {
        insert.run(1, idOf(number), randomBytes(16), null, null, null, 3, taskHead, data)
        insert.run(1, idOf(number + 1), none, idOf(number), number % 16, Date.now(), null, head, data)
      }
    },
  },
  'two tables, by line, checkpoint, task': {
    tables: `CREATE TABLE checkpoint (line INTEGER, checkpoint ANY, ${entryColumns}, PRIMARY KEY (line, checkpoint)) STRICT, WITHOUT ROWID;
             CREATE TABLE task (line INTEGER, checkpoint ANY, task ANY, path INTEGER, head TEXT, data ANY, PRIMARY KEY (line, checkpoint, task)) STRICT, WITHOUT ROWID`,
    prepare(database) {
      const checkpoint = database.prepare('INSERT INTO checkpoint VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)')
      const task = database.prepare('INSERT INTO task VALUES (?, ?, ?, ?, ?, ?)')
      return (number) => {
        task.run(1, idOf(number), randomBytes(16), 3, taskHead, data)
        checkpoint.run(1, idOf(number + 1), idOf(number), number % 16, Date.now(), null, head, data)
      }
    },
  },
  'rows by number, an index on the ids': {
    tables: `CREATE TABLE checkpoint (id INTEGER PRIMARY KEY, line INTEGER, checkpoint ANY, ${entryColumns}) STRICT;
             CREATE UNIQUE INDEX checkpoint_by_id ON checkpoint (line, checkpoint);
             CREATE TABLE task (checkpoint INTEGER, task ANY, path INTEGER, head TEXT, data ANY, PRIMARY KEY (checkpoint, task)) STRICT, WITHOUT ROWID`,
    prepare(database) {
      const checkpoint = database.prepare('INSERT INTO checkpoint VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)')
      const task = database.prepare('INSERT INTO task VALUES (?, ?, ?, ?, ?)')
      return (number) => {
        task.run(number, randomBytes(16), 3, taskHead, data)
        checkpoint.run(number + 1, 1, idOf(number + 1), number, number % 16, Date.now(), null, head, data)
      }
    },
  },
  'a log by number, no index (cannot be searched)': {
    tables: `CREATE TABLE entry (id INTEGER PRIMARY KEY, line INTEGER, checkpoint ANY, task ANY, ${entryColumns}) STRICT`,
    prepare(database) {
      const insert = database.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)')
      return (number) => {
        insert.run(2 * number, 1, null, randomBytes(16), null, null, null, 3, taskHead, data)
        insert.run(
          2 * number + 1,
          1,
          idOf(number + 1),
          null,
          number,
          number % 16,
          Date.now(),
          null,
          head,
          data,
        )
      }
    },
  },
  'a row for each value, five in all': {
    tables: `CREATE TABLE checkpoint (line INTEGER, checkpoint ANY, ${entryColumns}, PRIMARY KEY (line, checkpoint)) STRICT, WITHOUT ROWID;
             CREATE TABLE write (line INTEGER, checkpoint ANY, task ANY, position INTEGER, channel INTEGER, data ANY, PRIMARY KEY (line, checkpoint, task, position)) STRICT, WITHOUT ROWID;
             CREATE TABLE value (id INTEGER PRIMARY KEY, line INTEGER, format INTEGER, data ANY) STRICT`,
    prepare(database) {
      const checkpoint = database.prepare('INSERT INTO checkpoint VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)')
      const write = database.prepare('INSERT INTO write VALUES (?, ?, ?, ?, ?, ?)')
      const value = database.prepare('INSERT INTO value (line, format, data) VALUES (?, ?, ?)')
      return (number) => {
        const task = randomBytes(16)
        for (const position of [0, 1]) write.run(1, idOf(number), task, position, 4, '17')
        for (const text of ['17', '"some text of thirty characters"']) value.run(1, 0, text)
        checkpoint.run(1, idOf(number + 1), idOf(number), number % 16, Date.now(), null, head, '')
      }
    },
  },
}

const ours = Object.keys(layouts)[0]!

const settings: Readonly<Record<string, readonly string[]>> = {
  'page_size 1024': ['page_size = 1024', 'wal_autocheckpoint = 4000'],
  'page_size 2048': ['page_size = 2048', 'wal_autocheckpoint = 2000'],
  'page_size 8192': ['page_size = 8192', 'wal_autocheckpoint = 500'],
  'wal_autocheckpoint 250': ['wal_autocheckpoint = 250'],
  'wal_autocheckpoint 4000': ['wal_autocheckpoint = 4000'],
  'cache_size 64 MB': ['cache_size = -64000'],
  'mmap_size 256 MB': ['mmap_size = 268435456'],
  'temp_store memory': ['temp_store = MEMORY'],
  'locking_mode exclusive (no other process)': ['locking_mode = EXCLUSIVE'],
  'synchronous full': ['synchronous = FULL'],
}

async function measureLayout(
  name: string,
  { tables, prepare }: Layout,
  pragmas: readonly string[],
): Promise<void> {
  const { frames } = await withPath((path) =>
    run(path, 500, tables, prepare, [...pragmas, 'wal_autocheckpoint = 0']),
  )
  // The best of three: whatever else the machine did only adds to it.
  const runs: Awaited<ReturnType<typeof run>>[] = []
  while (runs.length < 3) runs.push(await withPath((path) => run(path, commits, tables, prepare, pragmas)))
  const [best] = runs.toSorted((left, right) => left.measured.cpuUs - right.measured.cpuUs)
  const { meanUs, cpuUs, medianUs, p99Us, longestMs } = best!.measured
  print([name, meanUs, cpuUs, medianUs, p99Us, longestMs, frames.toFixed(2), best!.bytes.toFixed(0)])
}

async function run(
  path: string,
  count: number,
  tables: string,
  prepare: Layout['prepare'],
  pragmas: readonly string[],
) {
  const database = new Database(path)
  for (const pragma of pragmas.filter((setting) => setting.startsWith('page_size'))) database.pragma(pragma)
  database.pragma('journal_mode = WAL')
  for (const pragma of pragmas) database.pragma(pragma)
  database.exec(tables)
  const begin = database.prepare('BEGIN IMMEDIATE')
  const end = database.prepare('COMMIT')
  const insert = prepare(database)
  const pageBytes = (database.pragma('page_size', { simple: true }) as number) + 24
  const walBefore = statSync(`${path}-wal`).size
  const measured = await measure(count, (number) => {
    begin.run()
    insert(number)
    end.run()
  })
  const frames = (statSync(`${path}-wal`).size - walBefore) / pageBytes / count
  database.close()
  return { measured, frames, bytes: statSync(path).size / count }
}

print(['', 'mean µs', 'CPU µs', 'median µs', 'p99 µs', 'longest ms', 'frames', 'bytes'])
for (const [name, layout] of Object.entries(layouts)) await measureLayout(name, layout, [])
print([''])
for (const [name, pragmas] of Object.entries(settings)) await measureLayout(name, layouts[ours]!, pragmas)
