import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomInstant, randomNumbers } from '@cairn/testing/crash'
import { CrashLab } from './crash-lab.ts'
import { inParallel } from './in-parallel.ts'
import type { Setting } from './open-thread.ts'
import { mayLagBehind } from './outcome.ts'
import { allShapes } from './shapes/index.ts'
import type { Story } from './story.ts'

/** How many processes are killed. */
const wanted = Number(process.env['CAIRN_CRASH_INSTANTS'] ?? 200)
/** The same seed gives the same stories; what a failure prints has its number. */
const seed = Number(process.env['CAIRN_CRASH_SEED'] ?? 20_260_101)
/** Only the story with this number, for the sake of one that failed. */
const only = process.env['CAIRN_CRASH_STORY']

let lab: CrashLab
beforeAll(async () => {
  lab = await CrashLab.open()
})
afterAll(() => lab.close())

/** Story `number`: some setting, one to three kills, at any instants. */
async function storyOf(number: number): Promise<Story> {
  const random = randomNumbers(seed + number)
  const choose = <Choice>(choices: readonly Choice[]): Choice =>
    choices[Math.floor(random() * choices.length)]!
  const shape = choose(allShapes)
  const drawn: Setting = {
    shape: shape.name,
    durability: choose(['async', 'sync']),
    through: choose(['store', 'store', 'store', 'saver']),
    fsync: choose(['normal', 'normal', 'normal', 'full']),
  }
  const setting: Setting =
    shape.hasNestedMemory === true && mayLagBehind(drawn) ? { ...drawn, durability: 'sync' } : drawn
  const { points } = await lab.reference(setting)
  const instants = [randomInstant(random, points.length)]
  // What is left to do gets less with every kill, but how much less is not known.
  while (instants.length < 3 && random() < 0.3) instants.push(randomInstant(random, points.length / 2))
  return { setting, instants, last: random() < 0.1 ? 'process' : 'here' }
}

function* numbers(isEnough: () => boolean): Iterable<number> {
  if (only !== undefined) yield Number(only)
  else for (let number = 0; !isEnough(); number++) yield number
}

test(`${wanted} processes that are killed at any instant lose nothing and repeat nothing recorded`, async () => {
  const found: string[] = []
  let kills = 0
  await inParallel(
    numbers(() => kills >= wanted),
    2,
    async (number) => {
      const told = await lab.tell(await storyOf(number))
      kills += told.kills.length
      found.push(
        ...told.faults.map((fault) => `CAIRN_CRASH_SEED=${seed} CAIRN_CRASH_STORY=${number}: ${fault}`),
      )
    },
  )
  expect(found).toEqual([])
}, 3_600_000)
