// Runs the tasks of one superstep: who starts when, what a failure does to the others, calls between tasks.
//   C1. Every task that is handed over settles, or `execute` fails. None vanishes.
//   C2. Nothing is awaited until a node returns a promise: tasks that finish at once cost no turn.
//   C3. A failure ends the superstep without waiting for siblings, and aborts the signal they share; so does
//       whoever aborts that signal from outside. A sibling that finishes later all the same is still settled,
//       so that its writes are kept, but starts nothing more.
//   C4. Interrupts wait for their siblings: a superstep stops with all its questions at once.
import type { Attempt, AttemptHost, Call } from './attempt.ts'
import type { Clock } from './clock.ts'
import { RESUME, RETURN } from './control.ts'
import type { NodeBody } from './plan.ts'
import type { RetryPolicy } from './retry.ts'
import { runAttempts, type Ending } from './run-attempts.ts'
import type { RunSignal } from './run-signal.ts'
import { Superstep } from './superstep.ts'
import type { Question, Task, TaskOutcome } from './task.ts'
import type { Write } from './write.ts'

/** What an error that leaves a node means. */
export type Thrown =
  /** It failed. With `isPatient`, its siblings may finish before the run fails. */
  | { readonly kind: 'failed'; readonly isPatient?: boolean }
  /** It asks. */
  | { readonly kind: 'interrupted'; readonly questions: readonly Question[] }
  /** It has a message for the graph around this one. With `isPaused`, it goes on from here in a later run. */
  | { readonly kind: 'escaped'; readonly isPaused?: boolean }

export interface SchedulerOptions {
  /** For the nodes: what the run's caller gave. */
  readonly context: unknown
  readonly clock: Clock
  /** Reaches every node; aborted when the superstep fails. */
  readonly signal: RunSignal
  /** At most this many tasks run at once; those that others call do not count. Default: no limit. */
  readonly maxConcurrency?: number | undefined
  /** For nodes without a policy of their own. */
  readonly retry?: RetryPolicy | undefined
  classify(error: unknown): Thrown
  /** Called once for each task, in the order in which they settle. What it throws fails the superstep. */
  onSettled(task: Task): void
  /** Called for each task that was running when the run failed or was stopped: nobody waits for it any more. */
  onAbandoned(task: Task): void
  /** The task that takes over from one that failed, when its node has a handler. */
  handlerFor(failed: Task, error: unknown): Task | undefined
  /** The task of a call: restored from the store, or new. */
  calledTask(caller: Task, index: number, call: Call): Task
}

