import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Readings } from '../workload.ts'

/** Reads what memory the process holds once its garbage is collected. */
export class MemoryGauge {
  readonly #collect = garbageCollector()
  readonly #readings: Record<string, number> = {}

  /** Reads the heap and the resident memory, in megabytes: `earlyHeap` and `earlyResident`. */
  read(name: 'early' | 'late'): void {
    this.#collect()
    const { heapUsed, rss } = process.memoryUsage()
    this.#readings[`${name}Heap`] = heapUsed / 1e6
    this.#readings[`${name}Resident`] = rss / 1e6
  }

  readings(): Readings {
    return { ...this.#readings }
  }
}

/** V8's own, which a process that was started without `--expose-gc` can still ask for in a new context. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
