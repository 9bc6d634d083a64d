import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RESUME } from '@cairn/engine'
import { CrashLab } from './crash-lab.ts'
import { drive, openQuestions } from './drive.ts'
import type { Setting, ThreadFiles } from './open-thread.ts'
import { outcomeOf, storedThread, withThread } from './outcome.ts'
import { parallelQuestions } from './shapes/parallel-questions.ts'
import { question } from './shapes/question.ts'

let lab: CrashLab
beforeAll(async () => {
  lab = await CrashLab.open()
})
afterAll(() => lab.close())

describe('a thread whose process was killed, gone on with without an answer,', { timeout: 300_000 }, () => {
  for (const { name: shape, answers } of [question, parallelQuestions]) {
    test(`uses the answers that were saved, and no others (${shape})`, async () => {
      const setting: Setting = { shape, durability: 'async', through: 'store', fsync: 'normal' }
      const { points, outcome } = await lab.reference(setting)
      const commits = points.filter((point) => point === 'after-commit').length
      const used = new Set<unknown>()
      const keptOpen = new Set<unknown>()
      for (let occurrence = 1; occurrence <= commits; occurrence++) {
        const files = lab.newThread(shape)
        await lab.run(setting, files, { kind: 'at', point: 'after-commit', occurrence })
        const saved = await savedAnswers(setting, files)
        await withThread(setting, files, async (thread) => {
          const { graph, config } = thread
          const asked = openQuestions(await graph.getState(config)).map(({ value }) => String(value))
          if (asked.length > 0) await graph.invoke(null, config)
          const open = new Set(openQuestions(await graph.getState(config)).map(({ value }) => value))
          for (const asks of asked) {
            const isSaved = saved.has(answers![asks])
            expect([occurrence, asks, open.has(asks)]).toEqual([occurrence, asks, !isSaved])
            if (isSaved) used.add(asks)
            else keptOpen.add(asks)
          }
          await drive(thread)
        })
        expect((await outcomeOf(setting, files)).values).toEqual(outcome.values)
      }
      expect(used.size).toBeGreaterThan(0)
      expect(keptOpen).toEqual(new Set(Object.keys(answers!)))
    })
  }
})

/** Answers that lie anywhere in the thread, used or not. All answers of a shape differ. */
async function savedAnswers(setting: Setting, files: ThreadFiles): Promise<Set<unknown>> {
  const thread = await storedThread(setting, files)
  const writes = thread.flatMap((checkpoint) => checkpoint.writes)
  return new Set(writes.filter(([, channel]) => channel === RESUME).flatMap(([, , answer]) => answer))
}
