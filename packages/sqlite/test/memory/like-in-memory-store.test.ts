// Random programs on LangGraph's store and on ours. What is compared are all results, in full.
import type { IndexConfig, Operation } from '@langchain/langgraph-checkpoint'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SqliteMemory, type SqliteMemoryOptions } from '@cairn/sqlite'
import { indexedOperation, plainOperation } from './operations.ts'
import { ReferenceStore } from './reference-store.ts'
import { LetterEmbeddings } from './toy-embeddings.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1000 }))
afterEach(() => void vi.useRealTimers())

interface Results {
  readonly ours: (readonly unknown[])[]
  readonly langgraphs: (readonly unknown[])[]
}

async function runOnBoth(
  batches: readonly (readonly Operation[])[],
  options: SqliteMemoryOptions = {},
): Promise<Results> {
  const memory = SqliteMemory.open(':memory:', options)
  const reference = new ReferenceStore(options.index as IndexConfig | undefined)
  const results: Results = { ours: [], langgraphs: [] }
  try {
    for (const operations of batches) {
      vi.setSystemTime(Date.now() + 1)
      results.ours.push((await memory.batch(operations)) as readonly unknown[])
      results.langgraphs.push(await referenceResults(reference, operations))
    }
    return results
  } finally {
    memory.close()
  }
}

/** Reads see what was there before the batch; then the last write of each item happens. */
async function referenceResults(
  reference: ReferenceStore,
  operations: readonly Operation[],
): Promise<unknown[]> {
  const results: unknown[] = []
  const writes = new Map<string, Operation>()
  for (const operation of operations) {
    if ('value' in operation) writes.set(JSON.stringify([operation.namespace, operation.key]), operation)
    results.push('value' in operation ? null : await reference.run(operation))
  }
  for (const write of writes.values()) await reference.run(write)
  return results
}

const programs = (operation: fc.Arbitrary<Operation>) =>
  fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 25 })

test('random programs give what they give on InMemoryStore', async () => {
  await fc.assert(
    fc.asyncProperty(programs(plainOperation), async (batches) => {
      const { ours, langgraphs } = await runOnBoth(batches)
      expect(ours).toStrictEqual(langgraphs)
    }),
    { numRuns: 300 },
  )
})

test.for(['sqlite-vec', 'javascript'] as const)(
  'random programs with a model give what they give on InMemoryStore, compared by %s',
  async (engine) => {
    const fields = fc.option(fc.constantFrom(['text'], ['tags[*]', 'text'], ['$', 'x']), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(programs(indexedOperation), fields, async (batches, indexed) => {
        const index = { dims: 5, embeddings: new LetterEmbeddings(5), engine }
        const { ours, langgraphs } = await runOnBoth(batches, {
          index: indexed === undefined ? index : { ...index, fields: indexed },
        })
        expect(ours).toStrictEqual(langgraphs)
      }),
      { numRuns: 200 },
    )
  },
)
