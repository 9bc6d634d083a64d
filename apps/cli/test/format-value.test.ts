import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { expect, test } from 'vitest'
import pc from 'picocolors'
import { formatShort, formatState, formatValue } from '../src/format-value.ts'
import { toJson } from '../src/json-value.ts'

const plain = { colors: pc.createColors(false), width: 60 }

test('a state is its fields, short values in one line and long ones outlined', () => {
  const state = {
    topic: 'cairns',
    count: 3,
    done: false,
    nothing: null,
    empty: [],
    notes: ['one', 'two'],
    sources: [
      { title: 'Of stones and those who stack them', year: 1898 },
      { title: 'Trails', tags: ['a', 'b'], text: 'first\nsecond' },
    ],
    draft: 'A line.\n\nAnother line.',
  }
  expect(`\n${formatState(state, plain).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    topic    "cairns"
    count    3
    done     false
    nothing  null
    empty    []
    notes    ["one", "two"]
    sources  - title: "Of stones and those who stack them"
               year: 1898
             - title: "Trails"
               tags: ["a", "b"]
               text:
                 │ first
                 │ second
    draft    │ A line.
             │
             │ Another line.
    "
  `)
})

test('messages are a conversation', () => {
  const messages = [
    new HumanMessage('What is a cairn?'),
    new AIMessage({ content: '', tool_calls: [{ id: 'call-1', name: 'search', args: { query: 'cairn' } }] }),
    new ToolMessage({ content: 'stones,\nstacked', tool_call_id: 'call-1', name: 'search' }),
    new AIMessage('A stack of stones.'),
  ]
  expect(`\n${formatState({ messages }, plain).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    messages  human: What is a cairn?
              ai: calls search({ query: "cairn" })
              tool search:
                stones,
                stacked
              ai: A stack of stones.
    "
  `)
})

test('a value cannot drive the terminal', () => {
  const attack = '\u001b[2J\u0007\u009b31m\u2028'
  const shown = [
    ...formatValue(attack, plain),
    ...formatValue({ [attack]: `${attack}\nline` }, plain),
    formatShort(attack, 80),
  ]
  expect(shown.join('')).not.toMatch(/[\p{Cc}\u2028]/u)
})

test('a short form is never wider than it may be', () => {
  expect(formatShort({ topic: 'cairns and other stones' }, 20)).toBe('{ topic: "cairns an…')
  expect(formatShort('石石石石石', 6)).toBe('"石石…')
})

test('what JSON does not know becomes the nearest thing it knows', () => {
  const circular: Record<string, unknown> = { name: 'loop' }
  circular['self'] = circular
  const value = {
    date: new Date('2026-01-02T03:04:05Z'),
    never: new Date(Number.NaN),
    map: new Map([['a', new Set([1, 2])]]),
    big: 12n,
    nan: Number.NaN,
    bytes: new Uint8Array([1, 2, 3]),
    error: new TypeError('no'),
    pattern: /a+/g,
    missing: undefined,
    call: () => 1,
    circular,
  }
  expect(toJson(value)).toEqual({
    date: '2026-01-02T03:04:05.000Z',
    never: 'Invalid Date',
    map: [['a', [1, 2]]],
    big: '12n',
    nan: 'NaN',
    bytes: { base64: 'AQID' },
    error: { name: 'TypeError', message: 'no' },
    pattern: '/a+/g',
    circular: { name: 'loop', self: '[circular]' },
  })
})
