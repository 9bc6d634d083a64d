import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CrashLab } from './crash-lab.ts'
import { drive } from './drive.ts'
import { type Job, perform } from './job.ts'
import type { Setting, ThreadFiles } from './open-thread.ts'
import { type Outcome, outcomeFaults, outcomeOf, storageFaults, withThread } from './outcome.ts'

interface Case {
  readonly what: string
  readonly setting: Setting
  /** How far the thread has come: to its end, or to its first question. */
  readonly isAtEnd: boolean
  readonly job: Job & { readonly kind: 'edit' }
}

const store = { durability: 'async', through: 'store', fsync: 'normal' } as const
const cases: readonly Case[] = [
  {
    what: 'a thread that has ended',
    setting: { ...store, shape: 'loop' },
    isAtEnd: true,
    job: { kind: 'edit', values: { count: 2, log: ['edited'] }, asNode: 'work' },
  },
  {
    what: 'a thread that waits for an answer',
    setting: { ...store, shape: 'question' },
    isAtEnd: false,
    job: { kind: 'edit', values: { log: ['edited'] }, asNode: 'before' },
  },
  {
    what: 'a thread that has nested graphs',
    setting: { ...store, shape: 'nested' },
    isAtEnd: true,
    job: { kind: 'edit', values: { round: 1, log: ['edited'] }, asNode: 'begin' },
  },
]

let lab: CrashLab
beforeAll(async () => {
  lab = await CrashLab.open()
})
afterAll(() => lab.close())

async function newThread({ setting, isAtEnd }: Case): Promise<ThreadFiles> {
  const files = lab.newThread(setting.shape)
  await withThread(setting, files, async (thread) => {
    if (isAtEnd) await drive(thread)
    else await thread.graph.invoke(thread.shape.input, thread.config)
  })
  return files
}

/** Edits and drives in this process, and tells what the thread was after each of both. */
async function editHere({ setting, job }: Case, files: ThreadFiles): Promise<[Outcome, Outcome]> {
  await withThread(setting, files, (thread) => perform(job, thread))
  const edited = await outcomeOf(setting, files)
  await withThread(setting, files, drive)
  return [edited, await outcomeOf(setting, files)]
}

describe('a process that is killed while it edits', { timeout: 300_000 }, () => {
  for (const given of cases) {
    test(`has edited ${given.what} whole or not at all`, async () => {
      const { setting, job } = given
      const untouched = await newThread(given)
      const before = await outcomeOf(setting, untouched)
      const [edited, driven] = await editHere(given, untouched)
      const { points } = await lab.run(setting, await newThread(given), undefined, job)

      const found: string[] = []
      for (const [index, point] of points.entries()) {
        const occurrence = points.slice(0, index + 1).filter((other) => other === point).length
        const files = await newThread(given)
        const { kind } = await lab.run(setting, files, { kind: 'at', point, occurrence }, job)
        expect(kind).toBe('killed')
        found.push(...(await storageFaults(setting, files)))
        const killed = await outcomeOf(setting, files)
        const isEdited = killed.recorded.some((line) => line.endsWith(': update'))
        const faults = outcomeFaults(isEdited ? edited : before, killed)
        found.push(...faults.map((fault) => `${point} #${occurrence}: ${fault}`))
        if (isEdited) continue
        const [again, drivenAgain] = await editHere(given, files)
        found.push(...outcomeFaults(edited, again), ...outcomeFaults(driven, drivenAgain))
      }
      expect(found).toEqual([])
    })
  }
})
