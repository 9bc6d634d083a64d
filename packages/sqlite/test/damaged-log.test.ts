// The write-ahead log as it may be found: cut off, or with a bit that has changed. Commits in it may be lost from the
// end, and what is there is whole.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { SqliteStore } from '@cairn/sqlite'
import { sourceArguments, sourceRoot } from './child-process.ts'
import { commitNumber, expectedAt } from './crash-commits.ts'
import { line } from './commits.ts'
import { openStore } from './open-store.ts'
import { temporaryDirectory, temporaryPath } from './temporary-directory.ts'

const commits = 40

/** The database and its log while a store has them open. */
async function filesInUse(): Promise<{ database: Buffer; log: Buffer }> {
  const path = temporaryPath()
  const store = openStore(path)
  for (let number = 0; number < commits; number++) await store.commit(commitNumber(number))
  return { database: readFileSync(path), log: readFileSync(`${path}-wal`) }
}

/** How many commits a store with such a log holds, each of which must be whole. */
function commitsWith(database: Buffer, log: Buffer): number {
  const path = temporaryPath()
  writeFileSync(path, database)
  writeFileSync(`${path}-wal`, log)
  const store = SqliteStore.open(path)
  try {
    const checkpoints = [...store.list(line)]
    expect(checkpoints.map(({ metadata }) => metadata.step)).toEqual(
      checkpoints.map((_, at) => checkpoints.length - 1 - at),
    )
    // The writes beside the newest come with the commit after it.
    for (const checkpoint of checkpoints.slice(1)) {
      expect({ ...checkpoint }).toMatchObject(expectedAt(checkpoint.metadata.step))
    }
    return checkpoints.length
  } finally {
    store.close()
  }
}

test('a log that was cut off anywhere has whole commits up to there', async () => {
  const { database, log } = await filesInUse()
  expect(commitsWith(database, log)).toBe(commits)
  let last = 0
  for (let part = 0; part <= 12; part++) {
    const found = commitsWith(database, log.subarray(0, Math.floor((log.length * part) / 12)))
    expect(found).toBeGreaterThanOrEqual(last)
    last = found
  }
  expect(last).toBe(commits)
})

test('a log in which a bit has changed has whole commits up to there', async () => {
  const { database, log } = await filesInUse()
  for (let part = 0; part < 12; part++) {
    const damaged = Buffer.from(log)
    damaged[40 + Math.floor(((log.length - 40) * part) / 12)]! ^= 4
    expect(commitsWith(database, damaged)).toBeLessThan(commits)
  }
})

test('when the system refuses to let the file grow, commits fail, and all before them are kept', (context) => {
  const directory = temporaryDirectory()
  const path = join(directory, 'store.db')
  const script = 'ulimit -f 400 && exec "$@"'
  const node = [process.execPath, ...sourceArguments('growing-process.ts'), path]
  let output: string
  try {
    output = execFileSync('bash', ['-c', script, 'bash', ...node], { cwd: sourceRoot, encoding: 'utf8' })
  } catch {
    return context.skip('There is no shell that limits the size of files.')
  }
  const { kept, code } = JSON.parse(output) as { kept: number; code: string }
  expect(['STORE_FULL', 'STORE_IO']).toContain(code)
  expect(kept).toBeGreaterThan(3)
  const store = openStore(path)
  expect([...store.list(line)].length).toBe(kept)
})
