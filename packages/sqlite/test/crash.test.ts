import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CRASH_POINTS, type CrashPoint, SqliteStore } from '@cairn/sqlite'
import { expectedAt } from './crash-commits.ts'
import { line } from './commits.ts'
import { sourceArguments, sourceRoot } from './child-process.ts'
import { temporaryPath } from './temporary-directory.ts'

/** Runs the process until it is dead, and gives the number of the last commit it acknowledged. */
async function runUntilKilled(
  path: string,
  whenToKill: { point: CrashPoint } | { acknowledgements: number },
): Promise<number> {
  const point = 'point' in whenToKill ? [whenToKill.point] : []
  const child = spawn(process.execPath, [...sourceArguments('crashing-process.ts'), path, ...point], {
    cwd: sourceRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let last = -1
  let left = 'point' in whenToKill ? Infinity : whenToKill.acknowledgements
  for await (const acknowledged of createInterface(child.stdout)) {
    last = Number(acknowledged)
    if (--left === 0) child.kill('SIGKILL')
  }
  expect(await endOf(child)).toBe('SIGKILL')
  return last
}

async function endOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.signalCode !== null || child.exitCode !== null) return child.signalCode
  return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
}

/** Checks that all commits up to one are there as they were made and whole, and gives the number of that one. */
function expectWhole(path: string): number {
  const store = SqliteStore.open(path)
  const listed = [...store.list({})].map((checkpoint) => ({ ...checkpoint }))
  store.close()
  const newest = listed.length - 1
  for (const [index, checkpoint] of listed.entries()) {
    const { writes, ...expected } = expectedAt(newest - index)
    // The tasks of the newest are committed with the next one.
    expect(checkpoint).toMatchObject({ ...expected, writes: index === 0 ? [] : writes })
  }
  const database = new Database(path, { readonly: true })
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  database.close()
  return newest
}

describe('a process that is killed', () => {
  test('at any point of a commit leaves that commit whole or not at all, and all before it', async () => {
    const path = temporaryPath()
    const isThere: Partial<Record<CrashPoint, boolean>> = {}
    for (const point of CRASH_POINTS) {
      const acknowledged = await runUntilKilled(path, { point })
      const newest = expectWhole(path)
      expect([acknowledged, acknowledged + 1]).toContain(newest)
      isThere[point] = newest > acknowledged
    }
    expect(isThere).toEqual({
      'before-begin': false,
      'after-begin': false,
      'after-writes': false,
      'after-checkpoint': false,
      'before-commit': false,
      'after-commit': true,
    })
  })

  test('at any instant has lost no commit that returned', async () => {
    const path = temporaryPath()
    for (const acknowledgements of [1, 2, 7, 40, 300, 1500]) {
      const acknowledged = await runUntilKilled(path, { acknowledgements })
      expect(expectWhole(path)).toBeGreaterThanOrEqual(acknowledged)
    }
    const store = SqliteStore.open(path)
    onTestFinished(() => store.close())
    expect(store.load(line)?.metadata.step).toBeGreaterThan(1800)
  })
})
