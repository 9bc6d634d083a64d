// Commits numbered checkpoints of some size, and notes after each that it was told that the commit is kept.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { SqliteStore, type SqliteStoreOptions } from '@cairn/sqlite'
import { paddedCommit } from './padded-commits.ts'

const [directory, fsync, commits] = process.argv.slice(2) as [
  directory: string,
  fsync: NonNullable<SqliteStoreOptions['fsync']>,
  commits: string,
]
const store = SqliteStore.open(join(directory, 'store.db'), { fsync })
for (let number = 0; number < Number(commits); number++) {
  await store.commit(paddedCommit(number))
  appendFileSync(join(directory, 'acknowledged'), `${number}\n`)
}
store.close()
