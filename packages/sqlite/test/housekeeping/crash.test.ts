// Housekeeping that is killed at any instant leaves a store that is whole, and is gone on with by the next one.
import { copyFileSync } from 'node:fs'
import { Housekeeper, SqliteStore } from '@cairn/sqlite'
import { CrashingProgram, describeInstant, randomInstant, randomNumbers } from '@cairn/testing/crash'
import type { StoredCheckpoint } from '@cairn/engine'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { superstep } from '../commits.ts'
import { sourceArguments, sourceRoot } from '../child-process.ts'
import { temporaryPath } from '../temporary-directory.ts'
import { encryptionWith } from './keys.ts'

const nodeArguments = sourceArguments('housekeeping/housekeeping-process.ts')
const file = nodeArguments.pop()!
const program = new CrashingProgram({ file, nodeArguments, cwd: sourceRoot })
afterAll(() => program.close())

/** A store with one thread of 300 checkpoints, in which a list grows. */
async function makeStore(path: string, options: Parameters<typeof SqliteStore.open>[1] = {}): Promise<void> {
  const store = SqliteStore.open(path, options)
  const messages: string[] = []
  for (let number = 0; number < 300; number++) {
    messages.push(`message ${number} `.repeat(20))
    await store.commit(superstep(number, number % 3 === 0 ? { messages: [...messages] } : {}))
  }
  store.close()
}

function contentOf(path: string, options: Parameters<typeof SqliteStore.open>[1] = {}): StoredCheckpoint[] {
  const store = SqliteStore.open(path, options)
  const content = [...store.list({})].map(({ line: of, id }) => store.load(of, id)!)
  store.close()
  const database = new Database(path, { readonly: true })
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  database.close()
  return content
}

/** Instants in a run that passes so many points, spread over all of it. */
const killsEach = 5

async function killEach(
  action: string,
  prepare: (path: string) => Promise<void>,
  check: (path: string) => Promise<void>,
): Promise<void> {
  const original = temporaryPath()
  await prepare(original)
  const whole = temporaryPath()
  copyFileSync(original, whole)
  const { points } = await program.run([whole, action])
  expect(points.length).toBeGreaterThan(3)
  const random = randomNumbers(20261121)
  for (let kill = 0; kill < killsEach; kill++) {
    const path = temporaryPath()
    copyFileSync(original, path)
    const instant = randomInstant(random, points.length)
    await program.run([path, action], instant)
    try {
      await check(path)
    } catch (error) {
      throw new Error(`Killed ${describeInstant(instant)}: ${(error as Error).message}`, { cause: error })
    }
  }
}

test('pruning that is killed has changed nothing of what is left, and the next one completes it', async () => {
  let before: StoredCheckpoint[] = []
  await killEach(
    'prune',
    async (path) => {
      await makeStore(path)
      before = contentOf(path)
    },
    async (path) => {
      const expectUnchanged = (left: readonly StoredCheckpoint[]) => {
        const ids = new Set(left.map(({ id }) => id))
        const expected = before.filter(({ id }) => ids.has(id))
        expect(left).toStrictEqual(
          expected.map((checkpoint, at) => ({ ...checkpoint, parentId: expected[at + 1]?.id })),
        )
      }
      expectUnchanged(contentOf(path))
      const housekeeper = Housekeeper.open(path)
      await housekeeper.prune({ policy: { keepLast: 3, keepEvery: 25 } })
      housekeeper.close()
      const left = contentOf(path)
      expectUnchanged(left)
      expect(left.map(({ metadata }) => metadata.step)).toEqual([
        299, 298, 297, 275, 250, 225, 200, 175, 150, 125, 100, 75, 50, 25, 0,
      ])
      const database = new Database(path, { readonly: true })
      expect(database.prepare('SELECT count(*) FROM thread WHERE unswept = 1').pluck().get()).toBe(0)
      database.close()
    },
  )
})

test('a rotation that is killed leaves every row readable, and the next one completes it', async () => {
  let before: StoredCheckpoint[] = []
  const old = { encryption: encryptionWith('old') }
  await killEach(
    'rotate',
    async (path) => {
      await makeStore(path, old)
      before = contentOf(path, old)
    },
    async (path) => {
      expect(contentOf(path, old)).toStrictEqual(before)
      const housekeeper = Housekeeper.open(path, { encryption: encryptionWith('new') })
      expect((await housekeeper.rotateKey()).unusedKeys).toEqual(['old'])
      housekeeper.close()
      expect(contentOf(path, { encryption: encryptionWith('new') })).toStrictEqual(before)
    },
  )
})

test('an erasure that is killed leaves a store that is whole, and the next one completes it', async () => {
  let before = ''
  await killEach(
    'erase',
    async (path) => {
      await makeStore(path)
      before = JSON.stringify(contentOf(path))
    },
    async (path) => {
      expect(JSON.stringify(contentOf(path)).replaceAll('message 7 ', '[erased]')).toBe(
        before.replaceAll('message 7 ', '[erased]'),
      )
      const housekeeper = Housekeeper.open(path)
      expect((await housekeeper.eraseText('message 7 ')).left).toEqual([])
      housekeeper.close()
      expect(JSON.stringify(contentOf(path))).toBe(before.replaceAll('message 7 ', '[erased]'))
    },
  )
})
