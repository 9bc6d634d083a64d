import type { Attempt } from './attempt.ts'
import type { Clock } from './clock.ts'
import { TaskTimeoutError } from './errors.ts'

/** How long one attempt of a task may take. */
export interface TimeoutPolicy {
  /** For the whole attempt. */
  readonly runMs?: number
  /** Since its last sign of life. */
  readonly idleMs?: number
  /** What counts as one: every write, call and reported progress, or only `heartbeat()`. Default: `auto`. */
  readonly refreshOn?: 'auto' | 'heartbeat'
}

/**
 * Runs `body` against the policy. When time runs out, the attempt is closed, `abort` is called with the error,
 * and the promise is rejected with it; what `body` does afterwards goes nowhere.
 */
export function withTimeout(
  policy: TimeoutPolicy,
  attempt: Attempt,
  clock: Clock,
  abort: (error: TaskTimeoutError) => void,
  body: () => void | Promise<void>,
): Promise<void> {
  const startedAtMs = clock.now()
  return new Promise((resolve, reject) => {
    const timers = new Map<'run' | 'idle', () => void>()
    const settle = (how: () => void) => {
      for (const cancel of timers.values()) cancel()
      timers.clear()
      attempt.onProgress = undefined
      how()
    }
    const arm = (kind: 'run' | 'idle', ms: number) => {
      timers.get(kind)?.()
      const expire = () => {
        const error = new TaskTimeoutError(attempt.task.name, kind, ms, clock.now() - startedAtMs)
        attempt.close()
        abort(error)
        settle(() => reject(error))
      }
      timers.set(kind, clock.after(ms, expire))
    }
    const { runMs, idleMs, refreshOn = 'auto' } = policy
    if (runMs !== undefined) arm('run', runMs)
    if (idleMs !== undefined) {
      arm('idle', idleMs)
      if (refreshOn === 'auto') attempt.onProgress = () => timers.has('idle') && arm('idle', idleMs)
      attempt.onHeartbeat = () => timers.has('idle') && arm('idle', idleMs)
    }
    Promise.resolve()
      .then(body)
      .then(
        () => settle(resolve),
        (error: unknown) => settle(() => reject(error)),
      )
  })
}
