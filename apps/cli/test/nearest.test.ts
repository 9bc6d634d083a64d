import { expect, test } from 'vitest'
import { nearestNames } from '../src/nearest.ts'

test.each([
  ['suport', ['sales', 'support'], ['support']],
  ['Order-1', ['order-1', 'order-2', 'invoice'], ['order-1', 'order-2']],
  ['cust', ['customer-4711', 'order-1'], ['customer-4711']],
  ['f2', ['f1', 'a1', 'f22'], ['f1', 'f22']],
  ['zebra', ['order-1'], []],
  ['x', [], []],
])('nearest to %s of %j are %j', (wanted, names, nearest) => {
  expect(nearestNames(wanted, names)).toEqual(nearest)
})
