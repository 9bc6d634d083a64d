import { Worker } from 'node:worker_threads'

/** Places in the memory that the threads share. */
const released = 0
const ready = 1

/** How long the thread may take to start, in milliseconds. */
const startLimitMs = 30_000

// As text, since a program that was bundled into one file has no other file to start a thread from.
const body = `
const { workerData: { shared, microseconds } } = require('node:worker_threads')
Atomics.store(shared, ${ready}, 1)
Atomics.notify(shared, ${ready})
Atomics.wait(shared, ${released}, 0)
const end = process.hrtime.bigint() + BigInt(microseconds) * 1000n
while (process.hrtime.bigint() < end);
process.kill(process.pid, 'SIGKILL')
`

/** Kills the process that it belongs to, some microseconds after it was released, whatever the process does then. */
export class KillerThread {
  readonly #shared = new Int32Array(new SharedArrayBuffer(8))

  /** Returns when the thread is ready. */
  constructor(microseconds: number) {
    const worker = new Worker(body, { eval: true, workerData: { shared: this.#shared, microseconds } })
    worker.unref()
    if (Atomics.wait(this.#shared, ready, 0, startLimitMs) === 'timed-out')
      throw new Error(`The thread that is to kill this process did not start within ${startLimitMs} ms.`)
  }

  release(): void {
    Atomics.store(this.#shared, released, 1)
    Atomics.notify(this.#shared, released)
  }
}
