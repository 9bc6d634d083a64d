import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { APPLICATION_ID, migrate } from '../src/migrate.ts'
import { type Migration, migrations } from '../src/migrations.ts'
import { temporaryPath } from './temporary-directory.ts'

const first: Migration = (database) =>
  void database.exec('CREATE TABLE stone (id INTEGER PRIMARY KEY, weight REAL)')
const second: Migration = (database) =>
  void database.exec("ALTER TABLE stone ADD COLUMN colour TEXT; UPDATE stone SET colour = 'grey'")
const third: Migration = (database) => void database.exec('CREATE INDEX stone_by_weight ON stone (weight)')

function open(path: string, options: Database.Options = {}): Database.Database {
  const database = new Database(path, options)
  onTestFinished(() => void database.close())
  return database
}

function versionOf(database: Database.Database): unknown {
  return database.pragma('user_version', { simple: true })
}

describe('migrating', () => {
  test('brings an empty database to the newest version, and marks it as a store', () => {
    const database = open(':memory:')
    migrate(database, [first, second])
    expect(versionOf(database)).toBe(2)
    expect(database.pragma('application_id', { simple: true })).toBe(APPLICATION_ID)
    expect(database.prepare('SELECT id, weight, colour FROM stone').all()).toEqual([])
  })

  test('runs only what an older database lacks, in order, and keeps its content', () => {
    const database = open(':memory:')
    migrate(database, [first])
    database.exec('INSERT INTO stone VALUES (1, 2.5)')
    migrate(database, [first, second, third])
    expect(versionOf(database)).toBe(3)
    expect(database.prepare('SELECT * FROM stone').all()).toEqual([{ id: 1, weight: 2.5, colour: 'grey' }])
  })

  test('does nothing to a database that is up to date', () => {
    const database = open(':memory:')
    migrate(database, [first])
    migrate(database, [
      () => {
        throw new Error('ran again')
      },
    ])
    expect(versionOf(database)).toBe(1)
  })

  test('leaves the version that was there when one of several steps fails', () => {
    const database = open(':memory:')
    migrate(database, [first])
    const failing: Migration = () => {
      throw new Error('broken step')
    }
    expect(() => migrate(database, [first, second, failing])).toThrow('broken step')
    expect(versionOf(database)).toBe(1)
    expect(() => database.prepare('SELECT colour FROM stone')).toThrow('no such column')
    migrate(database, [first, second, third])
    expect(versionOf(database)).toBe(3)
  })

  test('has nothing to do when another connection does it between the look and the transaction', () => {
    const path = temporaryPath()
    const [one, other] = [open(path), open(path)]
    // Without the log, they would wait for each other.
    one.pragma('journal_mode = WAL')
    let runs = 0
    const counted: Migration = (database) => {
      runs++
      first(database)
    }
    const pragma = one.pragma.bind(one)
    one.pragma = (source, options) => {
      const result: unknown = pragma(source, options)
      if (runs === 0 && source === 'user_version') migrate(other, [counted])
      return result
    }
    migrate(one, [counted])
    expect(runs).toBe(1)
    expect(versionOf(one)).toBe(1)
  })

  test('refuses an older version that may only be read', () => {
    const path = temporaryPath()
    migrate(open(path), [first])
    expect(() => migrate(open(path, { readonly: true }), [first, second])).toThrow(
      expect.objectContaining({ code: 'STORE_OLDER_SCHEMA', found: 1, known: 2 }) as Error,
    )
  })

  test('of all versions makes these tables', () => {
    const database = open(':memory:')
    migrate(database, migrations)
    const tables = database
      .prepare('SELECT name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name')
      .pluck()
      .all()
    expect(tables).toEqual(
      expect.arrayContaining(['entry', 'line', 'name', 'shape', 'thread', 'value', 'value_of_thread']),
    )
  })
})
