// Runs the tasks of one superstep: who starts when, what a failure does to the others, calls between tasks.
//   C1. Every task that is handed over settles, or `execute` fails. None vanishes.
//   C2. Nothing is awaited until a node returns a promise: tasks that finish at once cost no turn.
//   C3. A failure ends the superstep without waiting for siblings, and aborts the signal they share. A sibling
//       that finishes later all the same is still settled, so that its writes are kept.
//   C4. Interrupts wait for their siblings: a superstep stops with all its questions at once.
import type { Attempt, AttemptHost, Call } from './attempt.ts'
import type { Clock } from './clock.ts'
import { ERROR, RETURN } from './control.ts'
import { LostTaskError } from './errors.ts'
import type { NodeBody } from './plan.ts'
import type { RetryPolicy } from './retry.ts'
import { runAttempts, type Ending } from './run-attempts.ts'
import type { Question, Task } from './task.ts'

/** What an error that leaves a node means. */
export type Thrown =
  /** It failed. With `isPatient`, its siblings may finish before the run fails. */
  | { readonly kind: 'failed'; readonly isPatient?: boolean }
  /** It asks. */
  | { readonly kind: 'interrupted'; readonly questions: readonly Question[] }
  /** It has a message for the graph around this one. */
  | { readonly kind: 'escaped' }

export interface SchedulerOptions {
  /** For the nodes: what the run's caller gave. */
  readonly context: unknown
  readonly clock: Clock
  /** Its signal reaches every node; aborted when the superstep fails. */
  readonly controller: AbortController
  /** At most this many tasks run at once; those that others call do not count. Default: no limit. */
  readonly maxConcurrency?: number | undefined
  /** For nodes without a policy of their own. */
  readonly retry?: RetryPolicy | undefined
  classify(error: unknown): Thrown
  /** Called once for each task, in the order in which they settle. */
  onSettled(task: Task): void
  /** The task that takes over from one that failed, when its node has a handler. */
  handlerFor(failed: Task, error: unknown): Task | undefined
  /** The task of a call: restored from the store, or new. */
  calledTask(caller: Task, index: number, call: Call): Task
}

export class Scheduler implements AttemptHost {
  readonly #options: SchedulerOptions
  #superstep = new Superstep(0, [])

  constructor(options: SchedulerOptions) {
    this.#options = options
  }

  get context(): unknown {
    return this.#options.context
  }

  /**
   * Runs those of the tasks that have not settled yet. Returns a promise only when a node did.
   * @throws what the failed node threw; an `AggregateError` when several failed in the same moment.
   */
  execute(tasks: readonly Task[], step: number): void | Promise<void> {
    const superstep = new Superstep(step, tasks)
    this.#superstep = superstep
    this.#startMore(superstep)
    if (superstep.failures.length > 0 && !superstep.isPatient) this.#abort(superstep)
    else if (superstep.running > 0) return superstep.concluded
    superstep.conclude()
  }

  /** Ends the running superstep from outside. What its tasks still write is kept. */
  stop(reason: unknown): void {
    const superstep = this.#superstep
    if (superstep.isAborted) return
    superstep.failures.push(reason)
    this.#abort(superstep)
    if (superstep.isRunning) superstep.conclude()
  }

