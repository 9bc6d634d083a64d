import { type ChildProcess, spawn } from 'node:child_process'
import { ProgramFailedError, ProgramStuckError } from './errors.ts'
import { type Instant, instantVariable, pointsDescriptor } from './instant.ts'

export interface ProgramOptions {
  /** What Node runs. */
  readonly file: string
  /** Arguments of Node itself, such as `--import=tsx`. */
  readonly nodeArguments?: readonly string[]
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Where it runs. Default: the directory of this process. */
  readonly cwd?: string
  /** How long a process may take before it is killed and its run fails, in milliseconds. Default 60000. */
  readonly watchdogMs?: number
}

/** How a process ended. */
export interface ProgramEnd {
  /** `killed`: at its instant. `finished`: by itself and without an error, so its instant never came. */
  readonly kind: 'killed' | 'finished'
  /** Names of the points that it passed, in their order. */
  readonly points: readonly string[]
  /** What it printed. */
  readonly output: string
}

const defaultWatchdogMs = 60_000

/**
 * A program that is run in real processes, each of which is killed with SIGKILL at an instant of your choice. The
 * program says with `passPoint` where it is.
 */
export class CrashingProgram {
  readonly #options: ProgramOptions
  readonly #running = new Set<ChildProcess>()
  readonly #killAll = () => this.#kill()

  constructor(options: ProgramOptions) {
    this.#options = options
    process.once('exit', this.#killAll)
  }

  /**
   * Runs it with these arguments until it is dead. Several processes may run at the same time.
   * @throws {ProgramFailedError} when it ended neither by itself nor at its instant
   * @throws {ProgramStuckError} when the watchdog had to end it
   */
  async run(programArguments: readonly string[], instant?: Instant): Promise<ProgramEnd> {
    const { file, watchdogMs = defaultWatchdogMs } = this.#options
    const child = this.#start(programArguments, instant)
    const points = collected(child.stdio[pointsDescriptor] as NodeJS.ReadableStream)
    const printed = Promise.all([collected(child.stdout!), collected(child.stderr!)])
    let isStuck = false
    const watchdog = setTimeout(() => {
      isStuck = true
      child.kill('SIGKILL')
    }, watchdogMs)
    try {
      const { code, signal } = await endOf(child)
      const output = (await printed).join('')
      const passed = (await points).split('\n').slice(0, -1)
      if (isStuck) throw new ProgramStuckError(file, watchdogMs, passed, output)
      if (code === 0) return { kind: 'finished', points: passed, output }
      if (signal === 'SIGKILL' && instant !== undefined && hasCome(instant, passed))
        return { kind: 'killed', points: passed, output }
      throw new ProgramFailedError(file, code ?? signal!, passed, output)
    } finally {
      clearTimeout(watchdog)
      this.#running.delete(child)
    }
  }

  /** Kills every process that still runs. To be called when the tests are over, however they ended. */
  close(): void {
    process.off('exit', this.#killAll)
    this.#kill()
  }

  #start(programArguments: readonly string[], instant: Instant | undefined): ChildProcess {
    const { file, nodeArguments = [], env = {}, cwd } = this.#options
    const child = spawn(process.execPath, [...nodeArguments, file, ...programArguments], {
      cwd,
      env: {
        ...process.env,
        ...env,
        [instantVariable]: instant === undefined ? '' : JSON.stringify(instant),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    return child
  }

  #kill(): void {
    for (const child of this.#running) child.kill('SIGKILL')
  }
}

/** Whether the process came to its instant, as far as its points tell. */
function hasCome(instant: Instant, passed: readonly string[]): boolean {
  if (instant.kind === 'after') return passed.length >= instant.points
  const occurrences = passed.filter((point) => point === instant.point).length
  return passed.at(-1) === instant.point && occurrences === instant.occurrence
}

async function collected(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) text += chunk as string
  return text
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}
