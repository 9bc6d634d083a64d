// Loses power at any moment of what a process writes, and looks at what is left. The process is a real one, whose
// writes and flushes are recorded; what a disk would hold is worked out from the record.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { SqliteStore, type SqliteStoreOptions } from '@cairn/sqlite'
import { sourceArguments, sourceRoot } from './child-process.ts'
import { line } from './commits.ts'
import { Disk, type Kept, type Operation, parseRecord } from './power-loss/disk.ts'
import { paddedValues } from './power-loss/padded-commits.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const commits = 150
/** Of the power, for each disk. */
const failures = 25

/** The path of the library that records; `undefined` where there is no compiler, or no Linux. */
function compileRecorder(directory: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  const library = join(directory, 'record-writes.so')
  const source = fileURLToPath(new URL('power-loss/record-writes.c', import.meta.url))
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-lpthread'], {
      stdio: 'ignore',
    })
  } catch {
    return undefined
  }
  return library
}

/** What a process did that commits from the first to the last. */
function record(fsync: NonNullable<SqliteStoreOptions['fsync']>): Operation[] | undefined {
  const root = realpathSync(temporaryDirectory())
  const library = compileRecorder(root)
  if (library === undefined) return undefined
  const directory = join(root, 'disk')
  mkdirSync(directory)
  execFileSync(
    process.execPath,
    [...sourceArguments('power-loss/committing-process.ts'), directory, fsync, String(commits)],
    {
      cwd: sourceRoot,
      env: {
        ...process.env,
        LD_PRELOAD: library,
        CAIRN_RECORD: join(root, 'record'),
        CAIRN_RECORDED_DIRECTORY: directory,
      },
    },
  )
  return existsSync(join(root, 'record')) ? parseRecord(readFileSync(join(root, 'record'))) : []
}

/** The same numbers each time, so that a failure can be seen again. */
function randomNumbers(): () => number {
  let state = 7
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const isAcknowledgement = ({ kind, name }: Operation): boolean => kind === 'write' && name === 'acknowledged'

/** The index of the log is not data: it is made anew. */
const isOfStore = ({ name }: Operation): boolean =>
  name === '.' || (name.startsWith('store.db') && !name.endsWith('-shm'))

interface Failure {
  /** Commits of which the process was told that they are kept. */
  readonly acknowledged: number
  /** Commits that are there. */
  readonly found: number
}

/** Fails after each of these numbers of operations. */
function* failAfter(
  operations: readonly Operation[],
  lengths: ReadonlySet<number>,
  kept: Kept,
): Iterable<Failure> {
  const disk = new Disk()
  let acknowledged = 0
  for (const [index, operation] of operations.entries()) {
    if (lengths.has(index)) {
      const directory = temporaryDirectory()
      disk.failInto(directory, kept)
      yield { acknowledged, found: commitsIn(directory) }
      rmSync(directory, { recursive: true })
    }
    if (isAcknowledgement(operation)) acknowledged++
    else if (isOfStore(operation)) disk.do(operation)
  }
}

/** How many commits a store holds, of which each must be whole. */
function commitsIn(directory: string): number {
  const store = SqliteStore.open(join(directory, 'store.db'))
  try {
    const steps: number[] = []
    for (const { metadata, values } of store.list(line)) {
      if (!isDeepStrictEqual(values, paddedValues(metadata.step)))
        throw new Error(`Step ${metadata.step} is not whole.`)
      steps.push(metadata.step)
    }
    // Commits are lost from the end and never from the middle.
    expect(steps).toEqual(steps.map((_, index) => steps.length - 1 - index))
    return steps.length
  } finally {
    store.close()
  }
}

const random = randomNumbers()

/** What is on the disk of what was not synced. */
const disks: Readonly<Record<string, Kept>> = {
  'nothing of it': () => false,
  'all of it': () => true,
  'some sectors of it': () => random() < 0.5,
}

describe.each(['full', 'normal'] as const)('after a loss of power, with fsync "%s",', (fsync) => {
  test(
    'commits are lost from the end, or not at all, and nothing is there in part',
    { timeout: 120_000 },
    (context) => {
      const operations = record(fsync)
      if (operations === undefined) return context.skip('There is no C compiler, or this is not Linux.')
      expect(operations.filter(isAcknowledgement)).toHaveLength(commits)
      // The log went into the database several times.
      expect(
        operations.filter(({ kind, name }) => kind === 'sync' && name === 'store.db').length,
      ).toBeGreaterThan(2)
      const lost: string[] = []
      for (const [disk, kept] of Object.entries(disks)) {
        const lengths = new Set(
          Array.from({ length: failures }, () => Math.floor(random() * operations.length)),
        )
        for (const { acknowledged, found } of failAfter(operations, lengths, kept)) {
          if (found < acknowledged) lost.push(`${acknowledged - found} commits, with ${disk}`)
        }
      }
      expect(fsync === 'full' ? lost : []).toEqual([])
      // The record would show it: what was not synced is lost with it.
      expect(fsync === 'full' || lost.length > 0).toBe(true)
    },
  )
})
