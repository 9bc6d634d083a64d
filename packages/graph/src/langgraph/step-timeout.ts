import type { Run, RunListener, Task } from '@cairn/engine'

/** Stops a run of which a superstep takes too long. */
export class StepTimeout implements RunListener {
  /** Follows the caller's signal, and the limit. */
  readonly signal: AbortSignal
  readonly #limitMs: number
  readonly #controller = new AbortController()
  #timer: NodeJS.Timeout | undefined

  /** `undefined` when supersteps may take as long as they want. */
  static of(signal: AbortSignal | undefined, limitMs: number | undefined): StepTimeout | undefined {
    return limitMs === undefined ? undefined : new StepTimeout(signal, limitMs)
  }

  private constructor(signal: AbortSignal | undefined, limitMs: number) {
    const own = this.#controller.signal
    this.signal = signal === undefined ? own : AbortSignal.any([signal, own])
    this.#limitMs = limitMs
  }

  starting(_run: Run, _tasks: readonly Task[], isSuperstep: boolean): void {
    if (!isSuperstep) return
    this.end()
    this.#timer = setTimeout(() => this.#controller.abort(new Error('Abort')), this.#limitMs)
  }

  applied(): void {
    this.end()
  }

  /** Nothing of the run is under way any more. */
  end(): void {
    clearTimeout(this.#timer)
  }
}