export class Scheduler implements AttemptHost {
  readonly #options: SchedulerOptions
  readonly #signal: RunSignal
  #superstep = new Superstep(0, [])
  #isListening = false

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#signal = options.signal
  }

  /** A message to the graph around that counts more than what tasks have asked. */
  get message(): Error | undefined {
    return this.#superstep.message
  }

  get context(): unknown {
    return this.#options.context
  }

  /** For the tasks of the running superstep. */
  get signal(): AbortSignal {
    const { tasks, calls } = this.#superstep
    return tasks.length > 1 || calls.size > 0 ? this.#signal.shared : this.#signal.alone
  }

  /**
   * Runs those of the tasks that have not settled yet. Returns a promise only when a node did.
   * @throws what the failed node threw; an `AggregateError` when several failed in the same moment; the signal's
   *   reason when it was aborted from outside
   */
  execute(tasks: readonly Task[], step: number): void | Promise<void> {
    const superstep = new Superstep(step, tasks)
    this.#superstep = superstep
    this.#startMore(superstep)
    if (superstep.isFailing) this.#signal.abort(superstep.firstFailure)
    else if (superstep.running > 0) return this.#wait(superstep)
    this.#abandonRunning(superstep)
    superstep.end()
  }

  /** Ends the running superstep from outside. What its tasks still write is kept. */
  stop(reason: unknown): void {
    this.#superstep.fail(reason)
    this.#signal.abort(reason)
  }

  /** Leaves the signal that it was given. */
  close(): void {
    this.#signal.close()
  }

  /** Starts a task on behalf of another one; both belong to the same superstep. */
  callTask(attempt: Attempt, call: Call): Promise<unknown> {
    const superstep = this.#superstep
    if (superstep.isOver) return Promise.reject(this.#signal.reason)
    const caller = attempt.task
    const index = attempt.nextCallIndex()
    const calls = superstep.calls.get(caller) ?? []
    superstep.calls.set(caller, calls)
    const earlier = calls[index]
    if (earlier !== undefined && (earlier.task.outcome.kind === 'done' || !earlier.task.isSettled))
      return earlier.result
    const task = this.#options.calledTask(caller, index, call)
    const result = task.isSettled
      ? Promise.resolve(returned(task.writes))
      : this.#runCalled(superstep, task, call)
    result.catch(() => undefined) // its outcome is told; a caller that does not wait must not end the process
    calls[index] = { task, result }
    return result
  }

  /** Its caller goes on before what it wrote is told, and is told itself after it: nothing settles within two turns. */
  async #runCalled(superstep: Superstep, task: Task, call: Call): Promise<unknown> {
    superstep.running++
    if (call.lookUp !== undefined && (await this.#lookUp(superstep, task, call))) return returned(task.writes)
    const ending = await this.#attempt(task, (attempt) => call.invoke(attempt), call.retry)
    const settle = () => {
      this.#settle(superstep, task, ending)
      this.#afterSettling(superstep)
    }
    if (ending.kind === 'thrown') {
      settle()
      throw ending.error
    }
    queueMicrotask(() => queueMicrotask(settle))
    return returned(ending.attempt.writes)
  }

  /** Whether the task has what it writes already. A failure of whoever keeps it is the task's. */
  async #lookUp(superstep: Superstep, task: Task, call: Call): Promise<boolean> {
    try {
      const writes = await call.lookUp!(task)
      if (writes === undefined) return false
      task.settle(writes, done)
    } catch (error) {
      task.settle([], { kind: 'failed', error })
      throw error
    } finally {
      if (task.isSettled) {
        this.#options.onSettled(task)
        this.#afterSettling(superstep)
      }
    }
    return true
  }

  #startMore(superstep: Superstep): void {
    const { maxConcurrency = Number.POSITIVE_INFINITY } = this.#options
    const { tasks } = superstep
    const startTogether = maxConcurrency >= tasks.length // then none is spared because another failed
    while (superstep.started < tasks.length && superstep.occupied < maxConcurrency) {
      if (superstep.hasFailed && !startTogether) return
      const task = tasks[superstep.started++]!
      if (!task.isSettled) this.#start(superstep, task)
    }
  }

  #start(superstep: Superstep, task: Task): void {
    const ending = this.#attempt(task, task.node.body, task.node.retry ?? this.#options.retry)
    if (!(ending instanceof Promise)) return this.#settle(superstep, task, ending)
    superstep.running++
    superstep.occupied++
    void ending.then((late) => {
      this.#settle(superstep, task, late)
      superstep.occupied--
      this.#afterSettling(superstep)
    })
  }

  #attempt(task: Task, body: NodeBody, retry: RetryPolicy | undefined): Ending | Promise<Ending> {
    const { clock, classify } = this.#options
    const isFailure = (error: unknown) => classify(error).kind === 'failed'
    return runAttempts({ task, body, retry, clock, signal: this.#signal, host: this, isFailure })
  }

  /** Gives the task its outcome. What goes wrong while the run is told fails the superstep, not the task. */
  #settle(superstep: Superstep, task: Task, ending: Ending): void {
    const { classify, onSettled } = this.#options
    const { writes } = ending.attempt
    try {
      if (ending.kind === 'done') {
        task.settle(writes, done)
        return onSettled(task)
      }
      const { error } = ending
      const thrown = classify(error)
      // Of a failed task nothing is applied or kept, but the answers that it was given.
      const kept = thrown.kind === 'failed' ? writes.filter(([channel]) => channel === RESUME) : writes
      task.settle(kept, outcomeOf(thrown, error))
      if (thrown.kind !== 'failed' && task.origin.kind !== 'call') superstep.noteSettled(task)
      const mayFail = thrown.kind === 'failed' && task.origin.kind !== 'call' // a caller has the error of its call
      const handler = mayFail && !superstep.isOver ? this.#options.handlerFor(task, error) : undefined
      onSettled(task)
      if (!mayFail) return
      if (handler === undefined) this.#fail(superstep, error, thrown.isPatient)
      else this.#start(superstep, handler)
    } catch (error) {
      if (!task.isSettled) task.settle([], { kind: 'failed', error })
      this.#fail(superstep, error)
    }
  }

  #afterSettling(superstep: Superstep): void {
    superstep.running--
    if (!superstep.hasFailed) this.#startMore(superstep)
    if (superstep.running === 0) superstep.end()
  }

  #fail(superstep: Superstep, error: unknown, isPatient = false): void {
    superstep.fail(error)
    if (isPatient) return
    superstep.isFailing = true
    if (superstep.isAwaited) this.#abortSoon(error)
  }

  /** Others may fail in this same moment; they are reported together. */
  #abortSoon(error: unknown): void {
    void Promise.resolve()
      .then(() => undefined)
      .then(() => this.#signal.abort(error))
  }

  #wait(superstep: Superstep): Promise<void> {
    const ended = superstep.waitForEnd()
    this.#listen()
    if (this.#signal.isAborted) this.#endAborted()
    return ended
  }

  #listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    this.#signal.onAbort(() => this.#endAborted())
  }

  #endAborted(): void {
    const superstep = this.#superstep
    if (!superstep.isAwaited) return // it has not come to waiting yet, or never will
    const isStoppedByCaller = !superstep.hasFailed
    if (isStoppedByCaller) superstep.fail(this.#signal.reason)
    this.#abandonRunning(superstep, isStoppedByCaller)
    superstep.end()
  }

  /** As in LangGraph, a caller who stops the run before any of its tasks has settled leaves no trace on them. */
  #abandonRunning({ isFailing, isOver, tasks, started }: Superstep, isStoppedByCaller = false): void {
    const running = tasks.slice(0, started)
    const isTraced =
      isFailing || (isStoppedByCaller && running.some((task) => task.isSettled && !task.isRestored))
    if (isOver || !isTraced) return
    for (const task of running) if (!task.isSettled) this.#options.onAbandoned(task)
  }
}

const done = { kind: 'done' } as const

function outcomeOf(thrown: Thrown, error: unknown): TaskOutcome {
  switch (thrown.kind) {
    case 'interrupted':
      return { kind: 'interrupted', questions: thrown.questions }
    case 'escaped':
      return { kind: 'escaped', signal: error as Error, isPaused: thrown.isPaused === true }
    case 'failed':
      return { kind: 'failed', error }
  }
}

/** What a task that was called gives to its caller. */
function returned(writes: readonly Write[]): unknown {
  return writes.find(([channel]) => channel === RETURN)?.[1]
}
