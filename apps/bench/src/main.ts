// The program: reads the options, takes every sample, and writes or prints the report.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { EngineName } from './engine.ts'
import { isMastraInstalled } from './engines/mastra.ts'
import { installMastra } from './install-mastra.ts'
import { readMachine } from './machine.ts'
import { notes } from './notes.ts'
import { OptionError, readOptions, usage, type BenchOptions } from './options.ts'
import { renderBars, renderFigures, renderReport, type ReportInput } from './report.ts'
import { runSample } from './run-sample.ts'
import { measureAll } from './schedule.ts'
import type { Summary } from './summary.ts'
import type { Workload } from './workload.ts'

const resultsFile = fileURLToPath(new URL('../RESULTS.md', import.meta.url))

try {
  const options = readOptions(process.argv.slice(2))
  if (options.isHelp) console.log(usage)
  else await bench(options)
} catch (error) {
  if (!(error instanceof OptionError)) throw error
  console.error(error.message)
  process.exitCode = 2
}

async function bench(options: BenchOptions): Promise<void> {
  if (options.withMastra && !isMastraInstalled()) installMastra()
  const engines = options.engines.filter((engine) => engine !== 'mastra' || isMastraInstalled())
  const machine = readMachine()
  const summaries = await measureAll(options.workloads, engines, options.runs, runSample, reportProgress)
  const input: ReportInput = {
    workloads: options.workloads,
    summaries,
    machine,
    date: new Date().toISOString().slice(0, 10),
    runs: options.runs,
    notes,
  }
  if (options.isJson) console.log(JSON.stringify(toJson(input), undefined, 2))
  else console.log(`\n${renderBars(input)}\n\n${renderFigures(input)}`)
  if (options.isComplete) {
    writeFileSync(resultsFile, renderReport(input))
    console.error(`\nWritten to ${resultsFile}`)
  }
  if (hasFailure(input)) process.exitCode = 1
}

/** To the error stream, so that `--json` stays clean. */
function reportProgress(workload: Workload, found: ReadonlyMap<EngineName, Summary>): void {
  const parts = [...found].flatMap(([engine, summary]) => {
    if (summary.kind === 'cannot') return []
    return [`${engine} ${summary.kind === 'failed' ? 'FAILED' : `${summary.wallMs.toFixed(1)} ms`}`]
  })
  console.error(`${workload.id.padEnd(22)} ${parts.join(', ')}`)
}

function toJson({ machine, date, runs, summaries }: ReportInput): object {
  return {
    date,
    runs,
    machine,
    workloads: Object.fromEntries([...summaries].map(([id, found]) => [id, Object.fromEntries(found)])),
  }
}

function hasFailure({ summaries }: ReportInput): boolean {
  return [...summaries.values()].some((found) => [...found.values()].some(({ kind }) => kind === 'failed'))
}
