import { ERROR, INTERRUPT, NO_WRITES, RESUME } from '@cairn/engine'
import { expect, test } from 'vitest'
import { isUnfinished } from '../../src/retention/unfinished.ts'

test('a task that asks is unfinished until it has written', () => {
  expect(isUnfinished([['a', INTERRUPT]], false)).toBe(true)
  expect(isUnfinished([['a', INTERRUPT]], true)).toBe(true)
  const answered = [
    ['a', INTERRUPT],
    ['a', RESUME],
  ] as const
  expect(isUnfinished(answered, false)).toBe(true)
  expect(isUnfinished([...answered, ['a', NO_WRITES]], false)).toBe(false)
  expect(isUnfinished([...answered, ['b', 'note']], false)).toBe(true)
})

test('a task that failed is unfinished unless it has written since, or the graph went on', () => {
  expect(isUnfinished([['a', ERROR]], false)).toBe(true)
  expect(isUnfinished([['a', ERROR]], true)).toBe(false)
  expect(
    isUnfinished(
      [
        ['a', ERROR],
        ['a', 'note'],
      ],
      false,
    ),
  ).toBe(false)
})

test('tasks that wrote are finished', () => {
  expect(isUnfinished([['a', 'note']], false)).toBe(false)
  expect(isUnfinished([], false)).toBe(false)
})
