import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeConformance } from '@cairn/testing'
import { SqliteStore, type SqliteStoreOptions } from '@cairn/sqlite'
import { encryptionWith } from './housekeeping/keys.ts'

inAFile('SqliteStore in a file', {})
inAFile('SqliteStore in a file, encrypted', { encryption: encryptionWith('new') })

function inAFile(name: string, options: SqliteStoreOptions): void {
  storeConformance(name, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cairn-sqlite-'))
    const path = join(directory, 'store.db')
    let store = SqliteStore.open(path, options)
    const beside: SqliteStore[] = []
    return {
      store,
      async close() {
        for (const opened of [store, ...beside]) opened.close()
        await rm(directory, { recursive: true })
      },
      async reopen() {
        store.close()
        store = SqliteStore.open(path, options)
        return store
      },
      async openBeside() {
        beside.push(SqliteStore.open(path, options))
        return beside.at(-1)!
      },
    }
  })
}

storeConformance('SqliteStore in memory', async () => {
  const store = SqliteStore.open(':memory:')
  return { store, close: () => store.close() }
})
