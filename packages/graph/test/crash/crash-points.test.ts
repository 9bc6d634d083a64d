import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Instant } from '@cairn/testing/crash'
import { CRASH_POINTS } from '@cairn/sqlite'
import { CrashLab } from './crash-lab.ts'
import { differences } from './differences.ts'
import { inParallel } from './in-parallel.ts'
import type { Setting } from './open-thread.ts'
import { mayLagBehind } from './outcome.ts'
import { shapes } from './shapes/index.ts'
import { type Story, describeStory } from './story.ts'

/**
 * `all` kills a process at every point of every commit. By default each commit has two kills: one after it, and one
 * at a point before that, which is another one from commit to commit.
 */
const isExhaustive = process.env['CAIRN_CRASH_POINTS'] === 'all'

let lab: CrashLab
beforeAll(async () => {
  lab = await CrashLab.open()
})
afterAll(() => lab.close())

function instantsOf(points: readonly string[]): Instant[] {
  const occurrences = new Map<string, number>()
  const before = CRASH_POINTS.slice(0, -1)
  let commits = 0
  return points.flatMap((point): Instant[] => {
    const occurrence = (occurrences.get(point) ?? 0) + 1
    occurrences.set(point, occurrence)
    const isDue = point === 'after-commit' || point === before[commits % before.length]
    if (point === 'after-commit') commits++
    return isExhaustive || isDue ? [{ kind: 'at', point, occurrence }] : []
  })
}

/** Kills a process at these instants, or at each n-th of them, and tells what was wrong after any kill. */
async function faultsOf(setting: Setting, nth = 1): Promise<string[]> {
  const shape = shapes.find(({ name }) => name === setting.shape)!
  const isSequential = shape.isSequential === true && !mayLagBehind(setting)
  const { points, outcome } = await lab.reference(setting)
  const instants = instantsOf(points).filter((_, index) => isExhaustive || index % nth === 0)
  const found: string[] = []
  let killed = 0
  await inParallel(instants.entries(), 2, async ([index, instant]) => {
    const story: Story = { setting, instants: [instant], last: index % 10 === 0 ? 'process' : 'here' }
    const { kills, faults } = await lab.tell(story)
    found.push(...faults)
    if (kills.length > 0) killed++
    // What is there when a process was killed is part of what comes of it: nothing is there in part, or twice. But for
    // questions and answers, whose place the next ones take.
    for (const lines of isSequential ? kills : []) {
      const lasting = lines.filter((line) => !/__(interrupt|resume)__/.test(line))
      const surplus = differences(outcome.recorded, lasting).filter((fault) => fault.includes('too often'))
      found.push(...surplus.map((fault) => `${describeStory(story)}: when it was killed: ${fault}`))
    }
  })
  // A run may have gathered more into one commit than the reference did, and have come to its end before the last ones.
  if (killed < instants.length * 0.7) found.push(`only ${killed} of ${instants.length} were killed`)
  return found
}

/** In milliseconds, for a machine that is busy with other things. */
const timeout = isExhaustive ? 1_800_000 : 300_000

describe(
  'a process that is killed at any point of any commit loses nothing and repeats nothing recorded',
  { timeout },
  () => {
    for (const { name: shape } of shapes) {
      test(`in the shape ${shape}`, async () => {
        const setting: Setting = { shape, durability: 'async', through: 'store', fsync: 'normal' }
        expect(await faultsOf(setting)).toEqual([])
      })

      test(`in the shape ${shape}, with a saver that the engine does not know`, async () => {
        const setting: Setting = { shape, durability: 'sync', through: 'saver', fsync: 'normal' }
        expect(await faultsOf(setting, 3)).toEqual([])
      })
    }

    for (const shape of ['loop', 'nested']) {
      test(`in the shape ${shape}, with such a saver, for which the run does not wait`, async () => {
        const setting: Setting = { shape, durability: 'async', through: 'saver', fsync: 'normal' }
        expect(await faultsOf(setting, 5)).toEqual([])
      })
    }

    test('in the shape loop, with each commit flushed to the disk', async () => {
      const setting: Setting = { shape: 'loop', durability: 'sync', through: 'store', fsync: 'full' }
      expect(await faultsOf(setting)).toEqual([])
    })
  },
)
