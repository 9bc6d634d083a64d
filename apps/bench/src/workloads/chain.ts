import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** `nodes` nodes in a row, run `times` times over, because once is over too soon to be measured. */
export function chain(nodes: number, times: number): ProgramWorkload {
  return {
    id: 'chain',
    title: `chain of ${count(nodes)} nodes, no saver, ${count(times)} times`,
    unit: { name: 'superstep', count: nodes * times },
    work: { kind: 'chain', nodes, times },
    storage: 'none',
    expected: { count: nodes * times },
  }
}
