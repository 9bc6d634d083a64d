import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** The loop as a stream: the state after the input and after each superstep, and each superstep's update. */
export function stream(steps: number): ProgramWorkload {
  return {
    id: 'stream',
    title: `${count(steps)} supersteps, \`values\` and \`updates\` stream consumed, no saver`,
    unit: { name: 'superstep', count: steps },
    work: { kind: 'stream', steps },
    storage: 'none',
    expected: { count: steps, values: steps + 1, updates: steps },
  }
}
