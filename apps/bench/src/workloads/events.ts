import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** The loop as the events of its runs: each starts and ends, and the graph tells each update as a chunk. */
export function events(steps: number): ProgramWorkload {
  const runs = 2 + 2 * steps
  return {
    id: 'events',
    title: `${count(steps)}-superstep loop, \`streamEvents\` v2 consumed, no saver`,
    unit: { name: 'superstep', count: steps },
    work: { kind: 'events', steps },
    storage: 'none',
    expected: { starts: runs, ends: runs, chunks: steps },
  }
}
