import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Instant,
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

/** Two processes at work on two threads in one file, of which one is killed. */
async function faultsOf(instant: Instant): Promise<string[]> {
  const reference = await lab.reference(setting)
  const { directory, ...killed } = lab.newThread('killed')
  const spared: ThreadFiles = { ...killed, ledger: join(directory, 'spared.jsonl'), threadId: 'spared' }
  const [first, second] = [join(directory, 'first'), join(directory, 'second')]
  const [end] = await Promise.all([
    lab.run(setting, killed, instant, { kind: 'drive beside', own: first, other: second }),
    lab.run(setting, spared, undefined, { kind: 'drive beside', own: second, other: first }),
  ])
  const kill = {
    ledgerLength: new Ledger(killed.ledger).read().length,
    thread: await storedThread(setting, killed),
  }
  await withThread(setting, killed, drive)
  const faults = [
    ...(end.kind === 'killed' ? [] : ['was not killed']),
    ...(await storageFaults(setting, killed)),
    ...(await storageFaults(setting, spared)),
    ...ledgerFaults({ ledger: new Ledger(killed.ledger).read(), kills: [kill], expected: reference.ledger }),
    ...ledgerFaults({ ledger: new Ledger(spared.ledger).read(), kills: [], expected: reference.ledger }),
    ...outcomeFaults(reference.outcome, await outcomeOf(setting, killed)),
    ...outcomeFaults(reference.outcome, await outcomeOf(setting, spared)),
  ]
  return faults.map((fault) => `${describeInstant(instant)}: ${fault}`)
}

test('a process that is killed does not disturb one that writes another thread to the same file', async () => {
  const { points } = await lab.reference(setting)
  const random = randomNumbers(1)
  const instants: Instant[] = CRASH_POINTS.flatMap((point, index) => {
    const { points: passed, microseconds } = randomInstant(random, points.length - 20)
    return [
      { kind: 'at', point, occurrence: 2 + 3 * index },
      // Not before the first commit: until then each waits for the other.
      { kind: 'after', points: passed + 1, microseconds },
    ]
  })
  const found: string[] = []
  for (const instant of instants) found.push(...(await faultsOf(instant)))
  expect(found).toEqual([])
}, 300_000)
