import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareCodePoints } from '../src/code-point-order.ts'

/** The same order, by making lists of code points. */
function reference(left: string, right: string): number {
  const [leftPoints, rightPoints] = [left, right].map((text) =>
    Array.from(text, (point) => point.codePointAt(0)!),
  )
  for (const [index, point] of leftPoints!.entries()) {
    const other = rightPoints![index]
    if (other === undefined) return 1
    if (point !== other) return point - other
  }
  return leftPoints!.length - rightPoints!.length
}

test('texts are ordered by code point, lone halves of pairs included', () => {
  const unit = fc.constantFrom(
    'a',
    'z',
    '\ud800',
    '\udbff',
    '\udc00',
    '\udfff',
    '\uffff',
    '\u{10000}',
    '\u{10ffff}',
  )
  const text = fc.array(unit, { maxLength: 4 }).map((units) => units.join(''))
  const agrees = fc.property(text, text, (left, right) => {
    return Math.sign(compareCodePoints(left, right)) === Math.sign(reference(left, right))
  })
  expect(() => fc.assert(agrees, { numRuns: 5000 })).not.toThrow()
})

test('a character beyond U+FFFF comes after all others, which is not so for units', () => {
  expect(compareCodePoints('\uffee', '\u{1f9ed}')).toBeLessThan(0)
  expect(['\u{1f9ed}', '\uffee'].toSorted()).toEqual(['\u{1f9ed}', '\uffee'])
})
