import { SqliteStore, type SqliteStoreOptions } from '@cairn/sqlite'
import { onTestFinished } from 'vitest'

/** A store that is closed when the test is over. */
export function openStore(path: string, options: SqliteStoreOptions = {}): SqliteStore {
  const store = SqliteStore.open(path, options)
  onTestFinished(() => store.close())
  return store
}
