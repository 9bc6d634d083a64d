// Commits numbered checkpoints, going on from what the store holds, and says after each commit that it returned.
// Started with the name of a point, it kills itself there in its twentieth commit.
import { writeSync } from 'node:fs'
import { type CrashPoint, SqliteStore } from '@cairn/sqlite'
import { commitNumber } from './crash-commits.ts'
import { line } from './commits.ts'

const [path, deadlyPoint] = process.argv.slice(2) as [path: string, deadlyPoint: CrashPoint | undefined]
const commitsBeforeDeath = 20
let commits = 0

const store = SqliteStore.open(path, {
  onPoint(point) {
    if (point === deadlyPoint && commits === commitsBeforeDeath) process.kill(process.pid, 'SIGKILL')
  },
})
for (let number = (store.load(line)?.metadata.step ?? -1) + 1; ; number++) {
  await store.commit(commitNumber(number))
  commits++
  // Not through a stream, which would hold it back until the loop ends.
  writeSync(1, `${number}\n`)
}
