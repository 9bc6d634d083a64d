import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** A loop of very many supersteps, and the memory it holds after `earlyStep` of them and at its end. */
export function longRun(steps: number, earlyStep: number): ProgramWorkload {
  return {
    id: 'long-run',
    title: `${count(steps)}-superstep loop and the memory it holds, SQLite`,
    unit: { name: 'superstep', count: steps },
    work: { kind: 'long-run', steps, earlyStep },
    storage: 'sqlite',
    expected: { count: steps },
    readings: {
      earlyHeap: `heap at ${count(earlyStep)} MB`,
      lateHeap: `heap at ${count(steps)} MB`,
      earlyResident: `resident at ${count(earlyStep)} MB`,
      lateResident: `resident at ${count(steps)} MB`,
    },
  }
}
