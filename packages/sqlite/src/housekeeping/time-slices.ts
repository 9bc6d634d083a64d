/** How long work goes on before others get their turn, in milliseconds. */
const sliceMs = 3

/** Cuts long work into slices, between which the event loop turns. */
export class TimeSlices {
  readonly #signal: AbortSignal | undefined
  #endMs = performance.now() + sliceMs

  constructor(signal?: AbortSignal) {
    this.#signal = signal
  }

  /** The slice is used up: stop where it can be gone on from, and `rest`. */
  get isOver(): boolean {
    return performance.now() >= this.#endMs
  }

  /**
   * Lets others work if the slice is used up.
   * @throws the signal's reason when it is aborted
   */
  async rest(): Promise<void> {
    if (!this.isOver) return
    await this.next()
  }

  /** Takes one step after the other, and gives what the last one gave. */
  async through<Result>(steps: Generator<void, Result>): Promise<Result> {
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return value
      if (this.isOver) await this.next()
    }
  }

  /** Lets others work. */
  async next(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#signal?.throwIfAborted()
    this.#endMs = performance.now() + sliceMs
  }
}
