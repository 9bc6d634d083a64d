import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import type { StoredCheckpoint } from '@cairn/engine'
import { describe, expect, test } from 'vitest'
import { Housekeeper, SqliteStore } from '@cairn/sqlite'
import { checkpointAt, line } from '../commits.ts'
import { temporaryPath } from '../temporary-directory.ts'
import { commitRandom, randomSteps } from './random-thread.ts'

function all(store: SqliteStore): StoredCheckpoint[] {
  return [...store.list({})].map(({ line: of, id }) => store.load(of, id)!)
}

function nearestLeft(
  before: readonly StoredCheckpoint[],
  left: ReadonlySet<string>,
  checkpoint: StoredCheckpoint,
): string | undefined {
  const parents = new Map(before.map(({ line: of, id, parentId }) => [`${of.namespace}/${id}`, parentId]))
  const key = (id: string) => `${checkpoint.line.namespace}/${id}`
  let parent = checkpoint.parentId
  while (parent !== undefined && !left.has(key(parent))) parent = parents.get(key(parent))
  return parent
}

const policy = fc.record(
  {
    keepLast: fc.integer({ min: 1, max: 6 }),
    keepEvery: fc.integer({ min: 2, max: 7 }),
  },
  { requiredKeys: ['keepLast'] },
)

describe('pruning', () => {
  test('leaves what it keeps exactly as it was, and a store that is open goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(randomSteps, policy, async (steps, given) => {
        const path = temporaryPath()
        const store = SqliteStore.open(path)
        const housekeeper = Housekeeper.open(path)
        try {
          await commitRandom(store, 'thread-1', steps)
          const before = all(store)
          const preview = await housekeeper.prune({ policy: given, dryRun: true })
          expect(all(store)).toStrictEqual(before)
          const report = await housekeeper.prune({ policy: given })
          expect(report.removed).toBe(preview.removed)

          const after = all(store)
          expect(after).toHaveLength(before.length - report.removed)
          const left = new Set(after.map(({ line: of, id }) => `${of.namespace}/${id}`))
          const expected = before
            .filter(({ line: of, id }) => left.has(`${of.namespace}/${id}`))
            .map((checkpoint) => ({ ...checkpoint, parentId: nearestLeft(before, left, checkpoint) }))
          expect(after).toStrictEqual(expected)

          const newest = store.load(line)!
          const next = checkpointAt(900, {
            parentId: newest.id,
            changed: { messages: [...((newest.values['messages'] as string[] | undefined) ?? []), 'more'] },
          })
          await store.commit({ line, writes: [], checkpoint: next })
          const fresh = SqliteStore.open(path)
          expect(fresh.load(line)!.values).toStrictEqual({ ...newest.values, ...next.changed })
          fresh.close()
          expect(
            (await housekeeper.prune({ policy: given })).threads.every(({ isComplete }) => isComplete),
          ).toBe(true)
        } finally {
          store.close()
          housekeeper.close()
        }
        const database = new Database(path, { readonly: true })
        expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
        expect(database.pragma('freelist_count', { simple: true })).toBe(0)
        expect(database.prepare('SELECT count(*) FROM thread WHERE unswept = 1').pluck().get()).toBe(0)
        database.close()
      }),
      { numRuns: 60 },
    )
  })
})
