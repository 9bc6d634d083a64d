import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** A graph of one node, invoked `times` times, one after the other. */
export function invoke(times: number): ProgramWorkload {
  return {
    id: 'invoke',
    title: `one-node \`invoke\`, ${count(times)} times, no saver`,
    unit: { name: 'invoke', count: times },
    work: { kind: 'invoke', times },
    storage: 'none',
    expected: { count: times },
  }
}
