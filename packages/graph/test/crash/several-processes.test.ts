import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Instant,
  type Kill,
  Ledger,
  describeInstant,
  ledgerFaults,
  randomInstant,
  randomNumbers,
} from '@cairn/testing/crash'
import { CRASH_POINTS } from '@cairn/sqlite'
import { CrashLab } from './crash-lab.ts'
import { drive } from './drive.ts'
import type { Setting, ThreadFiles } from './open-thread.ts'
import { outcomeFaults, outcomeOf, storageFaults, storedThread, withThread } from './outcome.ts'

const setting: Setting = { shape: 'nested', durability: 'async', through: 'store', fsync: 'normal' }

let lab: CrashLab
beforeAll(async () => {
  lab = await CrashLab.open()
})
afterAll(() => lab.close())

/** What is wrong after processes were at work on threads of their own in one file, and some of them were killed. */
async function faultsOf(instants: readonly (Instant | undefined)[]): Promise<string[]> {
  const reference = await lab.reference(setting)
  const { directory, database } = lab.newThread('threads')
  const processes = instants.map((instant, index) => {
    const threadId = `thread-${index}`
    const files: ThreadFiles = { database, ledger: join(directory, `${threadId}.jsonl`), threadId }
    return { instant, files, ledger: new Ledger(files.ledger), flag: join(directory, threadId) }
  })
  const flags = processes.map(({ flag }) => flag)
  const ends = await Promise.all(
    processes.map(({ instant, files, flag }) =>
      lab.run(setting, files, instant, { kind: 'drive beside', own: flag, others: flags }),
    ),
  )
  const faults: string[] = []
  for (const [index, { instant, files, ledger }] of processes.entries()) {
    const kills: Kill[] = []
    if (instant !== undefined) {
      if (ends[index]!.kind !== 'killed') faults.push(`${files.threadId} was not killed`)
      kills.push({ ledgerLength: ledger.read().length, thread: await storedThread(setting, files) })
      await withThread(setting, files, drive)
    }
    const found = [
      ...(await storageFaults(setting, files)),
      ...ledgerFaults({ ledger: ledger.read(), kills, expected: reference.ledger }),
      ...outcomeFaults(reference.outcome, await outcomeOf(setting, files)),
    ]
    faults.push(...found.map((fault) => `${files.threadId}: ${fault}`))
  }
  const killed = instants.map((instant) => (instant === undefined ? 'spared' : describeInstant(instant)))
  return faults.map((fault) => `${killed.join(', ')}: ${fault}`)
}

/** Not before the first commit: until then each process waits for the others. */
function randomInstantAfterMeeting(random: () => number, points: number): Instant {
  const instant = randomInstant(random, points - 20)
  return { ...instant, points: instant.points + 1 }
}

test('a process that is killed does not disturb one that writes another thread to the same file', async () => {
  const { points } = await lab.reference(setting)
  const random = randomNumbers(1)
  const instants: Instant[] = CRASH_POINTS.flatMap((point, index) => [
    { kind: 'at', point, occurrence: 2 + 3 * index },
    randomInstantAfterMeeting(random, points.length),
  ])
  const found: string[] = []
  for (const instant of instants) found.push(...(await faultsOf([instant, undefined])))
  expect(found).toEqual([])
}, 300_000)

test('of five processes on one file, three are killed, and all five threads come to their end', async () => {
  const { points } = await lab.reference(setting)
  const random = randomNumbers(2)
  const found: string[] = []
  for (let round = 0; round < 4; round++) {
    const killed = Array.from({ length: 3 }, () => randomInstantAfterMeeting(random, points.length))
    found.push(...(await faultsOf([...killed, undefined, undefined])))
  }
  expect(found).toEqual([])
}, 300_000)
