// Measures one workload on one engine in this process: first runs that do not count, then runs that do.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { Engine, EngineName, Program, Storage } from './engine.ts'
import { checkResult, type ProgramWorkload, type Result, type Work } from './workload.ts'

/** What one process found. Times are means over the runs that count. */
export interface Measurement {
  readonly wallMs: number
  /** User and system time of the whole process: helper threads for garbage and compiling are in it. */
  readonly cpuMs: number
  /** The longest time for which the event loop did not turn, in any run that counts; found to about 1 ms. */
  readonly longestBlockMs: number
  /** The most memory the process ever held, its warm-up included. */
  readonly peakBytes: number
  /** Of the database and what lies beside it, once it is closed. Only with SQLite. */
  readonly fileBytes?: number
  /** How many runs count. */
  readonly runs: number
}

/** For how long to warm up and to measure; at least one run of each. */
export interface Effort {
  readonly warmUpMs: number
  readonly measureMs: number
  /** No more runs than this in either part, however short they are. */
  readonly runLimit: number
}

/** The effort of the published figures. */
export const fullEffort: Effort = { warmUpMs: 400, measureMs: 400, runLimit: 40 }

interface Run {
  readonly wallMs: number
  readonly cpuMs: number
  readonly longestBlockMs: number
  readonly fileBytes: number | undefined
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
  const warmUp = workload.warmUp ?? workload
  const warmUps = await repeat(engine, where, warmUp, workload.storage, effort.warmUpMs, effort.runLimit)
  if (warmUps === undefined) return undefined
  const runs = await repeat(engine, where, workload, workload.storage, effort.measureMs, effort.runLimit)
  if (runs === undefined) return undefined
  const mean = (of: (run: Run) => number) => runs.reduce((total, run) => total + of(run), 0) / runs.length
  const fileBytes = runs[0]?.fileBytes
  return {
    wallMs: mean((run) => run.wallMs),
    cpuMs: mean((run) => run.cpuMs),
    longestBlockMs: Math.max(...runs.map((run) => run.longestBlockMs)),
    peakBytes: peakBytes(),
    ...(fileBytes !== undefined && { fileBytes }),
    runs: runs.length,
  }
}

/** The most memory this process ever held. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

async function repeat(
  engine: Engine,
  where: string,
  task: { readonly work: Work; readonly expected: Result },
  storageKind: ProgramWorkload['storage'],
  enoughMs: number,
  runLimit: number,
): Promise<Run[] | undefined> {
  const runs: Run[] = []
  for (let spentMs = 0; runs.length === 0 || (spentMs < enoughMs && runs.length < runLimit);) {
    const run = await runOnce(engine, where, task, storageKind)
    if (run === undefined) return undefined
    runs.push(run)
    spentMs += run.wallMs
  }
  return runs
}

/** Every run has a program, and with SQLite a file, of its own. */
async function runOnce(
  engine: Engine,
  where: string,
  { work, expected }: { readonly work: Work; readonly expected: Result },
  storageKind: ProgramWorkload['storage'],
): Promise<Run | undefined> {
  const directory = storageKind === 'sqlite' ? mkdtempSync(join(tmpdir(), 'cairn-bench-')) : undefined
  const storage: Storage =
    directory !== undefined
      ? { kind: 'sqlite', path: join(directory, 'state.db') }
      : { kind: storageKind === 'memory' ? 'memory' : 'none' }
  try {
    const program = await engine.open(work, storage)
    if (program === undefined) return undefined
    try {
      const { result, ...times } = await timed(program)
      checkResult(where, expected, result)
      if (storage.kind === 'sqlite') {
        if (program.stored === undefined) throw new Error(`${where} does not say what it stored.`)
        checkResult(`What ${where} stored`, expected, await program.stored())
      }
      await program.close?.()
      return { ...times, fileBytes: directory === undefined ? undefined : bytesIn(directory) }
    } catch (error) {
      await program.close?.()
      throw error
    }
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
  }
}

async function timed(program: Program): Promise<{ result: Result } & Omit<Run, 'fileBytes'>> {
  globalThis.gc?.()
  const turns = monitorEventLoopDelay({ resolution: 1 })
  turns.enable()
  // The monitor counts from its first tick on, and sees a block only at the tick after it.
  await delay(3)
  const before = process.cpuUsage()
  const startedMs = performance.now()
  const result = await program.run()
  const wallMs = performance.now() - startedMs
  const { user, system } = process.cpuUsage(before)
  await delay(3)
  turns.disable()
  return { result, wallMs, cpuMs: (user + system) / 1000, longestBlockMs: turns.max / 1e6 }
}

function bytesIn(directory: string): number {
  return readdirSync(directory).reduce((total, file) => total + statSync(join(directory, file)).size, 0)
}
