import Database from 'better-sqlite3'
import { afterAll, describe, expect, test } from 'vitest'
import {
  CrashingProgram,
  type Instant,
  describeInstant,
  randomInstant,
  randomNumbers,
} from '@cairn/testing/crash'
import { sourceArguments, sourceRoot } from './child-process.ts'
import { commitNumber } from './crash-commits.ts'
import { openStore } from './open-store.ts'
import { temporaryPath } from './temporary-directory.ts'

const [file, ...nodeArguments] = sourceArguments('opening-crash-process.ts').toReversed()
const program = new CrashingProgram({
  file: file!,
  nodeArguments: nodeArguments.toReversed(),
  cwd: sourceRoot,
})
afterAll(() => program.close())

/** What was there after the process was killed, and after two commits more. */
interface Found {
  readonly instant: string
  /** The process had come to close the store, so its commit had returned. */
  readonly hasCommitted: boolean
  readonly steps: readonly number[]
  readonly stepsAfter: readonly number[]
  readonly integrity: unknown
  readonly journal: unknown
}

async function findAfter(instant: Instant): Promise<Found> {
  const path = temporaryPath()
  const { points } = await program.run([path], instant)
  const store = openStore(path)
  const stepsOf = () => [...store.list({})].map(({ metadata }) => metadata.step)
  const steps = stepsOf()
  await store.commit(commitNumber(0))
  await store.commit(commitNumber(1))
  const stepsAfter = stepsOf()
  store.close()
  const database = new Database(path, { readonly: true })
  const integrity = database.pragma('integrity_check', { simple: true })
  const journal = database.pragma('journal_mode', { simple: true })
  database.close()
  const hasCommitted = points.includes('close')
  return { instant: describeInstant(instant), hasCommitted, steps, stepsAfter, integrity, journal }
}

async function findAfterEach(instants: readonly Instant[]): Promise<Found[]> {
  const left = instants.values()
  const found: Found[] = []
  const work = async () => {
    for (const instant of left) found.push(await findAfter(instant))
  }
  await Promise.all([work(), work()])
  return found
}

/** Those that did not leave a store which can be used, with what was committed in it, whole. */
function broken(found: readonly Found[]): Found[] {
  return found.filter(
    ({ hasCommitted, steps, stepsAfter, integrity, journal }) =>
      integrity !== 'ok' ||
      journal !== 'wal' ||
      stepsAfter.join() !== '1,0' ||
      !(hasCommitted ? ['0'] : ['', '0']).includes(steps.join()),
  )
}

describe(
  'a process that is killed while it makes a store leaves one that can be used',
  { timeout: 300_000 },
  () => {
    test('at any call of SQLite', async () => {
      const { points } = await program.run([temporaryPath()])
      const instants = points.map((point, index): Instant => {
        const occurrence = points.slice(0, index + 1).filter((other) => other === point).length
        return { kind: 'at', point, occurrence }
      })
      const found = await findAfterEach(instants)
      expect(broken(found)).toEqual([])
      expect(new Set(found.map(({ steps }) => steps.join()))).toEqual(new Set(['', '0']))
    })

    test('at any instant', async () => {
      const { points } = await program.run([temporaryPath()])
      const random = randomNumbers(1)
      const instants = Array.from({ length: 10 }, () => randomInstant(random, points.length))
      expect(broken(await findAfterEach(instants))).toEqual([])
    })
  },
)
