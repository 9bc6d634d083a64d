import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/codec/index.ts'
import { editBetween } from '../../src/transfer/json-edit.ts'
import { KnownValue } from '../../src/transfer/known-value.ts'

const codec = createCodec()
const known = (value: unknown): KnownValue => new KnownValue(codec.encode(value))

describe('how a value came from another one', () => {
  test('is told without parsing as it is told with it', () => {
    const element = fc.constantFrom<unknown>(
      1,
      12,
      'a',
      ']',
      ',',
      '"',
      [],
      [1],
      {},
      { a: [1] },
      null,
      new Date(0),
      undefined,
    )
    const list = fc.array(element, { maxLength: 5 })
    const value = fc.oneof(list, list, element)
    fc.assert(
      fc.property(value, value, list, (before, other, added) => {
        const after = Array.isArray(before) ? [...(before as unknown[]), ...added] : other
        for (const each of [after, other]) {
          const [first, second] = [known(before), known(each)]
          expect(second.editFrom(first)).toEqual(editBetween(first.json, second.json))
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('counts on from list to list', () => {
    const one = known([new Date(0)])
    const two = known([new Date(0), 2])
    const four = known([new Date(0), 2, 3, 4])
    expect(two.editFrom(one)).toEqual({ keys: { $cairn: { splice: [1, 0, [2]] } } })
    expect(four.editFrom(two)).toEqual({ keys: { $cairn: { splice: [2, 0, [3, 4]] } } })
  })
})
