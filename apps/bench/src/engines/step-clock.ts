import { performance } from 'node:perf_hooks'
import { percentile } from '../statistics.ts'
import type { Readings } from '../workload.ts'

/** Finds how long supersteps take: from one call of a thread's node to its next. */
export class StepClock {
  readonly #lastMs = new Map<string, number>()
  #durationsMs: number[] = []

  /** A thread's node is called. */
  tick(thread: string): void {
    const nowMs = performance.now()
    const lastMs = this.#lastMs.get(thread)
    if (lastMs !== undefined) this.#durationsMs.push(nowMs - lastMs)
    this.#lastMs.set(thread, nowMs)
  }

  /** The percentiles since they were last asked for; threads begin anew afterwards. */
  readings(): Readings {
    const durationsMs = this.#durationsMs
    this.#durationsMs = []
    this.#lastMs.clear()
    if (durationsMs.length === 0) return {}
    return { p50: percentile(durationsMs, 0.5), p99: percentile(durationsMs, 0.99) }
  }
}
