import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeConformance } from '@cairn/testing'
import { SqliteStore } from '@cairn/sqlite'

storeConformance('SqliteStore in a file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cairn-sqlite-'))
  const path = join(directory, 'store.db')
  let store = SqliteStore.open(path)
  const beside: SqliteStore[] = []
  return {
    store,
    async close() {
      for (const opened of [store, ...beside]) opened.close()
      await rm(directory, { recursive: true })
    },
    async reopen() {
      store.close()
      store = SqliteStore.open(path)
      return store
    },
    async openBeside() {
      beside.push(SqliteStore.open(path))
      return beside.at(-1)!
    },
  }
})

storeConformance('SqliteStore in memory', async () => {
  const store = SqliteStore.open(':memory:')
  return { store, close: () => store.close() }
})
