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

  push(chunk: unknown): void {
    const reader = this.#readers.shift()
    if (reader === undefined) this.#chunks.push(chunk)
    else reader.resolve({ done: false, value: chunk })
  }

  /** No more chunks: the stream ends, or fails, once those that were pushed are read. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#end !== undefined) return
    this.#end = failure ?? {}
    for (const reader of this.#readers.splice(0)) {
      if (failure === undefined) reader.resolve({ done: true, value: undefined })
      else reader.reject(failure.error)
    }
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

/**
 * The stream that callers get. Iterated with `for await` it reads the queue without the machinery of web streams;
 * `getReader`, `pipeThrough` and the like work as on any other.
 */
export class RunStream extends IterableReadableStream<unknown> {
  readonly #queue: { next(): Promise<IteratorResult<unknown, undefined>> }
  readonly #stop: (reason?: unknown) => Promise<void>

  /** @param stop called when the consumer wants no more */
  constructor(
    queue: { next(): Promise<IteratorResult<unknown, undefined>> },
    stop: (reason?: unknown) => Promise<void>,
  ) {
    super(
      {
        async pull(controller) {
          const { done, value } = await queue.next()
          if (done === true) controller.close()
          else controller.enqueue(value)
        },
        cancel: stop,
      },
      { highWaterMark: 0 },
    )
    this.#queue = queue
    this.#stop = stop
  }

  override next(): Promise<IteratorResult<unknown>> {
    return this.locked ? super.next() : this.#queue.next()
  }

  override async return(): Promise<IteratorResult<unknown>> {
    if (this.locked) return super.return()
    await this.#stop()
    return { done: true, value: undefined }
  }

  override async throw(error: unknown): Promise<IteratorResult<unknown>> {
    await this.#stop(error)
    throw error
  }
}
