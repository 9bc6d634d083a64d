// Opens each store whose path it is sent, commits to it, closes it, and says so.
import { SqliteStore } from '@cairn/sqlite'
import { checkpointAt } from './commits.ts'

process.on('message', (path: string) => void commitTo(path))
process.send!('ready')

async function commitTo(path: string): Promise<void> {
  const store = SqliteStore.open(path)
  await store.commit({
    line: { threadId: `${process.pid}`, namespace: '' },
    writes: [],
    checkpoint: checkpointAt(0),
  })
  store.close()
  process.send!('closed')
}
