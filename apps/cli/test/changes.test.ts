import { expect, test } from 'vitest'
import { describeChanges } from '../src/changes.ts'
import { view } from './view.ts'

function changes(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const versions = (number: number, values: object): Record<string, number> =>
    Object.fromEntries(Object.keys(values).map((channel) => [channel, number]))
  return describeChanges(
    view({ values: before, versions: versions(1, before) }),
    view({ values: after, versions: versions(2, after) }),
  )
}

test.each([
  ['a number that grew', { count: 1 }, { count: 2 }, 'count 1 → 2'],
  ['a value where none was', {}, { topic: 'cairns' }, 'topic = "cairns"'],
  ['a long text', { draft: 'x'.repeat(30) }, { draft: 'y'.repeat(30) }, 'draft changed'],
  ['an object', { plan: { a: 1 } }, { plan: { a: 2 } }, 'plan changed'],
  ['elements at the end of a list', { notes: ['a'] }, { notes: ['a', 'b', 'c'] }, 'notes +2'],
  ['the first elements of a list', {}, { notes: ['a', 'b'] }, 'notes +2'],
  ['a list with fewer elements', { notes: ['a', 'b', 'c'] }, { notes: ['c'] }, 'notes 3 → 1 elements'],
  ['an element in the middle of a list', { notes: ['a', 'b'] }, { notes: ['a', 'c'] }, 'notes changed'],
  ['a value that is gone', { topic: 'cairns' }, {}, 'topic removed'],
])('%s is told in a few words', (_, before, after, text) => {
  expect(changes(before, after)).toEqual([text])
})

test('a channel that was written with the value it had did not change', () => {
  expect(
    changes({ count: 1, plan: { a: [1] }, notes: [] }, { count: 1, plan: { a: [1] }, notes: [] }),
  ).toEqual([])
})

test('a channel that nobody wrote is not looked at', () => {
  const before = view({ values: { count: 1 }, versions: { count: 1 } })
  expect(describeChanges(before, view({ values: { count: 2 }, versions: { count: 1 } }))).toEqual([])
})

test('defaults that nobody wrote are no change of the first checkpoint', () => {
  expect(describeChanges(undefined, view({ values: { notes: [] }, versions: {} }))).toEqual([])
})
