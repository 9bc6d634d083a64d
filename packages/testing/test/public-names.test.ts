import { expect, test } from 'vitest'

test('public names', async () => {
  expect(Object.keys(await import('@cairn/testing')).toSorted()).toMatchInlineSnapshot(`
    [
      "storeConformance",
    ]
  `)
})
