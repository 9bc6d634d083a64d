import { describe, expect, test } from 'vitest'
import { excerptOf, matchesOf } from '../../src/threads/search-words.ts'
import { textPieces } from '../../src/threads/text-of-values.ts'

describe('what is typed to search for text', () => {
  test.each([
    ['two words', ['"two"', '"words"']],
    ['"side by side" begin*', ['"side by side"', '"begin"*']],
    ['"as typed"*', ['"as typed"*']],
    ['a AND b OR NOT c', ['"a"', '"AND"', '"b"', '"OR"', '"NOT"', '"c"']],
    ['col:umn (x) ^y', ['"col:umn"', '"(x)"', '"^y"']],
    ['an unpaired " quote', ['"an"', '"unpaired"', '"quote"']],
    [' . , ! ', []],
    ['', []],
  ])('%s', (text, matches) => {
    expect(matchesOf(text)).toEqual(matches)
  })
})

describe('an excerpt', () => {
  test('stands around the first of the words, whatever its case and accents', () => {
    const text = `${'before '.repeat(30)}in ZÜRICH\n\nthere is a lake ${'after '.repeat(30)}`
    expect(excerptOf(text, 'lake zurich', 40)).toBe('…before in ZÜRICH there is a lake…')
  })

  test('of a short text is all of it, in one line', () => {
    expect(excerptOf('a short\n text', 'short')).toBe('a short text')
  })

  test('is not there without one of the words', () => {
    expect(excerptOf('something else', 'short')).toBeUndefined()
    expect(excerptOf('ashort', 'short')).toBeUndefined()
  })

  test('finds a phrase across whatever stands between its words', () => {
    expect(excerptOf('see "Bahnhofstrasse, Bern"', '"bahnhofstrasse bern"')).toBe(
      'see "Bahnhofstrasse, Bern"',
    )
  })
})

describe('the text of values', () => {
  test('is in pieces, one for each element of a list', () => {
    expect(
      textPieces({ notes: ['one', { title: 'two', tags: ['three'] }, ''], name: 'four', count: 5 }),
    ).toEqual([
      { channel: 'notes', text: 'one' },
      { channel: 'notes', text: 'two\nthree' },
      { channel: 'name', text: 'four' },
      { channel: 'count', text: '5' },
    ])
  })

  test('is that of built-in objects as people see them', () => {
    const value = {
      map: new Map([['key', new Set(['element'])]]),
      error: new TypeError('broken'),
      date: new Date(0),
      url: new URL('https://example.org/a'),
      bytes: Buffer.from('secret'),
    }
    expect(textPieces({ value })).toEqual([
      {
        channel: 'value',
        text: 'key\nelement\nTypeError\nbroken\n1970-01-01T00:00:00.000Z\nhttps://example.org/a',
      },
    ])
  })

  test('of a message is its content and what it calls', () => {
    const message = {
      getType: () => 'ai',
      content: [{ type: 'text', text: 'hello' }],
      tool_calls: [{ name: 'look', args: { at: 'stars' } }],
      response_metadata: { model: 'm' },
    }
    expect(textPieces({ messages: [message] })).toEqual([
      { channel: 'messages', text: 'text\nhello\nlook\nstars' },
    ])
  })

  test('leaves out channels of the engine, data without blanks, and cycles', () => {
    const cycle: { self?: unknown; text: string } = { text: 'once' }
    cycle.self = cycle
    expect(
      textPieces({ 'branch:to:a': 'x', 'join:a+b:c': ['a'], __start__: 'x', image: 'A'.repeat(2000), cycle }),
    ).toEqual([{ channel: 'cycle', text: 'once' }])
  })
})
