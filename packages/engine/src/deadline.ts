import type { Attempt } from './attempt.ts'
import type { Clock } from './clock.ts'
import { TaskTimeoutError } from './errors.ts'
import type { RunSignal } from './run-signal.ts'
import type { TimeoutPolicy } from './timeout.ts'

/** Holds one attempt to a timeout policy. */
export class Deadline {
  readonly #policy: TimeoutPolicy
  readonly #clock: Clock
  readonly #run: RunSignal
  readonly #controller = new AbortController()
  readonly #timers = new Map<'run' | 'idle', () => void>()

  constructor(policy: TimeoutPolicy, clock: Clock, run: RunSignal) {
    this.#policy = policy
    this.#clock = clock
    this.#run = run
  }

  /** Aborted when time runs out, and when the run is over. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /**
   * Runs `body`. When time runs out, the attempt is closed, and the promise is rejected with a `TaskTimeoutError`;
   * what `body` does afterwards goes nowhere. Once the run is over, the time no longer counts.
   */
  run(attempt: Attempt, body: () => void | Promise<void>): Promise<void> {
    const startedAtMs = this.#clock.now()
    return new Promise((resolve, reject) => {
      const arm = (kind: 'run' | 'idle', ms: number) => {
        this.#timers.get(kind)?.()
        const expire = () => {
          const expired = new TaskTimeoutError(attempt.task.name, kind, ms, this.#clock.now() - startedAtMs)
          const error = this.#policy.errorFor?.(expired) ?? expired
          attempt.close()
          settle(() => reject(error))
          this.#controller.abort(error)
        }
        this.#timers.set(kind, this.#clock.after(ms, expire))
      }
      const stopWatching = this.#run.onAbort(() => {
        this.#disarm()
        this.#controller.abort(this.#run.reason)
      })
      const settle = (how: () => void) => {
        stopWatching()
        this.#disarm()
        how()
      }
      const { runMs, idleMs, refreshOn = 'auto' } = this.#policy
      if (runMs !== undefined) arm('run', runMs)
      if (idleMs !== undefined) {
        const refresh = () => {
          if (this.#timers.has('idle')) arm('idle', idleMs)
        }
        arm('idle', idleMs)
        if (refreshOn === 'auto') attempt.onProgress = refresh
        attempt.onHeartbeat = refresh
      }
      Promise.resolve()
        .then(body)
        .then(
          () => settle(resolve),
          (error: unknown) => settle(() => reject(error)),
        )
    })
  }

  #disarm(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
  }
}
