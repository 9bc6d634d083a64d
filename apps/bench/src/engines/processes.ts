import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CostElsewhere, EngineName, Program, Storage } from '../engine.ts'
import { median } from '../statistics.ts'
import type { ProcessesWork, Readings, Result } from '../workload.ts'
import type { WorkerAnswer, WorkerRequest } from './thread-worker.ts'

const program = fileURLToPath(new URL(`./thread-worker${extname(import.meta.url)}`, import.meta.url))
/** In development the workers run from the sources, whatever this process was started with. */
const nodeOptions =
  extname(program) === '.ts' ? ['--conditions=@cairn/source', '--import=tsx'] : process.execArgv

/**
 * Starts the processes, each with a program and a connection of its own. They do the work at the same time, and what
 * goes wrong in any of them, such as a file that is busy, fails the run.
 */
export async function openProcesses(
  engine: EngineName,
  work: ProcessesWork,
  storage: Storage,
): Promise<Program> {
  if (storage.kind !== 'sqlite') throw new TypeError('Several processes need a file that they share.')
  const workers = Array.from({ length: work.processes }, (_, index) => {
    const args = [engine, storage.path, `process-${index}-`, String(work.threads), String(work.steps)]
    return fork(program, args, { execArgv: [...nodeOptions] })
  })
  // One after the other has opened the file before the first run begins.
  for (const worker of workers) await ask(worker, 'open')

  let last: readonly WorkerAnswer[] = []
  const askAll = async (request: WorkerRequest) => {
    const answers = await Promise.all(workers.map((worker) => ask(worker, request)))
    return { answers, result: summed(answers) }
  }
  return {
    async run() {
      const { answers, result } = await askAll('run')
      last = answers
      return result
    },
    stored: async () => (await askAll('stored')).result,
    readings: () => readingsOf(last),
    elsewhere: () => costOf(last),
    async close() {
      for (const worker of workers) {
        const exited = once(worker, 'exit')
        if (worker.connected) worker.disconnect()
        if (worker.exitCode === null && worker.signalCode === null) await exited
      }
    },
  }
}

function ask(worker: ChildProcess, request: WorkerRequest): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A process ended with code ${code ?? 'none'}.`))
    worker.once('exit', onExit)
    worker.once('message', (answer: WorkerAnswer | { readonly failure: string }) => {
      worker.off('exit', onExit)
      if ('failure' in answer) reject(new Error(answer.failure))
      else resolve(answer)
    })
    worker.send(request)
  })
}

function summed(answers: readonly WorkerAnswer[]): Result {
  const sum = (name: string) => answers.reduce((total, { result }) => total + (result[name] ?? NaN), 0)
  return { threads: sum('threads'), count: sum('count') }
}

/** The median of the processes' medians, and the 99th percentile of the process that had the largest. */
function readingsOf(answers: readonly WorkerAnswer[]): Readings {
  const all = (name: string) => answers.map(({ readings }) => readings[name] ?? NaN)
  return answers.length === 0 ? {} : { p50: median(all('p50')), p99: Math.max(...all('p99')) }
}

function costOf(answers: readonly WorkerAnswer[]): CostElsewhere {
  return {
    cpuMs: answers.reduce((total, { cpuMs }) => total + cpuMs, 0),
    longestBlockMs: Math.max(0, ...answers.map(({ longestBlockMs }) => longestBlockMs)),
    peakBytes: answers.reduce((total, { peakBytes }) => total + peakBytes, 0),
  }
}
