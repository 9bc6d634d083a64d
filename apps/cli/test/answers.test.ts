import { describe, expect, test } from 'vitest'
import { readAnswers } from '../src/answers.ts'
import type { StoredQuestion } from '@cairn/checkpoint'
import { CliError } from '../src/cli-error.ts'

const first = 'a2751468581c547d895468a7347bc83e'
const second = 'a1edceca1e64ed50693d52837dd48db5'
const one: StoredQuestion[] = [{ id: first, node: 'editor', value: 'Publish?' }]
const two: StoredQuestion[] = [...one, { id: second, node: 'seller', value: 'What does it cost?' }]

function refusal(given: readonly string[], questions: readonly StoredQuestion[]): string {
  try {
    readAnswers(given, questions)
  } catch (error) {
    if (error instanceof CliError) return [error.code, error.message, ...error.remedies].join('\n')
  }
  return 'not refused'
}

describe('the answer to the only question', () => {
  test.each([
    ['true', true],
    ['12.5', 12.5],
    ['null', null],
    ['{"approved": true}', { approved: true }],
    ['"007"', '007'],
    ['{}', {}],
    ['yes', 'yes'],
    ['Make it shorter, please.', 'Make it shorter, please.'],
    ['city=Paris', 'city=Paris'],
    ['über 3', 'über 3'],
  ])('%s means %j', (given, value) => {
    expect(readAnswers([given], one)).toEqual({ [first]: value })
  })

  test.each(['{approved: true}', '[1, 2', "'yes'", '007', '-3e', 'True', 'None', 'undefined', '', ' '])(
    '%j is neither JSON nor clearly text',
    (given) => {
      expect(refusal([given], one)).toContain('AMBIGUOUS_ANSWER_VALUE')
    },
  )

  test('what is refused says how to type it', () => {
    expect(refusal(['True'], one)).toBe(
      [
        'AMBIGUOUS_ANSWER_VALUE',
        'The answer True is not JSON, but too near to it to be taken as text.',
        `If it is text: --answer '"True"'`,
        `If it is an object, quote it for the shell: --answer '{"key": "value"}'`,
      ].join('\n'),
    )
  })
})

describe('answers by id', () => {
  test('reach their questions in any order, by ids or what these begin with', () => {
    expect(readAnswers([`${second}=12`, 'a275=no, not yet'], two)).toEqual({
      [first]: 'no, not yet',
      [second]: 12,
    })
  })

  test('may leave questions open', () => {
    expect(readAnswers(['a1ed=12'], two)).toEqual({ [second]: 12 })
  })

  test('need an id when several questions are open', () => {
    expect(refusal(['yes'], two)).toBe(
      [
        'AMBIGUOUS_ANSWER',
        '2 questions are open, and the answer yes does not say which it is for.',
        'Name the question:',
        `  --answer ${first}=…`,
        `  --answer ${second}=…`,
      ].join('\n'),
    )
  })

  test('name a question that is open', () => {
    expect(refusal(['beef=1'], two)).toBe(
      [
        'QUESTION_NOT_OPEN',
        'No open question has an id that begins with beef.',
        'Open questions:',
        `  ${first}  editor`,
        `  ${second}  seller`,
        `If the answer is the text "beef=1", give it as JSON: --answer '"beef=1"'`,
      ].join('\n'),
    )
  })

  test('name only one question each', () => {
    const twins: StoredQuestion[] = [
      { id: 'abcd1111', node: 'a', value: 1 },
      { id: 'abcd2222', node: undefined, value: 2 },
    ]
    expect(refusal(['abcd=1'], twins)).toBe(
      [
        'AMBIGUOUS_QUESTION',
        '2 open questions have an id that begins with abcd.',
        'Type more of it:',
        '  abcd1111  a',
        '  abcd2222',
      ].join('\n'),
    )
  })

  test('are given once', () => {
    expect(refusal(['a275=1', `${first}=2`], two)).toBe(
      `ANSWERED_TWICE\nThe question ${first} is answered twice.\nGive one answer to each question.`,
    )
  })
})