  #abort(superstep: Superstep): void {
    superstep.isAborted = true
    this.#options.controller.abort(superstep.failures[0])
  }

  /** Starts a task on behalf of another one; both belong to the same superstep. */
  callTask(attempt: Attempt, call: Call): Promise<unknown> {
    const superstep = this.#superstep
    const task = this.#options.calledTask(attempt.task, attempt.nextCallIndex(), call)
    const running = superstep.called.get(task.id)
    if (running !== undefined) return running
    const result = task.isSettled ? resultOf(task) : this.#runCalled(superstep, task, call)
    superstep.called.set(task.id, result)
    return result
  }

  async #runCalled(superstep: Superstep, task: Task, call: Call): Promise<unknown> {
    let thrown: unknown
    superstep.running++
    await this.#run(
      task,
      (attempt) => call.invoke(attempt),
      call.retry,
      (ending) => {
        if (ending.kind === 'thrown') thrown = ending.error
      },
    )
    this.#afterSettling(superstep)
    if (task.outcome.kind === 'done') return resultOf(task)
    throw thrown
  }

  #startMore(superstep: Superstep): void {
    const { maxConcurrency = Number.POSITIVE_INFINITY } = this.#options
    const { tasks } = superstep
    while (superstep.started < tasks.length && superstep.running < maxConcurrency) {
      if (superstep.failures.length > 0 && maxConcurrency < tasks.length) return
      const task = tasks[superstep.started++]!
      if (!task.isSettled) this.#start(superstep, task)
    }
  }

  #start(superstep: Superstep, task: Task): void {
    const settling = this.#run(task, task.node.body, task.node.retry ?? this.#options.retry, (ending) => {
      if (ending.kind === 'thrown' && task.outcome.kind === 'failed')
        this.#afterFailing(superstep, task, ending.error)
    })
    if (settling === undefined) return
    superstep.running++
    void settling.then(() => this.#afterSettling(superstep))
  }

  /** Runs one task to its end and settles it; `then` is told how. */
  #run(
    task: Task,
    body: NodeBody,
    retry: RetryPolicy | undefined,
    then: (ending: Ending) => void,
  ): void | Promise<void> {
    const { clock, controller, classify, onSettled } = this.#options
    return runAttempts({
      task,
      body,
      retry,
      clock,
      signal: controller.signal,
      host: this,
      isFailure: (error) => classify(error).kind === 'failed',
      onEnded: (ending) => {
        task.settle(
          ending.attempt.writes,
          ending.kind === 'done' ? done : outcomeOf(classify(ending.error), ending.error),
        )
        onSettled(task)
        then(ending)
      },
    })
  }

  #afterFailing(superstep: Superstep, task: Task, error: unknown): void {
    const handler = this.#options.handlerFor(task, error)
    if (handler !== undefined) return this.#start(superstep, handler)
    superstep.failures.push(error)
    const thrown = this.#options.classify(error)
    if (thrown.kind === 'failed' && thrown.isPatient === true) superstep.isPatient = true
    else if (superstep.isRunning) this.#failSoon(superstep)
  }

  /** Others may fail in this same moment; they are reported together. */
  #failSoon(superstep: Superstep): void {
    void Promise.resolve()
      .then(() => undefined)
      .then(() => {
        this.#abort(superstep)
        superstep.conclude()
      })
  }

  #afterSettling(superstep: Superstep): void {
    superstep.running--
    this.#startMore(superstep)
    if (superstep.running === 0) superstep.conclude()
  }
}

/** The tasks of one superstep while they run. */
class Superstep {
  readonly step: number
  readonly tasks: readonly Task[]
  started = 0
  running = 0
  isAborted = false
  /** The failure so far lets siblings finish. */
  isPatient = false
  readonly failures: unknown[] = []
  readonly called = new Map<string, Promise<unknown>>()
  #settle: { resolve(): void; reject(error: unknown): void } | undefined
  #isConcluded = false

  constructor(step: number, tasks: readonly Task[]) {
    this.step = step
    this.tasks = [...tasks] // handlers and called tasks join the caller's list while these run
  }

  /** Somebody waits for its end. */
  get isRunning(): boolean {
    return this.#settle !== undefined
  }

  get concluded(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
  }

  /** Ends it, once: throws, or settles the promise of those who wait. */
  conclude(): void {
    if (this.#isConcluded) return
    this.#isConcluded = true
    const error = this.#error()
    const settle = this.#settle
    if (settle === undefined) {
      if (error !== undefined) throw error
      return
    }
    if (error === undefined) settle.resolve()
    else settle.reject(error)
  }

  #error(): unknown {
    if (this.failures.length === 1) return this.failures[0]
    if (this.failures.length > 1) {
      const message = `Multiple errors occurred during superstep ${this.step}. See the "errors" field of this exception for more details.`
      return new AggregateError(this.failures, message)
    }
    const lost = this.tasks.filter((task) => !task.isSettled)
    return lost.length > 0 ? new LostTaskError(lost.map((task) => task.name)) : undefined
  }
}

const done = { kind: 'done' } as const

function outcomeOf(thrown: Thrown, error: unknown): Task['outcome'] {
  switch (thrown.kind) {
    case 'interrupted':
      return { kind: 'interrupted', questions: thrown.questions }
    case 'escaped':
      return { kind: 'escaped', signal: error as Error }
    case 'failed':
      return { kind: 'failed', error }
  }
}

async function resultOf(task: Task): Promise<unknown> {
  const failure = task.writes.find(([channel]) => channel === ERROR)
  if (failure !== undefined) throw failure[1] instanceof Error ? failure[1] : new Error(String(failure[1]))
  return task.writes.find(([channel]) => channel === RETURN)?.[1]
}
