import type { Attempt } from './attempt.ts'
import type { Clock } from './clock.ts'
import { TaskTimeoutError } from './errors.ts'
import type { RunSignal } from './run-signal.ts'
import type { TimeoutPolicy } from './timeout.ts'

type Kind = TaskTimeoutError['kind']

/** Holds one attempt to a timeout policy. */
export class Deadline {
  readonly #policy: TimeoutPolicy
  readonly #clock: Clock
  readonly #run: RunSignal
  readonly #controller = new AbortController()
  readonly #timers = new Map<Kind, () => void>()
  #startedAtMs = 0
  #lastSignAtMs = 0

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
   * what `body` does afterwards goes nowhere. A body that kept the event loop busy has run out of time all the same,
   * which shows when it ends. Once the run is over, the time no longer counts.
   */
  run(attempt: Attempt, body: () => void | Promise<void>): Promise<void> {
    const { runMs, idleMs, refreshOn = 'auto' } = this.#policy
    this.#startedAtMs = this.#lastSignAtMs = this.#clock.now()
    if (idleMs !== undefined) {
      const refresh = () => {
        this.#lastSignAtMs = this.#clock.now()
      }
      if (refreshOn === 'auto') attempt.onProgress = refresh
      attempt.onHeartbeat = refresh
    }
    return new Promise((resolve, reject) => {
      const settle = (how: () => void) => {
        stopWatching()
        this.#disarm()
        how()
      }
      const expire = (kind: Kind) => {
        const error = this.#expired(attempt, kind)
        attempt.close(error)
        settle(() => reject(error))
        this.#controller.abort()
      }
      const watchIdle = (ms: number) => {
        this.#arm('idle', ms, () => {
          const leftMs = this.#lastSignAtMs + idleMs! - this.#clock.now()
          if (leftMs > 0) watchIdle(leftMs)
          else expire('idle')
        })
      }
      if (runMs !== undefined) this.#arm('run', runMs, () => expire('run'))
      if (idleMs !== undefined) watchIdle(idleMs)
      const stopWatching = this.#run.onAbort(() => {
        this.#disarm()
        this.#controller.abort(this.#run.reason)
      })
      const ended = (how: () => void) => {
        const kind = this.#overdue()
        if (kind !== undefined && !attempt.hasTimedOut) expire(kind)
        else settle(how)
      }
      Promise.resolve()
        .then(body)
        .then(
          () => ended(resolve),
          (error: unknown) => ended(() => reject(error)),
        )
    })
  }

  /** Which time has run out by now. */
  #overdue(): Kind | undefined {
    if (this.#run.isAborted) return undefined
    const { runMs = Infinity, idleMs = Infinity } = this.#policy
    const now = this.#clock.now()
    if (now - this.#startedAtMs >= runMs) return 'run'
    return now - this.#lastSignAtMs >= idleMs ? 'idle' : undefined
  }

  #expired({ task }: Attempt, kind: Kind): Error {
    const { runMs, idleMs, errorFor } = this.#policy
    const limitMs = (kind === 'run' ? runMs : idleMs)!
    const expired = new TaskTimeoutError(task.name, kind, limitMs, this.#clock.now() - this.#startedAtMs)
    return errorFor?.(expired, task.id) ?? expired
  }

  #arm(kind: Kind, ms: number, ring: () => void): void {
    this.#timers.set(kind, this.#clock.after(ms, ring))
  }

  #disarm(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
  }
}
