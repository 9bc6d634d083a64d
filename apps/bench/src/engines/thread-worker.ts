// The program of one of several processes on a file: runs threads whenever it is told to, until it is disconnected.
import { engineNames, type EngineName } from '../engine.ts'
import { peakBytes } from '../measure.ts'
import { watchingTurns } from '../watch-turns.ts'
import type { Readings, Result } from '../workload.ts'
import { loadEngine } from './load-engine.ts'

/** `open` asks whether the program is ready, `stored` what a second connection finds of the last run. */
export type WorkerRequest = 'open' | 'run' | 'stored'

export interface WorkerAnswer {
  readonly result: Result
  readonly readings: Readings
  readonly cpuMs: number
  readonly longestBlockMs: number
  readonly peakBytes: number
}

const [engine = '', path = '', threadPrefix = '', threads = '', steps = ''] = process.argv.slice(2)
const work = { kind: 'threads', threads: Number(threads), steps: Number(steps) } as const
const opened = loadEngine(engineNamed(engine)).then((loaded) =>
  loaded.open(work, { kind: 'sqlite', path, threadPrefix }),
)

process.on('message', (request: WorkerRequest) => {
  answer(request).then(
    (found) => process.send?.(found),
    (error: unknown) => process.send?.({ failure: String(error) }),
  )
})

process.once('disconnect', () => {
  void opened.then((program) => program?.close?.())
})

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  const program = await opened
  if (program === undefined) throw new RangeError(`${engine} has no way to run threads.`)
  const before = process.cpuUsage()
  const { value: result, longestBlockMs } = await watchingTurns(async () => {
    if (request === 'open') return {}
    return request === 'run' ? program.run() : await program.stored?.()
  })
  const { user, system } = process.cpuUsage(before)
  return {
    result: result ?? {},
    readings: program.readings?.() ?? {},
    cpuMs: (user + system) / 1000,
    longestBlockMs,
    peakBytes: peakBytes(),
  }
}

function engineNamed(name: string): EngineName {
  const found = engineNames.find((each) => each === name)
  if (found === undefined) throw new RangeError(`There is no engine "${name}".`)
  return found
}
