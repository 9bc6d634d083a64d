import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLabelTables } from '../../src/threads/create-label-tables.ts'
import { ThreadLabels } from '../../src/threads/thread-labels.ts'

let database: Database.Database
let labels: ThreadLabels

beforeEach(() => {
  database = new Database(':memory:')
  createLabelTables(database)
  labels = new ThreadLabels(database)
})
afterEach(() => database.close())

describe('tags', () => {
  test('are kept once each, sorted', () => {
    labels.tag('t', ['vip', 'trip', 'vip'])
    labels.tag('t', ['trip'])
    expect(labels.of('t')).toEqual({ tags: ['trip', 'vip'], metadata: {} })
  })

  test('are taken off again', () => {
    labels.tag('t', ['a', 'b'])
    labels.untag('t', ['a', 'never'])
    expect(labels.of('t').tags).toEqual(['b'])
  })

  test('find the threads that have them', () => {
    labels.tag('two', ['x'])
    labels.tag('one', ['x', 'y'])
    expect(labels.threadsTagged('x')).toEqual(['one', 'two'])
    expect(labels.threadsTagged('z')).toEqual([])
  })

  test('that are empty are refused, and none of the call is set', () => {
    expect(() => labels.tag('t', ['a', ''])).toThrow('A tag must be a text that is not empty.')
    expect(() => labels.tag('', ['a'])).toThrow('The id of a thread must be a text that is not empty.')
    expect(labels.of('t').tags).toEqual([])
  })
})

describe('metadata', () => {
  test('is set key by key; undefined removes one', () => {
    labels.setMetadata('t', { user: 'ada', plan: { seats: 3 } })
    labels.setMetadata('t', { user: 'grace', plan: undefined, score: 1.5 })
    expect(labels.of('t')).toEqual({ tags: [], metadata: { score: 1.5, user: 'grace' } })
  })

  test('finds threads by equal values, whatever the order of keys', () => {
    labels.setMetadata('t', { place: { city: 'Bern', country: 'CH' } })
    labels.setMetadata('u', { place: 'Bern' })
    expect(labels.threadsWith('place', { country: 'CH', city: 'Bern' })).toEqual(['t'])
    expect(labels.threadsWith('place', 'Bern')).toEqual(['u'])
    expect(labels.threadsWith('country', 'CH')).toEqual([])
  })

  test.each([new Date(0), NaN, () => {}, 1n, [undefined], new Map()])(
    'that is no JSON is refused: %s',
    (value) => {
      const metadata = { good: 1, bad: value as unknown as string }
      expect(() => labels.setMetadata('t', metadata)).toThrow(
        'The metadata "bad" cannot be kept. It must be JSON data',
      )
      expect(labels.of('t').metadata).toEqual({})
    },
  )

  test('may have awkward keys', () => {
    const metadata = JSON.parse('{"__proto__": {"a": 1}, "": 2}') as Record<string, number>
    labels.setMetadata('t', metadata)
    expect(Object.entries(labels.of('t').metadata)).toEqual([
      ['', 2],
      ['__proto__', { a: 1 }],
    ])
  })
})

test('a deleted thread has no labels, another one keeps its own', () => {
  for (const thread of ['t', 'u']) {
    labels.tag(thread, ['a'])
    labels.setMetadata(thread, { b: 1 })
  }
  labels.deleteThread('t')
  expect(labels.of('t')).toEqual({ tags: [], metadata: {} })
  expect(labels.of('u')).toEqual({ tags: ['a'], metadata: { b: 1 } })
})
