import { expect, test } from 'vitest'
import { CliError } from '../src/cli-error.ts'
import { distinctLength, findCheckpoint } from '../src/find-checkpoint.ts'
import { view } from './view.ts'

const views = [
  view({ id: '1f1e5b3c-70d5-6b80-8003-a9bbabff8a95', step: 3 }),
  view({ id: '1f1e5b3c-70d4-6b80-8002-a9bbabff8a96', step: 2, source: 'update' }),
  view({ id: '1f1e5b3c-70c8-6b80-8002-a9bbabff8a97', step: 2 }),
  view({ id: '1f1e5b3a-70c8-6b80-ffff-a9bbabff8a98', step: -1, source: 'input' }),
]

function refusal(reference: string): string {
  try {
    findCheckpoint(reference, views)
  } catch (error) {
    if (error instanceof CliError) return [error.exitCode, error.message, ...error.remedies].join('\n')
  }
  return 'not refused'
}

test.each([
  ['an id', '1f1e5b3c-70d4-6b80-8002-a9bbabff8a96', 1],
  ['what only one id begins with', '1f1e5b3a', 3],
  ['what only one id ends with', '8a97', 2],
  ['a step', '3', 0],
  ['the step of the input', '-1', 3],
])('%s finds its checkpoint', (_, reference, index) => {
  expect(findCheckpoint(reference, views)).toBe(views[index])
})

test('a step that two branches have is refused with the ids of both', () => {
  expect(refusal('2')).toBe(
    [
      2,
      'Thread "t" has 2 checkpoints at step 2.',
      'Give one of these ids:',
      '  1f1e5b3c-70d4-6b80-8002-a9bbabff8a96  step 2, update',
      '  1f1e5b3c-70c8-6b80-8002-a9bbabff8a97  step 2, loop',
    ].join('\n'),
  )
})

test('a part that several ids have is refused with these ids', () => {
  expect(refusal('1f1e5b3c-70')).toContain('3 checkpoints with an id that begins or ends with "1f1e5b3c-70"')
})

test('a step that does not exist finds no id by chance', () => {
  expect(refusal('95')).toBe(
    [
      4,
      'Thread "t" has no checkpoint "95".',
      'Its steps go from -1 to 3. Give a step, or at least 4 characters of the beginning or the end of an id.',
    ].join('\n'),
  )
})

test('beginnings of the distinct length tell all ids apart', () => {
  const ids = views.map(({ id }) => id)
  const length = distinctLength(ids)
  expect(new Set(ids.map((id) => id.slice(0, length))).size).toBe(ids.length)
  expect(new Set(ids.map((id) => id.slice(0, length - 1))).size).toBeLessThan(ids.length)
  expect(distinctLength(['a', 'b'])).toBe(8)
})
