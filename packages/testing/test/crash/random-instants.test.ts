import { expect, test } from 'vitest'
import { describeInstant, randomInstant, randomNumbers } from '@cairn/testing/crash'

function instants(seed: number, count: number) {
  const random = randomNumbers(seed)
  return Array.from({ length: count }, () => randomInstant(random, 40))
}

test('a seed always gives the same instants, and another seed gives others', () => {
  expect(instants(7, 50)).toEqual(instants(7, 50))
  expect(instants(7, 50)).not.toEqual(instants(8, 50))
})

test('instants lie after every point of the run, from 1 to 4000 µs', () => {
  const many = instants(1, 5000)
  expect([...new Set(many.map(({ points }) => points))].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 40 }, (_, index) => index + 1),
  )
  const delays = many.map(({ microseconds }) => microseconds)
  expect(Math.min(...delays)).toBe(1)
  expect(Math.max(...delays)).toBeLessThanOrEqual(4000)
  expect(delays.filter((delay) => delay < 63).length / delays.length).toBeCloseTo(0.5, 1)
})

test('an instant is told in words', () => {
  expect(describeInstant({ kind: 'at', point: 'before-commit', occurrence: 3 })).toBe('at before-commit #3')
  expect(describeInstant({ kind: 'after', points: 17, microseconds: 41 })).toBe('41 µs after point 17')
})
