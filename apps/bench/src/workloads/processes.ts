import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** `threads` loops at once in each of several processes, all on one SQLite file. */
export function processes(processCount: number, threads: number, steps: number): ProgramWorkload {
  const allThreads = processCount * threads
  return {
    id: 'processes',
    title: `${count(processCount)} processes × ${count(threads)} threads × ${count(steps)} supersteps at once, one SQLite file`,
    unit: { name: 'superstep', count: allThreads * steps },
    work: { kind: 'processes', processes: processCount, threads, steps },
    storage: 'sqlite',
    expected: { threads: allThreads, count: allThreads * steps },
    readings: { p50: 'superstep p50 ms', p99: 'superstep p99 ms' },
  }
}
