// Commits until the system lets the file grow no more, and tells how many were kept and what the store said.
import { SqliteStore } from '@cairn/sqlite'
import { commitNumber } from './crash-commits.ts'
import { line } from './commits.ts'

// What a process gets that writes too much.
process.on('SIGXFSZ', () => {})
const [path] = process.argv.slice(2) as [path: string]
const store = SqliteStore.open(path)
let kept = 0
let code: unknown
try {
  for (;;) {
    await store.commit(commitNumber(kept))
    kept++
  }
} catch (error) {
  code = (error as { code?: unknown }).code
}
const found = [...store.list(line)].length
process.stdout.write(JSON.stringify({ kept: found === kept ? kept : -1, code }))
