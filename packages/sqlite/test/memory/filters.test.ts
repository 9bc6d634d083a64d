import { expect, test } from 'vitest'
import { openMemory } from './open-memory.ts'

const values = {
  plain: { due: 3, tags: ['a'], place: { city: 'Rome' } },
  date: { due: new Date(5), tags: ['a', 'b'] },
  text: { due: '7', tags: [] },
  missing: {},
}

async function filled() {
  const memory = openMemory()
  await memory.batch(Object.entries(values).map(([key, value]) => ({ namespace: ['n'], key, value })))
  return async (filter: Record<string, unknown>) =>
    (await memory.search([], { filter, limit: Infinity })).map(({ key }) => key)
}

test('dates and texts of digits are compared as numbers', async () => {
  const find = await filled()
  expect(await find({ due: { $gt: 3 } })).toEqual(['date', 'text'])
  expect(await find({ due: { $gte: new Date(3), $lt: '6' } })).toEqual(['plain', 'date'])
  expect(await find({ due: { $lte: 1 } })).toEqual([])
})

test('dates, lists and objects are found by equal ones', async () => {
  const find = await filled()
  expect(await find({ due: new Date(5) })).toEqual(['date'])
  expect(await find({ due: { $in: [new Date(5), 3] } })).toEqual(['plain', 'date'])
  expect(await find({ tags: ['a'] })).toEqual(['plain'])
  expect(await find({ tags: [] })).toEqual(['text'])
  expect(await find({ tags: { $nin: [['a'], []] } })).toEqual(['date', 'missing'])
  expect(await find({ place: { city: 'Rome' } })).toEqual(['plain'])
  expect(await find({ place: { $ne: { city: 'Rome' } } })).toEqual(['date', 'text', 'missing'])
})

test('a field that is missing is undefined', async () => {
  const find = await filled()
  expect(await find({ due: undefined })).toEqual(['missing'])
  expect(await find({ due: { $ne: 3 } })).toEqual(['date', 'text', 'missing'])
})

test('an operator that does not exist, and a list that is none, are errors', async () => {
  const find = await filled()
  await expect(find({ due: { $between: [1, 2] } })).rejects.toMatchObject({
    code: 'MEMORY_ARGUMENT',
    argument: 'filter.due.$between',
    message:
      '"filter.due.$between" is [1,2]. It must be one of $eq, $ne, $gt, $gte, $lt, $lte, $in and $nin.',
  })
  await expect(find({ due: { $in: 'abc' } })).rejects.toMatchObject({ argument: 'filter.due.$in' })
})

test('pages of what a filter finds follow each other', async () => {
  const memory = openMemory()
  await memory.batch(
    Array.from({ length: 50 }, (_, index) => ({
      namespace: ['n', `${index % 7}`],
      key: `${index}`,
      value: index % 5 === 0 ? { even: index % 2 === 0, at: new Date(index) } : { even: index % 2 === 0 },
    })),
  )
  const filter = { even: true }
  const all = await memory.search(['n'], { filter, limit: Infinity })
  expect(all).toHaveLength(25)
  for (let offset = 0; offset < 30; offset += 4) {
    expect(await memory.search(['n'], { filter, limit: 4, offset })).toEqual(all.slice(offset, offset + 4))
  }
})
