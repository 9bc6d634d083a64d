// Node warns of a leak when a signal has more than ten listeners, and a superstep may have thousands of tasks.

/** One listener on a signal, for any number of callbacks. */
export class AbortWatch {
  readonly signal: AbortSignal
  readonly #callbacks = new Set<() => void>()
  #isListening = false

  constructor(signal: AbortSignal) {
    this.signal = signal
  }

  /** Calls back once, when the signal is aborted, or at once when it is already. The function returned takes that back. */
  onAbort(callback: () => void): () => void {
    if (this.signal.aborted) {
      callback()
      return nothing
    }
    if (!this.#isListening) this.signal.addEventListener('abort', this.#tell, { once: true })
    this.#isListening = true
    this.#callbacks.add(callback)
    return () => void this.#callbacks.delete(callback)
  }

  /** Leaves the signal, which may live longer than its watcher. */
  close(): void {
    this.signal.removeEventListener('abort', this.#tell)
    this.#isListening = false
    this.#callbacks.clear()
  }

  readonly #tell = (): void => {
    const callbacks = [...this.#callbacks]
    this.#callbacks.clear()
    for (const callback of callbacks) callback()
  }
}

const nothing = (): void => undefined
