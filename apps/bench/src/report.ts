// RESULTS.md: a pure function of what was measured.
import { bars, judge, type Verdict } from './bars.ts'
import { engineNames, type EngineName } from './engine.ts'
import type { Machine } from './machine.ts'
import { engineTitles, guarantees, method, notMeasured } from './report-texts.ts'
import { figuresOf, type Figures, type Summaries } from './summary.ts'
import type { Workload } from './workload.ts'
import { count } from './words.ts'

export interface ReportInput {
  readonly workloads: readonly Workload[]
  readonly summaries: Summaries
  readonly machine: Machine
  /** `2026-01-31`. */
  readonly date: string
  /** Samples asked for. */
  readonly runs: number
  /** bar id → what was written about it by hand. */
  readonly notes: Readonly<Record<string, string>>
}

/** The whole page. */
export function renderReport(input: ReportInput): string {
  return [
    '# Bench results',
    'Made by `npm run bench`; do not edit. How to read it: [README.md](README.md).',
    renderMachine(input),
    '## Bars',
    renderBars(input),
    '## Figures',
    renderFigures(input),
    '## How it was measured',
    method,
    '## What each engine guarantees',
    guarantees,
    '## What is not measured',
    notMeasured,
    '',
  ].join('\n\n')
}

/** The bars of the workloads that were run, with their verdicts. */
export function renderBars({ workloads, summaries, notes }: ReportInput): string {
  const rows = workloads.flatMap((workload) =>
    bars
      .filter((bar) => bar.workload === workload.id)
      .map((bar) => {
        const { bar: text, measured, verdict } = judge(bar, summaries)
        return [workload.title, text, measured, marked(verdict), notes[bar.id] ?? '']
      }),
  )
  return table(['workload', 'bar', 'measured', 'verdict', 'reason'], rows)
}

/** Every pair that was run. */
export function renderFigures({ workloads, summaries }: ReportInput): string {
  return workloads
    .map((workload) => `### ${workload.title}\n\n${renderWorkload(workload, summaries)}`)
    .join('\n\n')
}

/** One workload's table: engines with their costs. */
export function renderWorkload(workload: Workload, summaries: Summaries): string {
  const ours = figuresOf(summaries, workload.id, 'cairn')
  const remarks: string[] = []
  const rows: string[][] = []
  for (const engine of engineNames) {
    const summary = summaries.get(workload.id)?.get(engine)
    if (summary === undefined || summary.kind === 'cannot') continue
    if (summary.kind === 'failed') remarks.push(`${engineTitles[engine]} failed: ${summary.message}`)
    else rows.push(renderEngine(workload, engine, summary, ours))
  }
  const head = [
    'engine',
    'wall ms',
    'CPU ms',
    `CPU µs per ${workload.unit.name}`,
    'Cairn is faster by (wall / CPU)',
    'peak MB',
    'file KB',
    'longest block ms',
    'samples (spread)',
    ...Object.values(workload.readings ?? {}),
  ]
  return [...(rows.length > 0 ? [table(head, rows)] : []), ...remarks].join('\n\n')
}

function renderEngine(
  workload: Workload,
  engine: EngineName,
  figures: Figures,
  ours: Figures | undefined,
): string[] {
  const faster =
    ours === undefined || engine === 'cairn'
      ? ''
      : `${digits(figures.wallMs / ours.wallMs)} / ${digits(figures.cpuMs / ours.cpuMs)}`
  return [
    engineTitles[engine],
    digits(figures.wallMs),
    digits(figures.cpuMs),
    digits((figures.cpuMs / workload.unit.count) * 1000),
    faster,
    digits(figures.peakBytes / 1e6),
    figures.fileBytes === undefined ? '' : digits(figures.fileBytes / 1e3),
    digits(figures.longestBlockMs),
    `${figures.samples} (±${Math.round((figures.wallSpread / 2) * 100)} %)`,
    ...Object.keys(workload.readings ?? {}).map((name) => {
      const reading = figures.readings?.[name]
      return reading === undefined ? '' : digits(reading)
    }),
  ]
}

function renderMachine({ machine, date, runs }: ReportInput): string {
  const versions = Object.entries(machine.versions).map(
    ([name, version]) => `${name} ${version ?? 'not installed (`npm run bench -- --with mastra`)'}`,
  )
  return [
    `- ${date}, ${count(runs)} ${runs === 1 ? 'sample' : 'samples'} per pair`,
    `- ${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB, ${machine.platform}; load average before the run ${machine.load.toFixed(1)}`,
    `- Node ${machine.node}`,
    `- ${versions.join(', ')}`,
  ].join('\n')
}

function marked(verdict: Verdict['verdict']): string {
  return verdict === 'miss' ? '**miss**' : verdict
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Three digits that count, and no decimals from 100 on. */
function digits(value: number): string {
  if (value >= 100) return count(Math.round(value))
  if (value >= 10) return value.toFixed(1)
  return value >= 1 ? value.toFixed(2) : value.toPrecision(2)
}
