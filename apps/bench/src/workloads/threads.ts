import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** `threads` loops of `steps` supersteps, all invoked at once in one process, on one SQLite file. */
export function threads(threadCount: number, steps: number): ProgramWorkload {
  return {
    id: 'threads',
    title: `${count(threadCount)} threads × ${count(steps)} supersteps at once, async nodes, one SQLite file`,
    unit: { name: 'superstep', count: threadCount * steps },
    work: { kind: 'threads', threads: threadCount, steps },
    storage: 'sqlite',
    expected: { threads: threadCount, count: threadCount * steps },
    readings: { p50: 'superstep p50 ms', p99: 'superstep p99 ms' },
  }
}
