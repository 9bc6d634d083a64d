// Measures one workload on one engine in this process: first runs that do not count, then runs that do.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import type { Engine, EngineName, Program, Storage } from './engine.ts'
import { watchingTurns } from './watch-turns.ts'
import {
  checkResult,
  isReadingWork,
  type ProgramWorkload,
  type Readings,
  type Result,
  type StorageKind,
} from './workload.ts'

/** What one process found. Times are means over the runs that count. */
export interface Measurement {
  readonly wallMs: number
  /** User and system time of the whole process: helper threads for garbage and compiling are in it. */
  readonly cpuMs: number
  /** The longest time for which the event loop did not turn, in any run that counts; found to about 1 ms. */
  readonly longestBlockMs: number
  /** The most memory the process ever held, its warm-up included. */
  readonly peakBytes: number
  /** Of the database and what lies beside it, once it is closed, per run. Only with SQLite. */
  readonly fileBytes?: number
  /** What the program measured inside its runs. */
  readonly readings?: Readings
  /** How many runs count. */
  readonly runs: number
}

/** For how long to warm up and to measure, in CPU time, which a busy machine does not stretch; at least one run of each. */
export interface Effort {
  readonly warmUpMs: number
  readonly measureMs: number
  /** No more runs than this in either part, however short they are. */
  readonly runLimit: number
}

/** The effort of the published figures. */
export const fullEffort: Effort = { warmUpMs: 1000, measureMs: 400, runLimit: 1000 }

interface Run {
  readonly wallMs: number
  readonly cpuMs: number
  readonly longestBlockMs: number
  readonly readings: Readings | undefined
}

/**
 * `undefined` when the engine cannot do this work.
 * @throws {WrongResultError} when a run, or what it stored, is not what the workload expects.
 */
export async function measureProgram(
  name: EngineName,
  engine: Engine,
  workload: ProgramWorkload,
  effort: Effort,
): Promise<Measurement | undefined> {
  const where = `"${workload.id}" on ${name}`
  const { once } = workload
  const warmUp = (program: Program) => repeat(program, workload, where, effort.warmUpMs, effort.runLimit)
  if (once !== undefined && !once.cold.includes(name)) await withProgram(engine, workload, warmUp)
  const found = await withProgram(engine, workload, async (program) => {
    const before = once === undefined ? await warmUp(program) : []
    const { value: runs, longestBlockMs } = await watchingTurns(() =>
      repeat(program, workload, where, effort.measureMs, once === undefined ? effort.runLimit : 1),
    )
    if (workload.storage === 'sqlite' && !isReadingWork(workload.work)) {
      await checkStored(program, workload, where)
    }
    const runsInFile = isReadingWork(workload.work) ? 1 : before.length + runs.length
    return { runs, longestBlockMs, runsInFile, peakElsewhere: program.elsewhere?.().peakBytes ?? 0 }
  })
  if (found === undefined) return undefined
  const { runs, longestBlockMs, runsInFile, peakElsewhere } = found.value
  const mean = (of: (run: Run) => number) => runs.reduce((total, run) => total + of(run), 0) / runs.length
  const names = Object.keys(runs[0]?.readings ?? {})
  return {
    wallMs: mean((run) => run.wallMs),
    cpuMs: mean((run) => run.cpuMs),
    longestBlockMs: Math.max(longestBlockMs, ...runs.map((run) => run.longestBlockMs)),
    peakBytes: peakBytes() + peakElsewhere,
    ...(found.fileBytes !== undefined && { fileBytes: found.fileBytes / runsInFile }),
    ...(names.length > 0 && {
      readings: Object.fromEntries(names.map((each) => [each, mean((run) => run.readings?.[each] ?? NaN)])),
    }),
    runs: runs.length,
  }
}

/** The most memory this process ever held. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

/** Opens a program, with SQLite on an empty file, and closes it and removes the file whatever happens. */
async function withProgram<Value>(
  engine: Engine,
  { work, storage: kind }: ProgramWorkload,
  use: (program: Program) => Promise<Value>,
): Promise<{ readonly value: Value; readonly fileBytes: number | undefined } | undefined> {
  const directory = kind === 'sqlite' ? mkdtempSync(join(tmpdir(), 'cairn-bench-')) : undefined
  try {
    const program = await engine.open(work, storageIn(directory, kind))
    if (program === undefined) return undefined
    let value: Value
    try {
      value = await use(program)
    } finally {
      await program.close?.()
    }
    return { value, fileBytes: directory === undefined ? undefined : bytesIn(directory) }
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
  }
}

function storageIn(directory: string | undefined, kind: StorageKind): Storage {
  if (directory !== undefined) return { kind: 'sqlite', path: join(directory, 'state.db') }
  return { kind: kind === 'memory' ? 'memory' : 'none' }
}

async function repeat(
  program: Program,
  { expected }: ProgramWorkload,
  where: string,
  enoughMs: number,
  runLimit: number,
): Promise<Run[]> {
  const runs: Run[] = []
  for (let spentMs = 0; runs.length === 0 || (spentMs < enoughMs && runs.length < runLimit);) {
    const { result, ...run } = await timed(program)
    checkResult(where, expected, result)
    runs.push(run)
    spentMs += run.cpuMs
  }
  return runs
}

async function checkStored(program: Program, { expected }: ProgramWorkload, where: string): Promise<void> {
  if (program.stored === undefined) throw new Error(`${where} does not say what it stored.`)
  checkResult(`What ${where} stored`, expected, await program.stored())
}

async function timed(program: Program): Promise<Run & { readonly result: Result }> {
  // Each run begins in a turn of its own, as a request would.
  await turn()
  const before = process.cpuUsage()
  const startedMs = performance.now()
  const result = await program.run()
  const wallMs = performance.now() - startedMs
  const { user, system } = process.cpuUsage(before)
  const elsewhere = program.elsewhere?.()
  return {
    result,
    wallMs,
    cpuMs: (user + system) / 1000 + (elsewhere?.cpuMs ?? 0),
    longestBlockMs: elsewhere?.longestBlockMs ?? 0,
    readings: program.readings?.(),
  }
}

function bytesIn(directory: string): number {
  return readdirSync(directory).reduce((total, file) => total + statSync(join(directory, file)).size, 0)
}
