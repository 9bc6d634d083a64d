import { describe, expect, test } from 'vitest'
import {
  EMPTY,
  InvalidUpdateError,
  UNCHANGED,
  anyValue,
  barrier,
  deferredValue,
  ephemeral,
  lastValue,
  reducer,
  topic,
  untracked,
  type Channel,
} from '../src/index.ts'

/** What happens to a channel: updates of a superstep, a task that it triggered has run, nothing is due any more. */
type Act = { update: readonly unknown[] } | 'consume' | 'finish'

interface Case {
  readonly name: string
  readonly channel: Channel
  /** Each act, and what readers see after it. */
  readonly acts: readonly (readonly [act: Act, seen: unknown])[]
  /** What a store keeps at the end; absent: nothing. */
  readonly saved?: unknown
}

const sum = { reduce: (a: number, b: number) => a + b }
const update = (...updates: unknown[]): Act => ({ update: updates })

const cases: readonly Case[] = [
  {
    name: 'a last value holds what was written last',
    channel: lastValue(),
    acts: [
      [update('a'), 'a'],
      [update('b'), 'b'],
    ],
    saved: 'b',
  },
  {
    name: 'a last value begins with its initial value',
    channel: lastValue({ initial: () => 'a' }),
    acts: [['consume', 'a']],
    saved: 'a',
  },
  {
    name: 'a last value can hold undefined',
    channel: lastValue(),
    acts: [[update(undefined), undefined]],
    saved: undefined,
  },
  {
    name: 'a last value holds null, which is no emptiness',
    channel: lastValue(),
    acts: [[update(null), null]],
    saved: null,
  },
  {
    name: 'an untracked value holds what was written last',
    channel: untracked({ initial: () => 0 }),
    acts: [[update(1), 1]],
    saved: 1,
  },
  {
    name: 'an untracked value without guard takes the last of several',
    channel: untracked({ isGuarded: false }),
    acts: [[update(1, 2), 2]],
    saved: 2,
  },
  {
    name: 'any value takes the last of several and is empty after a superstep without one',
    channel: anyValue(),
    acts: [
      [update(1, 2), 2],
      [update(), EMPTY],
      [update(), EMPTY],
    ],
  },
  {
    name: 'an ephemeral value lasts one superstep',
    channel: ephemeral(),
    acts: [
      [update(null), null],
      [update(), EMPTY],
      [update(), EMPTY],
    ],
  },
  {
    name: 'an ephemeral value without guard takes the last of several',
    channel: ephemeral({ isGuarded: false }),
    acts: [[update(1, 2), 2]],
    saved: 2,
  },
  {
    name: 'a reducer folds updates from left to right',
    channel: reducer<string>({ reduce: (text, more) => `(${text}${more})`, initial: () => '' }),
    acts: [[update('a', 'b'), '((a)b)']],
    saved: '((a)b)',
  },
  {
    name: 'a reducer without initial value takes the first update as it is',
    channel: reducer(sum),
    acts: [
      [update(1), 1],
      [update(2, 3), 6],
    ],
    saved: 6,
  },
  {
    name: 'a reducer that gives undefined empties its channel',
    channel: reducer<number | undefined>({ reduce: () => undefined, initial: () => 1 }),
    acts: [[update(1), EMPTY]],
  },
  {
    name: 'a replacement wins over the updates around it, and updates go on from it in the next superstep',
    channel: reducer<number>({ ...sum, replacement: (value) => (value < 0 ? { value: -value } : undefined) }),
    acts: [
      [update(1, -10, 2), 10],
      [update(1), 11],
    ],
    saved: 11,
  },
  {
    name: 'a replacement that is the very first update becomes the value, and counts as no replacement',
    channel: reducer<number>({
      reduce: (a, b) => a + b,
      replacement: (value) => (value < 0 ? { value: -value } : undefined),
    }),
    acts: [
      [update(-10, 2), 12],
      [update(-3, 2), 3],
    ],
    saved: 3,
  },
  {
    name: 'a topic holds the values of the last superstep, arrays flattened one level',
    channel: topic(),
    acts: [
      [update(1, [2, [3]]), [1, 2, [3]]],
      [update(4), [4]],
      [update(), EMPTY],
      [update(), EMPTY],
    ],
    saved: [],
  },
  {
    name: 'an accumulating topic holds all values',
    channel: topic({ isAccumulating: true }),
    acts: [
      [update(1, 1), [1, 1]],
      [update([2]), [1, 1, 2]],
    ],
    saved: [1, 1, 2],
  },
  {
    name: 'a unique topic takes a value once in its life',
    channel: topic({ isUnique: true }),
    acts: [
      [update(1, 1, 2), [1, 2]],
      [update(2, 3), [3]],
      [update(1), EMPTY],
    ],
    saved: [[1, 2, 3], []],
  },
  {
    name: 'a unique accumulating topic is a set in order of arrival',
    channel: topic({ isAccumulating: true, isUnique: true }),
    acts: [
      [update(2, 1), [2, 1]],
      [update(2, 3), [2, 1, 3]],
    ],
    saved: [
      [2, 1, 3],
      [2, 1, 3],
    ],
  },
  {
    name: 'a barrier opens when all have arrived, and closes when it is consumed',
    channel: barrier({ names: ['a', 'b'] }),
    acts: [
      [update('b'), EMPTY],
      [update('b'), EMPTY],
      ['consume', EMPTY],
      [update('a'), undefined],
      ['consume', EMPTY],
      [update('a'), EMPTY],
    ],
    saved: ['a'],
  },
  {
    name: 'a barrier with a quorum opens when enough have arrived',
    channel: barrier({ names: ['a', 'b', 'c'], quorum: 2 }),
    acts: [
      [update('c'), EMPTY],
      [update('a'), undefined],
    ],
    saved: ['c', 'a'],
  },
  {
    name: 'a deferred barrier opens only when nothing else is due',
    channel: barrier({ names: ['a', 'b'], isDeferred: true }),
    acts: [
      [update('a'), EMPTY],
      ['finish', EMPTY],
      [update('b'), EMPTY],
      ['consume', EMPTY],
      ['finish', undefined],
      ['consume', EMPTY],
    ],
    saved: [[], false],
  },
  {
    name: 'a deferred value shows only when nothing else is due, and is gone when it is consumed',
    channel: deferredValue(),
    acts: [
      ['finish', EMPTY],
      [update(1), EMPTY],
      [update(2, 3), EMPTY],
      ['consume', EMPTY],
      ['finish', 3],
      ['consume', EMPTY],
      ['finish', EMPTY],
    ],
  },
  {
    name: 'a deferred value that is written again waits again',
    channel: deferredValue(),
    acts: [
      [update(1), EMPTY],
      ['finish', 1],
      [update(2), EMPTY],
    ],
    saved: [2, false],
  },
]

