import { LostTaskError } from './errors.ts'
import type { Task } from './task.ts'

/** A task that another one called, and what the caller waits for. */
export interface CalledTask {
  readonly task: Task
  readonly result: Promise<unknown>
}

/** The tasks of one superstep while they run. */
export class Superstep {
  readonly #step: number
  readonly tasks: readonly Task[]
  /** How many of `tasks` were started, in their order. */
  started = 0
  /** Tasks that have to settle before it can end. */
  running = 0
  /** Those of them that count against the limit. */
  occupied = 0
  /** A failure that waits for no sibling. */
  isFailing = false
  isOver = false
  /** caller → the tasks it called, by the index of the call. */
  readonly calls = new Map<Task, CalledTask[]>()
  /** A message to the graph around, unless a question was asked after it. */
  message: Error | undefined
  readonly #failures: unknown[] = []
  #isMomentPast = true
  #waiting: { resolve(): void; reject(error: unknown): void } | undefined

  constructor(step: number, tasks: readonly Task[]) {
    this.#step = step
    this.tasks = tasks.slice() // handlers and called tasks join the caller's list while these run
  }

  get hasFailed(): boolean {
    return this.#failures.length > 0
  }

  get firstFailure(): unknown {
    return this.#failures[0]
  }

  /** Somebody waits for its end. */
  get isAwaited(): boolean {
    return this.#waiting !== undefined
  }

  fail(error: unknown): void {
    this.#failures.push(error)
  }

  /**
   * Of a message to the graph around and a question, what settles last counts. They may settle together: in LangGraph,
   * a message takes some turns of the microtask queue more.
   */
  noteSettled(task: Task): void {
    const { outcome } = task
    if (outcome.kind === 'escaped' && !outcome.isPaused) {
      this.message = outcome.signal
      this.#isMomentPast = false
      void moment().then(() => (this.#isMomentPast = true))
    } else if (outcome.kind === 'interrupted' && this.#isMomentPast) this.message = undefined
  }

  waitForEnd(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  /**
   * Ends it, once. Whoever waits is told.
   * @throws what it failed with, when nobody waits
   */
  end(): void {
    if (this.isOver) return
    this.isOver = true
    const failure = this.#failure()
    if (failure !== undefined && this.#waiting === undefined) throw failure.error
    if (failure === undefined) this.#waiting?.resolve()
    else this.#waiting?.reject(failure.error)
  }

  #failure(): { readonly error: unknown } | undefined {
    if (this.#failures.length === 1) return { error: this.#failures[0] }
    if (this.#failures.length > 1) {
      const message = `Multiple errors occurred during superstep ${this.#step}. See the "errors" field of this exception for more details.`
      return { error: new AggregateError(this.#failures, message) }
    }
    const lost = this.tasks.filter((task) => !task.isSettled)
    return lost.length > 0 ? { error: new LostTaskError(lost.map((task) => task.name)) } : undefined
  }
}

/** As long as it takes the message of a node to come out of the layers around it. */
async function moment(): Promise<void> {
  for (let turn = 0; turn < 32; turn++) await Promise.resolve()
}
