import type { Line, Store } from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { exportThreads, importThreads } from '@cairn/engine/transfer'
import { SqliteStore } from '@cairn/sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { randomHistory } from '../../testing/src/store-conformance/random-history.ts'
import { temporaryPath } from './temporary-directory.ts'

const line: Line = { threadId: 'thread-1', namespace: '' }

function open(path = temporaryPath()): SqliteStore {
  const store = SqliteStore.open(path)
  onTestFinished(() => store.close())
  return store
}

async function textOf(store: Store): Promise<string> {
  const lines: string[] = []
  for await (const text of exportThreads(store)) lines.push(text)
  return lines.join('')
}

describe('threads of a file', () => {
  test('are the same text after they went to another file, and to memory and back', async () => {
    const store = open()
    for (const { checkpoint } of randomHistory(400)) await store.commit({ line, writes: [], checkpoint })
    const text = await textOf(store)
    const copy = open()
    await importThreads(copy, [text])
    expect(await textOf(copy)).toBe(text)
    const memory = new MemoryStore()
    await importThreads(memory, exportThreads(copy))
    const back = open()
    await importThreads(back, exportThreads(memory))
    expect(await textOf(back)).toBe(text)
  })

  test('are what they were at every checkpoint', async () => {
    const history = randomHistory(150)
    const store = open()
    for (const { checkpoint } of history) await store.commit({ line, writes: [], checkpoint })
    const copy = open()
    await importThreads(copy, exportThreads(store))
    for (const { checkpoint, values } of history) {
      expect(copy.load(line, checkpoint.id)!.values).toStrictEqual(values)
    }
  })

  test('are replaced while they are there, and stay when what comes is damaged', async () => {
    const store = open()
    const [first, ...rest] = randomHistory(50)
    await store.commit({ line, writes: [], checkpoint: first!.checkpoint })
    const other = open()
    for (const { checkpoint } of [first!, ...rest]) await other.commit({ line, writes: [], checkpoint })
    const [before, after] = [await textOf(store), await textOf(other)]
    const damaged = after.replace('"thread-end","checkpoints":50', '"thread-end","checkpoints":51')
    await expect(importThreads(store, [damaged], { onConflict: 'replace' })).rejects.toMatchObject({
      code: 'EXPORT_INVALID',
    })
    expect(await textOf(store)).toBe(before)
    await importThreads(store, [after], { onConflict: 'replace' })
    expect(await textOf(store)).toBe(after)
  })
})

test('public names of the reader of LangGraph databases', async () => {
  expect(Object.keys(await import('@cairn/sqlite/langgraph')).toSorted()).toEqual([
    'LanggraphReadOnlyError',
    'LanggraphStore',
    'NotLanggraphDatabaseError',
    'UnreadableRecordError',
    'isLanggraphDatabase',
  ])
})
