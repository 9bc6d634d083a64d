import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdit, editBetween, type Edit, type Json } from '../../src/transfer/json-edit.ts'

describe('an edit', () => {
  const long = 'a text of more than thirty-two characters'
  test.each<[string, Json, Json, Edit | undefined]>([
    ['of nothing is none', { a: [1, { b: null }] }, { a: [1, { b: null }] }, undefined],
    ['of a list that grew is what was added', [1, 2], [1, 2, 3, 4], { splice: [2, 0, [3, 4]] }],
    ['of a list that shrank at its end is a count', [1, 2, 3], [1], { splice: [1, 2, []] }],
    ['takes elements from the middle', [1, 2, 3], [1, 3], { splice: [1, 1, []] }],
    ['puts elements in front', [2], [1, 2], { splice: [0, 0, [1]] }],
    ['of one element of a list is that element', [1, 2, 3], [1, 9, 3], { splice: [1, 1, [9]] }],
    [
      'of a list inside a list goes to its place',
      ['Map', [[1, 'a']]],
      [
        'Map',
        [
          [1, 'a'],
          [2, 'b'],
        ],
      ],
      { item: [1, { splice: [1, 0, [[2, 'b']]] }] },
    ],
    ['of a list of which nothing stays is the new list', [1, 2], [3], { set: [3] }],
    ['of a key is that key', { a: 1, b: 2 }, { a: 1, b: 3 }, { keys: { b: { set: 3 } } }],
    [
      'of an envelope goes inside',
      { $cairn: [1] },
      { $cairn: [1, 2] },
      { keys: { $cairn: { splice: [1, 0, [2]] } } },
    ],
    ['takes keys away', { a: 1, b: 2 }, { b: 2 }, { keys: {}, drop: ['a'] }],
    ['of keys in another order is the new object', { a: 1, b: 2 }, { b: 2, a: 1 }, { set: { b: 2, a: 1 } }],
    ['of a long text that grew is its end', long, `${long}!`, { append: '!' }],
    ['of a short text is the new text', 'a', 'ab', { set: 'ab' }],
    ['never splits a character', `${long}\ud83e`, `${long}🧭`, { set: `${long}🧭` }],
    ['between kinds is the new value', [1], { 0: 1 }, { set: { 0: 1 } }],
    [
      'of a key called __proto__ is one',
      JSON.parse('{"__proto__":1,"a":1}') as Json,
      { a: 1 },
      { keys: {}, drop: ['__proto__'] },
    ],
  ])('%s', (_, before, after, edit) => {
    expect(editBetween(before, after)).toEqual(edit)
    const made = edit === undefined ? before : applyEdit(before, edit)
    expect(JSON.stringify(made)).toBe(JSON.stringify(after))
  })

  test('makes any value of any other, to the letter', () => {
    const leaf = fc.oneof(
      fc.constantFrom('a', 'b', '__proto__', 'x'.repeat(40)),
      fc.integer({ max: 3 }),
      fc.constant(null),
    )
    const { json } = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('json'), { maxLength: 6 }),
        fc.dictionary(fc.constantFrom('a', 'b', '2', '__proto__', 'c'), tie('json'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(json, json, (first, second) => {
        const [before, after] = [first, second].map((value) => JSON.parse(JSON.stringify(value)) as Json)
        const edit = editBetween(before!, after!)
        const made = edit === undefined ? before : applyEdit(before, JSON.parse(JSON.stringify(edit)) as Edit)
        expect(JSON.stringify(made)).toBe(JSON.stringify(after))
      }),
      { numRuns: 2000 },
    )
  })

  test.each<[unknown, Json | undefined, string]>([
    [{ append: 'x' }, 1, 'An edit with "append" is for a text, but there is none.'],
    [{ append: 1 }, 'a', 'An edit with "append" is for a text, but there is none.'],
    [{ splice: [0, 0, []] }, {}, 'An edit with "splice" is for a list, but there is none.'],
    [{ splice: [1, 1, []] }, [1], 'An edit with "splice" is for so long a list, but there is none.'],
    [{ splice: [-1, 0, []] }, [1], 'An edit with "splice" is for so long a list, but there is none.'],
    [{ item: [1, { set: 1 }] }, [1], 'An edit with "item" is for so long a list, but there is none.'],
    [{ item: [0, 7] }, [1], 'An edit is no object.'],
    [{ keys: { a: { set: 1 } } }, undefined, 'An edit with "keys" is for an object, but there is none.'],
    [
      { keys: {}, drop: ['a'] },
      {},
      'An edit with "drop" is for an object with these keys, but there is none.',
    ],
    [{ sett: 1 }, 1, 'An edit has none of "set", "append", "splice", "item" and "keys".'],
  ])('that does not fit is refused: %j', (edit, before, message) => {
    expect(() => applyEdit(before, edit as Edit)).toThrow(message)
  })
})

test('public names of the transfer of threads', async () => {
  expect(Object.keys(await import('@cairn/engine/transfer')).toSorted()).toEqual([
    'InvalidExportError',
    'ThreadExistsError',
    'exportThreads',
    'importThreads',
  ])
})
