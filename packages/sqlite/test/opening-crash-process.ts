// Makes a store, commits to it and closes it, and passes a point before each call of SQLite that may touch the file.
import Database from 'better-sqlite3'
import { passPoint } from '@cairn/testing/crash'
import { SqliteStore } from '../src/sqlite-store.ts'
import { commitNumber } from './crash-commits.ts'

type Method = (this: unknown, ...given: unknown[]) => unknown

function passBefore(prototype: object, names: readonly string[]): void {
  const methods = prototype as Record<string, Method>
  for (const name of names) {
    const method = methods[name]!
    methods[name] = function (...given) {
      passPoint(name)
      return method.apply(this, given)
    }
  }
}

const any = new Database(':memory:')
passBefore(Object.getPrototypeOf(any.prepare('SELECT 1')) as object, ['run', 'get', 'all'])
passBefore(Database.prototype, ['exec', 'pragma', 'close'])

passPoint('open')
const store = SqliteStore.open(process.argv[2]!)
await store.commit(commitNumber(0))
store.close()
passPoint('closed')
