import { expect, test } from 'vitest'
import { type RetentionPolicy, durationMs, policyMistake } from '../../src/retention/retention-policy.ts'

test('durations are milliseconds or a number with a unit', () => {
  expect(durationMs(1500)).toBe(1500)
  expect(durationMs('90s')).toBe(90_000)
  expect(durationMs('15m')).toBe(900_000)
  expect(durationMs('1.5h')).toBe(5_400_000)
  expect(durationMs('30d')).toBe(2_592_000_000)
  expect(durationMs('2w')).toBe(1_209_600_000)
  for (const wrong of ['', '30', 'd', '-1d', '1 d', '1y', NaN, -1, Infinity]) {
    expect(durationMs(wrong)).toBeUndefined()
  }
})

test('a mistake in a policy names the option, what it must be and what it is', () => {
  expect(policyMistake({ keepLast: 10, maxAge: '30d', keepEvery: 5, pins: ['a'] })).toBeUndefined()
  expect(policyMistake({})).toBeUndefined()
  const wrong = (policy: unknown) => policyMistake(policy as RetentionPolicy)
  expect(wrong({ keepLast: 0 })).toEqual({
    option: 'keepLast',
    expected: 'a whole number from 1 on',
    found: 0,
  })
  expect(wrong({ keepEvery: 1.5 })?.option).toBe('keepEvery')
  expect(wrong({ maxAge: 'a month' })?.option).toBe('maxAge')
  expect(wrong({ pins: 'a' })?.option).toBe('pins')
  expect(wrong({ keepFirst: 1 })?.option).toBe('keepFirst')
  expect(wrong(null)?.option).toBe('policy')
})
