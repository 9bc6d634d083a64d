import { Attempt, type AttemptHost } from './attempt.ts'
import type { Clock } from './clock.ts'
import type { NodeBody } from './plan.ts'
import { backoffMs, mayRetry, type RetryPolicy } from './retry.ts'
import type { Task } from './task.ts'
import { withTimeout } from './timeout.ts'

/** How an attempt ended for which there is no further one. */
export type Ending =
  | { readonly kind: 'done'; readonly attempt: Attempt }
  | { readonly kind: 'thrown'; readonly attempt: Attempt; readonly error: unknown }

export interface AttemptOptions {
  readonly task: Task
  readonly body: NodeBody
  readonly retry: RetryPolicy | undefined
  readonly clock: Clock
  /** Aborted when the run is over; then nothing is tried again. */
  readonly signal: AbortSignal
  readonly host: AttemptHost
  /** Whether the error is a failure, and no message to the run. */
  isFailure(error: unknown): boolean
  /** Called once, synchronously when the node returned no promise. */
  onEnded(ending: Ending): void
}

/** Tries a task as often as its policy allows. Never throws; returns a promise only when something had to wait. */
export function runAttempts(options: AttemptOptions): void | Promise<void> {
  const { task, body, retry, clock, signal, host, isFailure, onEnded } = options
  const firstStartedAtMs = clock.now()

  const begin = (number: number): void | Promise<void> => {
    const expiry = task.timeout === undefined ? undefined : new AbortController()
    const attempt = new Attempt(
      task,
      number,
      firstStartedAtMs,
      expiry === undefined ? signal : AbortSignal.any([signal, expiry.signal]),
      host,
    )
    const thrown = (error: unknown) => failed(attempt, error)
    try {
      const running =
        task.timeout === undefined || expiry === undefined
          ? body(attempt)
          : withTimeout(
              task.timeout,
              attempt,
              clock,
              (error) => expiry.abort(error),
              () => body(attempt),
            )
      if (running === undefined) return onEnded({ kind: 'done', attempt })
      return running.then(() => onEnded({ kind: 'done', attempt }), thrown)
    } catch (error) {
      return thrown(error)
    }
  }

  const failed = (attempt: Attempt, error: unknown): void | Promise<void> => {
    const isWorthAnother = !signal.aborted && isFailure(error) && mayRetry(retry, attempt.number, error)
    if (!isWorthAnother) return onEnded({ kind: 'thrown', attempt, error })
    const waitMs = backoffMs(retry, attempt.number, clock.random())
    retry.onRetry?.({ node: task.name, attempt: attempt.number, waitMs, error })
    return wait(clock, waitMs, signal).then(() =>
      signal.aborted ? onEnded({ kind: 'thrown', attempt, error }) : begin(attempt.number + 1),
    )
  }

  return begin(1)
}

/** Resolves after `ms` milliseconds, or when the signal is aborted. */
function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done, { once: true })
  })
}
