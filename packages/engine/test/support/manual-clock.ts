import type { Clock } from '../../src/index.ts'
import { turn } from './deferred.ts'

/** Time that passes only when the test says so. */
export class ManualClock implements Clock {
  #nowMs = 0
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>()
  /** What `random` gives. */
  chance = 0

  now(): number {
    return this.#nowMs
  }

  random(): number {
    return this.chance
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Timers that have not rung. */
  get armed(): number {
    return this.#timers.size
  }

  /** How long until each timer rings, shortest first. */
  get waitsMs(): number[] {
    return [...this.#timers].map(({ atMs }) => atMs - this.#nowMs).toSorted((a, b) => a - b)
  }

  /** Lets time pass while nothing else can happen: no timer rings. */
  skip(ms: number): void {
    this.#nowMs += ms
  }

  /** Lets time pass, ringing on the way what is due, and everything that follows from it settle. */
  async pass(ms: number): Promise<void> {
    await turn()
    const untilMs = this.#nowMs + ms
    for (;;) {
      const next = [...this.#timers].toSorted((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined || next.atMs > untilMs) break
      this.#nowMs = next.atMs
      this.#timers.delete(next)
      next.callback()
      await turn()
    }
    this.#nowMs = untilMs
  }
}
