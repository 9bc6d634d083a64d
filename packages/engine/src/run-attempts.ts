import { Attempt, type AttemptHost } from './attempt.ts'
import type { Clock } from './clock.ts'
import { Deadline } from './deadline.ts'
import type { NodeBody } from './plan.ts'
import { backoffMs, mayRetry, type RetryPolicy } from './retry.ts'
import type { RunSignal } from './run-signal.ts'
import type { Task } from './task.ts'

/** How an attempt ended for which there is no further one. */
export type Ending =
  | { readonly kind: 'done'; readonly attempt: Attempt }
  | { readonly kind: 'thrown'; readonly attempt: Attempt; readonly error: unknown }

export interface AttemptOptions {
  readonly task: Task
  readonly body: NodeBody
  readonly retry: RetryPolicy | undefined
  readonly clock: Clock
  /** The run's: once it is aborted, nothing is tried again. */
  readonly signal: RunSignal
  readonly host: AttemptHost
  /** Whether the error is a failure, and no message to the run. */
  isFailure(error: unknown): boolean
}

/**
 * Tries a task as often as its policy allows. Never throws and never rejects; returns a promise only when
 * something had to wait.
 */
export function runAttempts(options: AttemptOptions): Ending | Promise<Ending> {
  return tryOnce(options, 1, options.clock.now())
}

function tryOnce(
  options: AttemptOptions,
  number: number,
  firstStartedAtMs: number,
): Ending | Promise<Ending> {
  const { task, body, clock, signal, host } = options
  const deadline = task.timeout === undefined ? undefined : new Deadline(task.timeout, clock, signal)
  const attempt = new Attempt(task, number, firstStartedAtMs, host, deadline?.signal)
  try {
    const running = deadline === undefined ? body(attempt) : deadline.run(attempt, () => body(attempt))
    if (!isThenable(running)) return finished(attempt)
    return Promise.resolve(running).then(
      () => finished(attempt),
      (error: unknown) => failed(options, attempt, error),
    )
  } catch (error) {
    return failed(options, attempt, error)
  }
}

/** A promise, or what code that is not written in TypeScript takes for one. */
function isThenable(value: unknown): boolean {
  return typeof (value as PromiseLike<void> | null | undefined)?.then === 'function'
}

function finished(attempt: Attempt): Ending {
  attempt.end()
  return { kind: 'done', attempt }
}

function failed(options: AttemptOptions, attempt: Attempt, error: unknown): Ending | Promise<Ending> {
  attempt.end()
  const { task, retry, clock, signal } = options
  try {
    if (!isWorthAnother(options, attempt, error)) return { kind: 'thrown', attempt, error }
  } catch (judging) {
    return { kind: 'thrown', attempt, error: withCause(judging, error) }
  }
  const waitMs = backoffMs(retry!, attempt.number, clock.random())
  return wait(options, waitMs).then((): Ending | Promise<Ending> => {
    if (signal.isAborted) return { kind: 'thrown', attempt, error }
    try {
      retry!.onRetry?.({ node: task.name, attempt: attempt.number, waitMs, error })
    } catch (telling) {
      return { kind: 'thrown', attempt, error: withCause(telling, error) }
    }
    if (signal.isAborted) return { kind: 'thrown', attempt, error }
    return tryOnce(options, attempt.number + 1, attempt.firstStartedAtMs)
  })
}

function isWorthAnother(
  { retry, signal, isFailure }: AttemptOptions,
  attempt: Attempt,
  error: unknown,
): boolean {
  return !signal.isAborted && isFailure(error) && mayRetry(retry, attempt.number, error)
}

/** A policy that throws is told as it is; the failure that it should have judged is its cause, if it has no other. */
function withCause(thrown: unknown, cause: unknown): unknown {
  if (thrown instanceof Error && thrown.cause === undefined && thrown !== cause) thrown.cause = cause
  return thrown
}

/** Resolves after `ms` milliseconds, or when the run is over. */
function wait({ clock, signal }: AttemptOptions, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => {
      stopWatching()
      resolve()
    })
    const stopWatching = signal.onAbort(() => {
      cancel()
      resolve()
    })
  })
}
