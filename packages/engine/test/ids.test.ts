import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemIds, uuid5 } from '../src/index.ts'

describe('a checkpoint id', () => {
  test('sorts after every id before it, a hundred thousand in a row', () => {
    const ids: string[] = []
    let parentId: string | undefined
    for (let step = -1; step < 100_000; step++) ids.push((parentId = systemIds.checkpointId(step, parentId)))
    expect(ids.every((id, index) => index === 0 || id > ids[index - 1]!)).toBe(true)
  })

  test('sorts after ids of other threads that were made in between', () => {
    const parentId = systemIds.checkpointId(0, undefined)
    const other = systemIds.checkpointId(7, undefined)
    expect(systemIds.checkpointId(1, parentId) > other).toBe(true)
  })

  test('is a UUID of version 6 that shows the step', () => {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-6[0-9a-f]{3}-([0-9a-f]{4})-[0-9a-f]{12}$/
    const shown = [-1, 0, 5, 0x7fff].map((step) => pattern.exec(systemIds.checkpointId(step, undefined))![1])
    expect(shown).toEqual(['ffff', '8000', '8005', 'ffff'])
  })

  test('holds the time at which it was made', () => {
    const before = Date.now()
    const id = systemIds.checkpointId(0, undefined)
    expect(Math.abs(msOf(id) - before)).toBeLessThan(1000)
  })

  test('sorts after a parent whose clock was ahead, and so do those after it', () => {
    const future = '2fffffff-ffff-6fff-8000-0123456789ab'
    const child = systemIds.checkpointId(1, future)
    expect(child > future).toBe(true)
    expect(systemIds.checkpointId(2, child) > child).toBe(true)
  })

  test('sorts after any parent of version 6, whatever its time', () => {
    const digits = fc.stringMatching(
      /^[0-9a-e][0-9a-f]{7}-[0-9a-f]{4}-6[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    fc.assert(
      fc.property(digits, fc.nat(0xffff), (parentId, step) => {
        const id = systemIds.checkpointId(step, parentId)
        expect(id > parentId).toBe(true)
        expect(systemIds.checkpointId(step, id) > id).toBe(true)
      }),
    )
  })
})

/** Milliseconds since the epoch, from the 60 bits of time in a UUID of version 6. */
function msOf(id: string): number {
  const ticks = BigInt(`0x${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(15, 18)}`)
  return Number(ticks / 10_000n) - 12_219_292_800_000
}

describe('a task id', () => {
  // RFC 9562, appendix A.4; the others from Python's uuid.uuid5.
  test.each([
    ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com', '2ed6657d-e927-568b-95e1-2665a8aea6a2'],
    ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'python.org', '886313e1-3b8a-5372-9b90-0c9aee199e5d'],
    ['6ba7b811-9dad-11d1-80b4-00c04fd430c8', '', '1b4db7eb-4057-5ddf-91e0-36dec72071f5'],
    ['00000000-0000-0000-0000-000000000000', 'Grüße', '0447f1cd-8daa-5f32-b008-2ca3c1590240'],
  ])('in %s of %j is %s', (namespace, text, id) => {
    expect(uuid5(namespace, text)).toBe(id)
  })

  test('depends on the namespace and on the text, and on nothing else', () => {
    const [one, other] = [systemIds.checkpointId(0, undefined), systemIds.checkpointId(0, undefined)]
    expect(systemIds.taskId(one, 'a')).toBe(systemIds.taskId(one, 'a'))
    expect(
      new Set([systemIds.taskId(one, 'a'), systemIds.taskId(one, 'b'), systemIds.taskId(other, 'a')]).size,
    ).toBe(3)
  })
})

test('a passing id has the form of a UUID and is never given twice', () => {
  const ids = Array.from({ length: 10_000 }, () => systemIds.passingId())
  expect(new Set(ids).size).toBe(10_000)
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4000-8000-[0-9a-f]{12}$/)
})
