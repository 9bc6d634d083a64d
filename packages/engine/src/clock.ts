/** Time, as the engine sees it. Tests pass their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** In [0, 1): the jitter of retries. */
  random(): number
  /**
   * Calls back once, after `ms` milliseconds; the function returned takes that back. A process that waits for nothing
   * but idle timers may end.
   */
  after(ms: number, callback: () => void, isIdle?: boolean): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, callback, isIdle = false) {
    const timer = setTimeout(callback, ms)
    if (isIdle) timer.unref()
    return () => clearTimeout(timer)
  },
}
