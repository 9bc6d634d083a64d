import { IterableReadableStream } from '@langchain/core/utils/stream'

/** Chunks between a run, which never waits, and one consumer. */
export class ChunkQueue {
  readonly #chunks: unknown[] = []
  #first = 0
  #end: { readonly error?: unknown } | undefined
  readonly #readers: {
    resolve(chunk: IteratorResult<unknown, undefined>): void
    reject(error: unknown): void
  }[] = []
  #hasBegun = false
  #begin: { resolve(): void; reject(error: unknown): void } | undefined

  /** Whether there was ever anything to read. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Whether somebody waits for a chunk. */
  get hasReader(): boolean {
    return this.#readers.length > 0
  }

  get isEmpty(): boolean {
    return this.#first === this.#chunks.length
  }

  /**
   * Resolves with the first chunk, or with the end of a run that gives none.
   * @throws what ended the run before there was anything to read
   */
  begun(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begin = { resolve, reject }
    })
  }

  push(chunk: unknown): void {
    if (this.#end !== undefined) return
    if (!this.#hasBegun) {
      this.#hasBegun = true
      this.#begin?.resolve()
    }
    const reader = this.#readers.shift()
    if (reader === undefined) this.#chunks.push(chunk)
    else reader.resolve({ done: false, value: chunk })
  }

  /** No more chunks: the stream ends, or fails, once those that were pushed are read. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#end !== undefined) return
    this.#end = failure ?? {}
    if (failure === undefined) this.#begin?.resolve()
    else this.#begin?.reject(failure.error)
    for (const reader of this.#readers.splice(0)) {
      if (failure === undefined) reader.resolve({ done: true, value: undefined })
      else reader.reject(failure.error)
    }
  }

  /** Nobody reads any more. */
  drop(): void {
    this.#chunks.length = 0
    this.#first = 0
    this.end()
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#first < this.#chunks.length) {
      const value = this.#chunks[this.#first]
      this.#chunks[this.#first++] = undefined
      if (this.#first === this.#chunks.length) {
        this.#chunks.length = 0
        this.#first = 0
      }
      return Promise.resolve({ done: false, value })
    }
    if (this.#end !== undefined) {
      if ('error' in this.#end) return Promise.reject(this.#end.error)
      return Promise.resolve({ done: true, value: undefined })
    }
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject })
    })
  }
}

/** A turn later: who waits for a chunk gets it when the nodes after it have begun, as with LangGraph. */
const pass = (chunk: IteratorResult<unknown, undefined>) => chunk

/**
 * The stream that callers get. Iterated with `for await` it reads the queue without the machinery of web streams;
 * `getReader`, `pipeThrough` and the like work as on any other.
 */
export class RunStream extends IterableReadableStream<unknown> {
  readonly #queue: ChunkQueue
  readonly #stopper: AbortController
  readonly #running: Promise<void>

  /**
   * @param stopper aborted when the consumer wants no more
   * @param running resolves when the run has ended, however it did
   */
  constructor(queue: ChunkQueue, stopper: AbortController, running: Promise<void>) {
    super(
      {
        async pull(controller) {
          const { done, value } = await queue.next()
          if (done === true) controller.close()
          else controller.enqueue(value)
        },
        cancel: (reason) => this.#stop(reason),
      },
      { highWaterMark: 0 },
    )
    this.#queue = queue
    this.#stopper = stopper
    this.#running = running
  }

  /** Aborted once the stream is cancelled. */
  get signal(): AbortSignal {
    return this.#stopper.signal
  }

  /** Stops the run. Unlike other streams, this one may be cancelled while somebody holds a reader of it. */
  override async cancel(reason?: unknown): Promise<void> {
    await this.#stop(reason)
  }

  override next(): Promise<IteratorResult<unknown>> {
    if (this.locked) return super.next()
    const next = this.#queue.next()
    return this.#queue.hasReader ? next.then(pass).then(pass).then(pass) : next
  }

  override async return(): Promise<IteratorResult<unknown>> {
    if (this.locked) return super.return()
    await this.#stop()
    return { done: true, value: undefined }
  }

  override async throw(error: unknown): Promise<IteratorResult<unknown>> {
    await this.#stop()
    throw error
  }

  async #stop(reason?: unknown): Promise<void> {
    this.#queue.drop()
    this.#stopper.abort(reason)
    await this.#running
  }
}
