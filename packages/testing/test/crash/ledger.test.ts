import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { INTERRUPT, type PendingWrite, type StoredCheckpoint } from '@cairn/engine'
import { type Execution, Ledger, ledgerFaults } from '@cairn/testing/crash'

const started = (run: string, taskId: string, task: string, turn = 0): Execution => ({
  kind: 'started',
  run,
  taskId,
  task,
  turn,
})
const ended = (run: string, taskId: string, task: string, turn = 0): Execution => ({
  ...started(run, taskId, task, turn),
  kind: 'ended',
})

function threadWith(...writes: PendingWrite[]): StoredCheckpoint[] {
  const checkpoint: StoredCheckpoint = {
    line: { threadId: 't', namespace: '' },
    id: 'c0',
    parentId: undefined,
    createdAt: '2026-01-01T00:00:00.000Z',
    metadata: { source: 'loop', step: 0, parents: {} },
    values: {},
    versions: {},
    seen: {},
    writes,
  }
  return [checkpoint]
}

const expected = [
  started('0', 'x1', 'plan'),
  ended('0', 'x1', 'plan'),
  started('0', 'x2', 'act', 1),
  ended('0', 'x2', 'act', 1),
]

describe('a ledger', () => {
  test('gives back what was noted, in its order', () => {
    const directory = mkdtempSync(join(tmpdir(), 'cairn-testing-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const ledger = new Ledger(join(directory, 'ledger.jsonl'))
    expect(ledger.read()).toEqual([])
    for (const execution of expected) ledger.note(execution)
    expect(ledger.read()).toEqual(expected)
  })

  test('is in order when only tasks in flight ran again', () => {
    const ledger = [
      started('1', 't1', 'plan'),
      ended('1', 't1', 'plan'),
      started('1', 't2', 'act', 1),
      started('2', 't2', 'act'),
    ]
    const kills = [{ ledgerLength: 3, thread: threadWith(['t1', 'n', 1]) }]
    expect(ledgerFaults({ ledger, kills, expected })).toEqual([])
  })

  test('shows a task that ran twice in one run', () => {
    const ledger = [started('1', 't1', 'plan'), started('1', 't1', 'plan'), started('1', 't2', 'act')]
    expect(ledgerFaults({ ledger, kills: [], expected })).toEqual([
      '2 times: plan (t1) in run 1',
      'executed 2 times instead of 1, without what kills cut off: plan',
    ])
  })

  test('shows a task that had finished and ran again', () => {
    const ledger = [started('1', 't1', 'plan'), started('2', 't1', 'plan'), started('2', 't2', 'act')]
    const kills = [{ ledgerLength: 1, thread: threadWith(['t1', 'n', 1]) }]
    expect(ledgerFaults({ ledger, kills, expected })).toEqual([
      'had finished, but ran again: plan (t1)',
      'executed 2 times instead of 1, without what kills cut off: plan',
    ])
  })

  test('shows a task that ended in an earlier turn and was lost', () => {
    const ledger = [
      started('1', 't1', 'plan'),
      ended('1', 't1', 'plan'),
      started('1', 't2', 'act', 1),
      started('2', 't1', 'plan'),
      started('2', 't2', 'act'),
    ]
    const kills = [{ ledgerLength: 3, thread: threadWith() }]
    expect(ledgerFaults({ ledger, kills, expected })).toEqual([
      'ended in turn 0 of 1, but is not in the store: plan (t1)',
    ])
  })

  test('shows a task that was never executed, and one that nobody expected', () => {
    const ledger = [started('1', 't1', 'plan'), started('1', 't3', 'rest')]
    expect(ledgerFaults({ ledger, kills: [], expected })).toEqual([
      'executed 0 times instead of 1, without what kills cut off: act',
      'executed 1 times instead of 0, without what kills cut off: rest',
    ])
  })

  test('says nothing of tasks in flight when the store may be behind', () => {
    const ledger = [
      started('1', 't1', 'plan'),
      ended('1', 't1', 'plan'),
      started('1', 't2', 'act', 1),
      started('2', 't3', 'plan'),
      started('2', 't4', 'act'),
    ]
    const kills = [{ ledgerLength: 3, thread: threadWith() }]
    expect(ledgerFaults({ ledger, kills, expected, keepsAtOnce: false })).toEqual([])
    expect(ledgerFaults({ ledger, kills, expected })).toHaveLength(1)
  })

  describe('of a task that asks', () => {
    const asks = [started('0', 'x', 'ask'), started('0', 'x', 'ask'), ended('0', 'x', 'ask')]
    const asked = threadWith(['t', INTERRUPT, [{ value: 'sure?' }]])

    test('is in order when it asks again', () => {
      const ledger = [...['1', '2', '3'].map((run) => started(run, 't', 'ask')), ended('3', 't', 'ask')]
      const kills = [{ ledgerLength: 1, thread: asked }]
      expect(ledgerFaults({ ledger, kills, expected: asks })).toEqual([])
    })

    test('shows that it came to its end twice', () => {
      const ledger = ['1', '2'].flatMap((run) => [started(run, 't', 'ask'), ended(run, 't', 'ask')])
      expect(ledgerFaults({ ledger, kills: [], expected: asks })).toEqual([
        'executed 2 times instead of 1, without what kills cut off: ask',
      ])
      const kills = [{ ledgerLength: 2, thread: asked }]
      expect(ledgerFaults({ ledger, kills, expected: asks })).toEqual([])
    })
  })
})
