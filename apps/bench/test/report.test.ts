import { expect, test } from 'vitest'
import { bars, judge } from '../src/bars.ts'
import type { EngineName } from '../src/engine.ts'
import { notes } from '../src/notes.ts'
import { renderBars, renderReport, renderWorkload, type ReportInput } from '../src/report.ts'
import type { Sample } from '../src/run-sample.ts'
import { summarise, type Summaries } from '../src/summary.ts'
import { catalog, workloadById } from '../src/workloads/catalog.ts'
import { measured } from './measured.ts'

const machine = {
  cpu: 'Some CPU',
  cores: 2,
  memoryBytes: 8 * 2 ** 30,
  node: 'v20.0.0',
  platform: 'linux x64',
  load: 0.25,
  versions: { xstate: '5.0.0', '@mastra/core': undefined },
}

function summariesOf(samples: Readonly<Record<string, Partial<Record<EngineName, Sample[]>>>>): Summaries {
  return new Map(
    Object.entries(samples).map(([workload, engines]) => [
      workload,
      new Map(
        Object.entries(engines).map(([engine, each]) => [engine as EngineName, summarise(each)] as const),
      ),
    ]),
  )
}

function inputOf(workload: string, summaries: Summaries): ReportInput {
  return { workloads: [workloadById(workload)], summaries, machine, date: '2026-01-31', runs: 1, notes: {} }
}

function verdictOf(id: string, summaries: Summaries): string {
  const { measured: text, verdict } = judge(
    bars.find((bar) => bar.id === id)!,
    summaries,
  )
  return `${text}: ${verdict}`
}

test('a pair is summed up by its medians, and by its longest block of all', () => {
  const samples = [
    measured({ wallMs: 10, longestBlockMs: 3, fileBytes: 1000 }),
    measured({ wallMs: 30, longestBlockMs: 9, fileBytes: 3000 }),
    measured({ wallMs: 20, longestBlockMs: 1, fileBytes: 2000 }),
  ]
  expect(summarise(samples)).toEqual({
    kind: 'figures',
    wallMs: 20,
    cpuMs: 20,
    wallSpread: 1,
    longestBlockMs: 9,
    peakBytes: 100e6,
    fileBytes: 2000,
    samples: 3,
  })
})

test('one failed sample spoils the pair', () => {
  const failed: Sample = { kind: 'failed', message: 'wrong' }
  expect(summarise([measured({ wallMs: 1 }), failed])).toEqual(failed)
})

test('a bar is missed when either wall or CPU time misses it', () => {
  const summaries = summariesOf({
    'loop-sync-none': {
      cairn: [measured({ wallMs: 10, cpuMs: 20 })],
      langgraph: [measured({ wallMs: 500, cpuMs: 500 })],
      xstate: [measured({ wallMs: 40, cpuMs: 50 })],
    },
  })
  expect(verdictOf('loop-sync-none/langgraph', summaries)).toBe('50.0 × wall, 25.0 × CPU: miss')
  expect(verdictOf('loop-sync-none/xstate', summaries)).toBe('4.00 × wall, 2.50 × CPU: pass')
})

test('LangGraph is taken at the faster of its durabilities', () => {
  const summaries = summariesOf({
    'loop-sync-sqlite': {
      cairn: [measured({ wallMs: 10 })],
      langgraph: [measured({ wallMs: 200 })],
      'langgraph-sync': [measured({ wallMs: 90 })],
    },
  })
  expect(verdictOf('loop-sync-sqlite/langgraph', summaries)).toBe('9.00 × wall, 9.00 × CPU: miss')
})

test('growth compares the larger fan-out with the smaller one', () => {
  const summaries = summariesOf({
    'fan-out-1000-none': { cairn: [measured({ wallMs: 10 })] },
    'fan-out-5000-none': { cairn: [measured({ wallMs: 61 })] },
  })
  expect(verdictOf('fan-out-5000-none/growth', summaries)).toBe('6.10 × wall, 6.10 × CPU: miss')
})

test('limits are of the file, of the longest block, and of the time', () => {
  const summaries = summariesOf({
    'idle-channel': { cairn: [measured({ wallMs: 10, fileBytes: 2_900_000 })] },
    threads: { cairn: [measured({ wallMs: 10, longestBlockMs: 51 })] },
    'import-engine': { cairn: [measured({ wallMs: 14 })] },
  })
  expect(verdictOf('idle-channel/file', summaries)).toBe('2.9 MB: pass')
  expect(verdictOf('threads/block', summaries)).toBe('51.0 ms: miss')
  expect(verdictOf('import-engine/wall', summaries)).toBe('14.0 ms: pass')
})

test('readings are compared with each other, with those of LangGraph, and with a limit', () => {
  const summaries = summariesOf({
    conversation: {
      cairn: [
        measured({ wallMs: 1, readings: { early: 1, late: 3 } }),
        measured({ wallMs: 1, readings: { early: 1, late: 5 } }),
        measured({ wallMs: 1, readings: { early: 1, late: 4.5 } }),
      ],
      langgraph: [measured({ wallMs: 1, readings: { early: 10, late: 90 } })],
      'langgraph-delta': [measured({ wallMs: 1, readings: { early: 10, late: 20 } })],
    },
    listing: { cairn: [measured({ wallMs: 1, readings: { all: 20.5, page: 1, longestPage: 5 } })] },
  })
  expect(verdictOf('conversation/growth', summaries)).toBe('4.50 ×: miss')
  expect(verdictOf('conversation/late', summaries)).toBe('20.0 ×: pass')
  expect(verdictOf('listing/all', summaries)).toBe('20.50 ms: miss')
  expect(verdictOf('listing/page', summaries)).toBe('5.00 ms: pass')
  expect(verdictOf('listing/langgraph', summaries)).toBe('–: not measured')
})

