import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** The loop under a handler that counts: a run for the graph, its start, and in each superstep the node and its conditional edge. */
export function handler(steps: number): ProgramWorkload {
  const runs = 2 + 2 * steps
  return {
    id: 'handler',
    title: `${count(steps)}-superstep loop with one callback handler, no saver`,
    unit: { name: 'superstep', count: steps },
    work: { kind: 'handler', steps },
    storage: 'none',
    expected: { count: steps, starts: runs, ends: runs },
  }
}
