// Whether a run is to stop, for those within it. An AbortSignal is dear (a few microseconds, and work for the
// garbage collector), and most tasks never look at theirs: one is made only for a task that does.
//   G1. Callbacks are told once, whether the run aborted itself or its caller's signal did.
//   G2. At most one listener is on the caller's signal, for any number of tasks, and none once the run has ended.

export class RunSignal {
  /** The caller's. */
  readonly #outer: AbortSignal | undefined
  #own: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined
  readonly #callbacks = new Set<() => void>()
  #isListening = false

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer
  }

  get isAborted(): boolean {
    return this.#aborted !== undefined || this.#outer?.aborted === true
  }

  get reason(): unknown {
    return this.#aborted === undefined ? this.#outer?.reason : this.#aborted.reason
  }

  /** @throws the reason, when the run is to stop */
  throwIfAborted(): void {
    if (this.isAborted) throw this.reason
  }

  /** Stops the run from within. */
  abort(reason: unknown): void {
    if (this.isAborted) return
    this.#tell(reason)
  }

  /** A signal for tasks that run side by side: aborted by the caller, and when one of them fails. */
  get shared(): AbortSignal {
    if (this.#own === undefined) {
      this.#own = new AbortController()
      if (this.isAborted) this.#own.abort(this.reason)
      else this.#listen()
    }
    return this.#own.signal
  }

  /** A signal for a task that runs alone: the caller's own. A slow store that fails ends the run, but not this signal. */
  get alone(): AbortSignal {
    return this.#outer ?? this.shared
  }

  /** Calls back once, when the run is to stop, or at once when it is already. The function returned takes that back. */
  onAbort(callback: () => void): () => void {
    if (this.isAborted) {
      callback()
      return nothing
    }
    this.#listen()
    this.#callbacks.add(callback)
    return () => void this.#callbacks.delete(callback)
  }

  /** Leaves the caller's signal, which may live longer than the run. */
  close(): void {
    if (this.#isListening) this.#outer?.removeEventListener('abort', this.#onOuter)
    this.#isListening = false
    this.#callbacks.clear()
  }

  #listen(): void {
    if (this.#isListening || this.#outer === undefined) return
    this.#isListening = true
    this.#outer.addEventListener('abort', this.#onOuter, { once: true })
  }

  #tell(reason: unknown): void {
    this.#aborted = { reason }
    const callbacks = [...this.#callbacks]
    this.#callbacks.clear()
    this.#own?.abort(reason)
    for (const callback of callbacks) callback()
  }

  readonly #onOuter = (): void => this.#tell(this.#outer!.reason)
}

const nothing = (): void => undefined
