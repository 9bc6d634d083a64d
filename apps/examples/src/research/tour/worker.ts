import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { concurrency } from './stage.ts'
import type { Workspace } from './workspace.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))

/** How a worker process ended. */
export interface WorkerEnd {
  readonly pid: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface WorkerOptions {
  /** What to research; left out, the worker goes on with what the thread was left at. */
  readonly question?: string
  /** Gets each line that the worker prints. */
  onLine(line: string): void
  /** Asked after each line; the worker is killed with SIGKILL when it says so. */
  readonly isToBeKilled?: (line: string) => boolean
}

/** Runs the research program on the thread, in a process of its own, until that ends. */
export async function runWorker(
  { database, directory, ledger, thread }: Workspace,
  { question, onLine, isToBeKilled }: WorkerOptions,
): Promise<WorkerEnd> {
  const options = { db: database, thread, ledger, reports: directory, concurrency: String(concurrency) }
  const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const words = question === undefined ? [] : ['--', question]
  const worker = spawn(process.execPath, [...process.execArgv, program, ...flags, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(worker, 'exit')
  for await (const line of createInterface({ input: worker.stdout })) {
    onLine(line)
    if (isToBeKilled?.(line) === true) worker.kill('SIGKILL')
  }
  await exit
  return { pid: worker.pid ?? 0, code: worker.exitCode, signal: worker.signalCode }
}
