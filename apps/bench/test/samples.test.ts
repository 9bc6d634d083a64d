import { expect, test } from 'vitest'
import type { EngineName } from '../src/engine.ts'
import { runSample, type Sample } from '../src/run-sample.ts'
import { measureAll, roundsOf } from '../src/schedule.ts'
import { workloadById } from '../src/workloads/catalog.ts'
import { measured } from './measured.ts'

const fromSource = ['--conditions=@cairn/source', '--import=tsx']

test('a sample is a process of its own that says what it measured', async () => {
  const sample = await runSample('import-graph', 'xstate', fromSource)
  expect(sample).toMatchObject({ kind: 'measured', measurement: { runs: 1 } })
})

test('a sample of what an engine has no way to do says so', async () => {
  expect(await runSample('import-engine', 'xstate', fromSource)).toEqual({ kind: 'cannot' })
})

test('a sample that fails carries the message of the error', async () => {
  expect(await runSample('no-such-workload', 'floor', fromSource)).toEqual({
    kind: 'failed',
    message: expect.stringContaining('RangeError: There is no workload "no-such-workload".') as string,
  })
})

test('engines take turns, and each round begins with another one', () => {
  const rounds = roundsOf(workloadById('stream'), ['floor', 'cairn', 'langgraph'], 3)
  expect(rounds.map((round) => round.map(({ engine }) => engine))).toEqual([
    ['floor', 'cairn', 'langgraph'],
    ['cairn', 'langgraph', 'floor'],
    ['langgraph', 'floor', 'cairn'],
  ])
})

test('a pair that takes many seconds has fewer samples', () => {
  const turns = roundsOf(workloadById('fan-out-5000-none'), ['cairn', 'langgraph'], 5).flat()
  expect(turns.filter(({ engine }) => engine === 'cairn')).toHaveLength(5)
  expect(turns.filter(({ engine }) => engine === 'langgraph')).toHaveLength(1)
})

test('a workload can have fewer samples on every engine, and never has more than were asked for', () => {
  const samplesOf = (runs: number, engine: EngineName) =>
    roundsOf(workloadById('conversation'), ['cairn', 'langgraph'], runs)
      .flat()
      .filter((turn) => turn.engine === engine).length
  expect([samplesOf(5, 'cairn'), samplesOf(5, 'langgraph')]).toEqual([3, 1])
  expect([samplesOf(1, 'cairn'), samplesOf(1, 'langgraph')]).toEqual([1, 1])
})

test('a pair that failed or cannot do the work is not tried again', async () => {
  const asked: EngineName[] = []
  const answers: Partial<Record<EngineName, Sample>> = {
    xstate: { kind: 'cannot' },
    langgraph: { kind: 'failed', message: 'wrong' },
  }
  const summaries = await measureAll(
    [workloadById('stream')],
    ['cairn', 'xstate', 'langgraph'],
    2,
    async (_, engine) => {
      asked.push(engine)
      return answers[engine] ?? measured({ wallMs: 1 })
    },
    () => undefined,
  )
  expect(asked.toSorted()).toEqual(['cairn', 'cairn', 'langgraph', 'xstate'])
  expect(summaries.get('stream')?.get('langgraph')).toEqual({ kind: 'failed', message: 'wrong' })
  expect(summaries.get('stream')?.get('cairn')).toMatchObject({ kind: 'figures', samples: 2 })
})
