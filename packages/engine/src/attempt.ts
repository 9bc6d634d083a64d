import { TaskEndedError } from './errors.ts'
import type { Task } from './task.ts'
import type { Write } from './write.ts'

/** What an attempt may ask of the run around it. */
export interface AttemptHost {
  /** What the run's caller gave for its nodes. */
  readonly context: unknown
  /** Aborted when the run fails or is stopped. */
  readonly signal: AbortSignal
  /** Runs a task of the attempt's own superstep, or takes its stored result. */
  callTask(attempt: Attempt, call: Call): Promise<unknown>
}

/** A task that another task starts. `invoke` puts its result with `attempt.write(RETURN, …)`. */
export interface Call {
  readonly name: string
  readonly input: unknown
  invoke(attempt: Attempt): Promise<void> | void
  /** Finds what the task would write, where somebody has kept it: then it does not run. */
  lookUp?(task: Task): Promise<readonly Write[] | undefined>
  readonly retry?: Task['node']['retry']
  readonly timeout?: Task['node']['timeout']
}

/** One try of a task: the node's side of the engine. */
export class Attempt {
  readonly task: Task
  /** 1 for the first try. */
  readonly number: number
  /** When the first try began, in milliseconds since the epoch. */
  readonly firstStartedAtMs: number
  readonly writes: Write[] = []
  /** Called at every sign of life: a write, a call, a streamed token. */
  onProgress: (() => void) | undefined
  /** Called when the node says itself that it is alive. */
  onHeartbeat: (() => void) | undefined
  #calls = 0
  #isOver = false
  #timeout: Error | undefined
  readonly #host: AttemptHost
  readonly #deadline: AbortSignal | undefined

  /** @param deadline aborted when this try has run out of time, or the run is over */
  constructor(
    task: Task,
    number: number,
    firstStartedAtMs: number,
    host: AttemptHost,
    deadline?: AbortSignal,
  ) {
    this.task = task
    this.number = number
    this.firstStartedAtMs = firstStartedAtMs
    this.#host = host
    this.#deadline = deadline
  }

  get input(): unknown {
    return this.task.input
  }

  /** Aborted when the run fails or is stopped, or when this try has run out of time. */
  get signal(): AbortSignal {
    return this.#deadline ?? this.#host.signal
  }

  /** What the run's caller gave for its nodes; a node body knows its type. */
  get context(): unknown {
    return this.#host.context
  }

  /** Puts a write. Once the attempt has ended, writes go nowhere. */
  write(channel: string, value: unknown): void {
    if (this.#isOver) return
    this.writes.push([channel, value])
    this.onProgress?.()
  }

  /**
   * Runs another task, or takes its result from the store. Rejects with what that task threw; once the attempt
   * has ended, with its timeout or a `TaskEndedError`.
   */
  call(call: Call): Promise<unknown> {
    if (this.#isOver) return Promise.reject(this.#refusal(call))
    this.onProgress?.()
    return this.#host.callTask(this, call)
  }

  #refusal({ name }: Call): Error {
    return this.#timeout ?? new TaskEndedError(this.task.name, name)
  }

  /** Its time ran out before its node had returned or thrown. */
  get hasTimedOut(): boolean {
    return this.#timeout !== undefined
  }

  /** Position of the next call among the calls of this attempt, from 0. */
  nextCallIndex(): number {
    return this.#calls++
  }

  /** Its node has returned or thrown: what was written stays, what still comes goes nowhere. */
  end(): void {
    this.#isOver = true
  }

  /** Its time has run out: ends it, and drops what was written. */
  close(timeout: Error): void {
    this.end()
    this.#timeout = timeout
    this.writes.length = 0
  }
}
