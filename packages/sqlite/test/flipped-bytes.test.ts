// Changes single bytes of a file behind the store's back: whatever is read afterwards is what was stored, or an error
// that says what is damaged.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import type { StoredCheckpoint } from '@cairn/engine'
import { SqliteStore, StoreError } from '@cairn/sqlite'
import { describe, expect, test } from 'vitest'
import { line } from './commits.ts'
import { hashOf, soundStore } from './sound-store.ts'

interface Found {
  readonly errors: readonly unknown[]
  readonly missing: number
  readonly wrong: number
}

/** Loads each checkpoint from the file, and looks whether it is as it was. */
function readAll(path: string, checkpoints: readonly StoredCheckpoint[]): Found {
  const errors: unknown[] = []
  let [missing, wrong] = [0, 0]
  try {
    const store = SqliteStore.open(path)
    try {
      for (const checkpoint of checkpoints) {
        try {
          const loaded = store.load(line, checkpoint.id)
          if (loaded === undefined || lacksWrites(loaded, checkpoint)) missing++
          else if (!isDeepStrictEqual({ ...loaded }, checkpoint)) wrong++
        } catch (error) {
          errors.push(error)
        }
      }
    } finally {
      store.close()
    }
  } catch (error) {
    errors.push(error)
  }
  return { errors, missing, wrong }
}

/** SQLite does not find the row of a task, and the rest is as it was. */
function lacksWrites(loaded: StoredCheckpoint, checkpoint: StoredCheckpoint): boolean {
  const none = { writes: [], taskPaths: {} }
  const isSameElse = isDeepStrictEqual({ ...loaded, ...none }, { ...checkpoint, ...none })
  return loaded.writes.length < checkpoint.writes.length && isSameElse
}

/** The same numbers each time, so that a failure can be seen again. */
function randomNumbers(): (below: number) => number {
  let state = 11
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function flipped(given: unknown, random: (below: number) => number): unknown {
  if (typeof given === 'number') return given ^ (1 << random(16))
  if (typeof given === 'string') {
    const at = random(given.length)
    return (
      given.slice(0, at) + String.fromCharCode(given.charCodeAt(at) ^ (1 << random(6))) + given.slice(at + 1)
    )
  }
  const bytes = Buffer.from(given as Buffer)
  bytes[random(bytes.length)]! ^= 1 << random(8)
  return bytes
}

/** Reads a copy in which a bit was flipped: what it gives must be right, and what it misses be found by a check. */
function expectSeen(
  copy: string,
  checkpoints: readonly StoredCheckpoint[],
  where: string,
): 'reported' | 'harmless' | 'checked' {
  const { errors, missing, wrong } = readAll(copy, checkpoints)
  expect({ where, wrong }).toEqual({ where, wrong: 0 })
  expect(errors.filter((error) => !(error instanceof StoreError))).toEqual([])
  if (errors.length > 0) return 'reported'
  if (missing === 0) return 'harmless'
  expect({ where, found: integrityOf(copy) }).not.toEqual({ where, found: 'ok' })
  return 'checked'
}

describe('a file in which one bit has changed', () => {
  test.each([
    ['value', 'id', ['sum', 'data']],
    [
      'entry',
      'checkpoint, task',
      ['sum', 'data', 'head', 'parent', 'depth', 'created', 'path', 'shape', 'format'],
    ],
  ])(
    'in a row of %s is reported by every read that needs the row',
    async (table, order, columns) => {
      const { path, checkpoints } = await soundStore()
      const copy = `${path}.copy`
      const random = randomNumbers()
      for (let round = 0; round < 60; round++) {
        copyFileSync(path, copy)
        const column = columns[round % columns.length]!
        const database = new Database(copy)
        const rows = database
          .prepare(`SELECT ${column} FROM ${table} WHERE ${column} IS NOT NULL ORDER BY ${order}`)
          .pluck()
        const all = rows.all()
        const at = random(all.length)
        const change = `UPDATE ${table} SET ${column} = ? WHERE (${order}) =
        (SELECT ${order} FROM ${table} WHERE ${column} IS NOT NULL ORDER BY ${order} LIMIT 1 OFFSET ?)`
        database.prepare(change).run(flipped(all[at], random), at)
        database.close()
        const { errors, ...rest } = readAll(copy, checkpoints)
        const codes = new Set(errors.map((error) => (error as StoreError).code))
        expect({ round, column, ...rest }).toEqual({ round, column, missing: 0, wrong: 0 })
        expect(errors.length).toBeGreaterThan(0)
        expect(
          [...codes].filter((code) => code !== 'STORE_CORRUPT' && code !== 'STORE_UNREADABLE_VALUE'),
        ).toEqual([])
      }
    },
    60_000,
  )

  test('anywhere is reported, unless nothing that is read has changed, or found by a check of the file', async () => {
    const { path, checkpoints } = await soundStore()
    const sound = readFileSync(path)
    const copy = `${path}.copy`
    const random = randomNumbers()
    const seen = { reported: 0, harmless: 0, checked: 0 }
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(sound)
      const at = random(bytes.length)
      bytes[at]! ^= 1 << random(8)
      writeFileSync(copy, bytes)
      seen[expectSeen(copy, checkpoints, `byte ${at}`)]++
    }
    expect(seen.reported).toBeGreaterThan(100)
  }, 120_000)
})

test.each(['messages', '~__pregel_pull, act', 'thread-1', hashOf('{}')])(
  'a bit that has changed in a name that is used everywhere is reported, or found by a check of the file: %s',
  async (name) => {
    const { path, checkpoints } = await soundStore()
    const sound = readFileSync(path)
    const copy = `${path}.copy`
    let occurrences = 0
    for (let at = sound.indexOf(name); at !== -1; at = sound.indexOf(name, at + 1)) {
      const bytes = Buffer.from(sound)
      bytes[at + 2]! ^= 1
      writeFileSync(copy, bytes)
      expectSeen(copy, checkpoints, `byte ${at + 2}`)
      occurrences++
    }
    expect(occurrences).toBeGreaterThan(1)
  },
)

function integrityOf(path: string): unknown {
  try {
    const database = new Database(path)
    const found = database.pragma('integrity_check(1)', { simple: true })
    database.close()
    return found
  } catch (error) {
    return error
  }
}