test('the bars on readings are told in the words of their columns', () => {
  const texts = (workload: string) =>
    bars.filter((bar) => bar.workload === workload).map((bar) => judge(bar, summariesOf({})).bar)
  expect(texts('conversation')).toEqual([
    'file ≤ 3 MB',
    'turn 500 ≤ 4 × turn 10',
    'turn 500 ≥ 20 × faster than LangGraph',
  ])
  expect(texts('listing')).toEqual(['all ≤ 20 ms', 'all ≥ 50 × faster than LangGraph', 'longest page ≤ 5 ms'])
})

test('readings stand in columns of their own, empty for an engine that has none', () => {
  const summaries = summariesOf({
    conversation: {
      floor: [measured({ wallMs: 1 })],
      cairn: [measured({ wallMs: 2, readings: { early: 0.5, late: 1.25 } })],
    },
  })
  const [head, , floor, cairn] = renderWorkload(workloadById('conversation'), summaries).split('\n')
  expect(head).toMatch(/ turn 10 ms \| turn 500 ms \|$/)
  expect(floor).toMatch(/\(±0 %\) \|  \|  \|$/)
  expect(cairn).toMatch(/ 0.50 \| 1.25 \|$/)
})

test('every bar on a reading is of one that its workload has', () => {
  const named = bars.flatMap((bar) => {
    if (bar.kind === 'reading-growth')
      return [bar.reading, bar.over].map((name) => [bar.workload, name] as const)
    return bar.kind === 'reading-faster' || bar.kind === 'reading-time'
      ? [[bar.workload, bar.reading] as const]
      : []
  })
  expect(named.filter(([workload, name]) => workloadById(workload).readings?.[name] === undefined)).toEqual(
    [],
  )
})

test('a bar whose engines were not run is neither passed nor missed', () => {
  expect(verdictOf('stream/langgraph', summariesOf({}))).toBe('–: not measured')
})

test('a reason written by hand stands beside its bar', () => {
  const input = inputOf(
    'stream',
    summariesOf({ stream: { cairn: [measured({ wallMs: 100 })], langgraph: [measured({ wallMs: 800 })] } }),
  )
  expect(renderBars({ ...input, notes: { 'stream/langgraph': 'chunks are copied' } })).toBe(
    [
      '| workload | bar | measured | verdict | reason |',
      '| --- | --- | --- | --- | --- |',
      '| 1,000 supersteps, `values` and `updates` stream consumed, no saver | ≥ 15 × LangGraph | 8.00 × wall, 8.00 × CPU | **miss** | chunks are copied |',
    ].join('\n'),
  )
})

test('the figures show each engine, and why one has none', () => {
  const summaries = summariesOf({
    stream: {
      floor: [measured({ wallMs: 0.5 })],
      cairn: [measured({ wallMs: 20, cpuMs: 25, fileBytes: 2000 }), measured({ wallMs: 22, cpuMs: 25 })],
      langgraph: [{ kind: 'failed', message: 'Error: no' }],
      xstate: [{ kind: 'cannot' }],
    },
  })
  expect(renderWorkload(workloadById('stream'), summaries)).toBe(
    [
      '| engine | wall ms | CPU ms | CPU µs per superstep | Cairn is faster by (wall / CPU) | peak MB | file KB | longest block ms | samples (spread) |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      '| floor | 0.50 | 0.50 | 0.50 | 0.024 / 0.020 | 100 |  | 1.00 | 1 (±0 %) |',
      '| Cairn | 21.0 | 25.0 | 25.0 |  | 100 | 2.00 | 1.00 | 2 (±5 %) |',
      '',
      'LangGraph failed: Error: no',
    ].join('\n'),
  )
})

test('the page names the machine, the versions, and an engine that is not installed', () => {
  const page = renderReport(inputOf('stream', summariesOf({})))
  expect(page).toContain('- Some CPU, 2 cores, 8 GiB, linux x64; load average before the run 0.3')
  expect(page).toContain('- Node v20.0.0')
  expect(page).toContain('xstate 5.0.0, @mastra/core not installed (`npm run bench -- --with mastra`)')
  for (const heading of [
    '## Bars',
    '## Figures',
    '## What each engine guarantees',
    '## What is not measured',
  ]) {
    expect(page).toContain(heading)
  }
})

test('every bar is of a workload that is measured, and every note of a bar', () => {
  const workloads = new Set(catalog.map(({ id }) => id))
  const ids = new Set(bars.map(({ id }) => id))
  expect(ids.size).toBe(bars.length)
  expect(bars.filter((bar) => !workloads.has(bar.workload))).toEqual([])
  expect(Object.keys(notes).filter((id) => !ids.has(id))).toEqual([])
})
