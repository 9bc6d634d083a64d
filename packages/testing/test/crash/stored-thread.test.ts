import { describe, expect, test } from 'vitest'
import { type Commit, INTERRUPT, type NewCheckpoint } from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { lineFaults, readThread, recordedTasks } from '@cairn/testing/crash'

const nodeId = '0d5f1c4e-9a51-5c8e-b0a4-1f2d3c4b5a69'
const questionId = 'c0ffee00c0ffee00c0ffee00c0ffee00'

function checkpoint(id: string, parentId: string | undefined, step: number): NewCheckpoint {
  return {
    id,
    parentId,
    createdAt: '2026-01-01T00:00:00.000Z',
    metadata: { source: step < 0 ? 'input' : 'loop', step, parents: {} },
    versions: {},
    seen: {},
    changed: {},
    removed: [],
  }
}

async function threadOf(...commits: Omit<Commit, 'line'>[]) {
  const store = new MemoryStore()
  for (const commit of commits)
    store.commit({ line: { threadId: 't', namespace: `sub:${nodeId}` }, ...commit })
  return readThread(store, 't')
}

const asks = {
  writes: [
    {
      checkpointId: 'a',
      taskId: nodeId,
      taskPath: '',
      writes: [[INTERRUPT, [{ id: questionId, value: 'sure?' }]]] as const,
    },
  ],
}

describe('what was recorded on a thread', () => {
  test('is told without ids', async () => {
    const thread = await threadOf({ writes: [], checkpoint: checkpoint('a', undefined, -1) }, asks)
    expect(recordedTasks(thread)).toEqual([
      `sub:<id> -1: [ [ '__interrupt__', [ { id: '<id>', value: 'sure?' } ] ] ]`,
      'sub:<id> -1: input',
    ])
  })

  test('tells a task that was recorded twice from one that was recorded once', async () => {
    const other = nodeId.replace('0d5f', '1d5f')
    const twice = { writes: [asks.writes[0]!, { ...asks.writes[0]!, taskId: other }] }
    const begin = { writes: [], checkpoint: checkpoint('a', undefined, -1) }
    expect(recordedTasks(await threadOf(begin, twice))).toHaveLength(3)
  })
})

describe('checkpoints that are one unbroken line', () => {
  test('have no faults', async () => {
    const thread = await threadOf(
      { writes: [], checkpoint: checkpoint('a', undefined, -1) },
      { writes: [], checkpoint: checkpoint('b', 'a', 0) },
    )
    expect(lineFaults(thread)).toEqual([])
  })

  test('have no fork and leave out no step', async () => {
    const thread = await threadOf(
      { writes: [], checkpoint: checkpoint('a', undefined, -1) },
      { writes: [], checkpoint: checkpoint('b', 'a', 0) },
      { writes: [], checkpoint: checkpoint('c', 'a', 0) },
      { writes: [], checkpoint: checkpoint('d', 'c', 2) },
    )
    expect(lineFaults(thread)).toEqual([
      `checkpoint c (step 0) of line "sub:${nodeId}" has parent a, not b`,
      `checkpoint c (step 0) of line "sub:${nodeId}" comes after step 0`,
      `checkpoint d (step 2) of line "sub:${nodeId}" comes after step 0`,
    ])
  })
})
