import { expect, test } from 'vitest'
import { median, percentile, spread } from '../src/statistics.ts'

test('the median of an odd number of values is the one in the middle', () => {
  expect(median([10, 1, 5])).toBe(5)
})

test('the median of an even number of values is the mean of the two in the middle', () => {
  expect(median([4, 1, 10, 2])).toBe(3)
})

test('values are ordered as numbers, not as text', () => {
  expect(median([9, 10, 100])).toBe(10)
})

test('finding the median leaves the values as they are', () => {
  const values = [3, 1, 2]
  median(values)
  expect(values).toEqual([3, 1, 2])
})

test('no values have no median', () => {
  expect(() => median([])).toThrow(RangeError)
})

test('a percentile is a value that was found, and the last one stands for all', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentile(values, 0.5)).toBe(50)
  expect(percentile(values, 0.99)).toBe(99)
  expect(percentile(values, 1)).toBe(100)
  expect(percentile([7], 0.01)).toBe(7)
  expect(() => percentile([], 0.5)).toThrow(RangeError)
})

test('the spread is the distance from lowest to highest in parts of the median', () => {
  expect(spread([90, 100, 120])).toBeCloseTo(0.3)
})