function after(channel: Channel, content: unknown, act: Act): unknown {
  const next =
    act === 'consume'
      ? channel.consume?.(content)
      : act === 'finish'
        ? channel.finish?.(content)
        : channel.update(content, act.update)
  return next === UNCHANGED || (next === undefined && typeof act === 'string') ? content : next
}

function save(channel: Channel, content: unknown): unknown {
  return content === EMPTY || channel.save === undefined ? content : channel.save(content)
}

describe.each(cases)('$name', ({ channel, acts, ...expected }) => {
  test('while it lives', () => {
    let content = channel.initial()
    for (const [act, seen] of acts) {
      content = after(channel, content, act)
      expect(channel.read(content)).toEqual(seen)
    }
    expect(save(channel, content)).toEqual('saved' in expected ? expected.saved : EMPTY)
  })

  test('when it is stored and restored between any two acts', () => {
    let content = channel.initial()
    for (const [act, seen] of acts) {
      const saved = save(channel, content)
      if (saved !== EMPTY && channel.restore !== undefined) content = channel.restore(saved)
      content = after(channel, content, act)
      expect(channel.read(content)).toEqual(seen)
    }
  })

  test('without changing the content that it had before', () => {
    let content = channel.initial()
    for (const [act] of acts) {
      const before = content
      const copy = structuredClone(typeof before === 'symbol' ? 'empty' : before)
      content = after(channel, content, act)
      expect(typeof before === 'symbol' ? 'empty' : before).toEqual(copy)
    }
  })
})

const untouched: readonly (readonly [string, Channel])[] = [
  ['a last value', lastValue({ initial: () => 1 })],
  ['an untracked value', untracked({ initial: () => 1 })],
  ['a reducer', reducer<number>({ ...sum, initial: () => 1 })],
  ['an accumulating topic', topic({ isAccumulating: true })],
  ['a topic that is empty', topic()],
  ['an ephemeral value that is empty', ephemeral()],
  ['any value that is empty', anyValue()],
  ['a deferred value', deferredValue()],
  ['a barrier', barrier({ names: ['a'] })],
]

test.each(untouched)('%s says that it stays the same when nobody writes to it', (_, channel) => {
  expect(channel.update(channel.initial(), [])).toBe(UNCHANGED)
})

const refusals: readonly (readonly [string, Channel, readonly unknown[], string, string])[] = [
  [
    'two writes to a last value',
    lastValue(),
    [1, 2],
    'CONCURRENT_WRITE',
    'it got 2 values in one superstep, but keeps one. Give it a reducer, or join the nodes before they write.',
  ],
  [
    'two writes to an untracked value',
    untracked(),
    [1, 2],
    'CONCURRENT_WRITE',
    'it got 2 values in one superstep, but keeps one.',
  ],
  [
    'two writes to an ephemeral value',
    ephemeral(),
    [1, 2],
    'CONCURRENT_WRITE',
    'it got 2 values in one superstep, but takes one.',
  ],
  [
    'a stranger at a barrier',
    barrier({ names: ['a', 'b'] }),
    ['c'],
    'INVALID_UPDATE',
    'it waits for a, b, but got "c".',
  ],
  [
    'two replacements',
    reducer<number>({ ...sum, initial: () => 0, replacement: (value) => ({ value }) }),
    [1, 2],
    'INVALID_UPDATE',
    'it got more than one Overwrite in one superstep. Let one node overwrite it.',
  ],
]

test.each(refusals)('%s are refused', (_, channel, updates, code, message) => {
  const act = () => channel.update(channel.initial(), updates)
  expect(act).toThrow(InvalidUpdateError)
  expect(act).toThrow(expect.objectContaining({ code, message, updates }))
})

test('a barrier tells whom it waits for once somebody has arrived, and not before', () => {
  const channel: Channel = barrier({ names: ['a', 'b', 'c'] })
  const none = channel.initial()
  const one = channel.update(none, ['b'])
  const all = channel.update(none, ['a', 'b', 'c'])
  expect([none, one, all].map((content) => channel.missing!(content))).toEqual([[], ['a', 'c'], []])
})

test('only an untracked value is kept from stores', () => {
  const channels = [lastValue(), untracked(), ephemeral(), anyValue(), topic(), reducer(sum), deferredValue()]
  expect(channels.filter(({ isTransient }) => isTransient === true).map(({ kind }) => kind)).toEqual([
    'UntrackedValue',
  ])
})
