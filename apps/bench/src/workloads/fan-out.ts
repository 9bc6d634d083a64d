import type { ProgramWorkload, StorageKind } from '../workload.ts'
import { count, storageTitle } from '../words.ts'

/** `sends` tasks in one superstep, each with an input of its own, and a join that reads what they add up to. */
export function fanOut(sends: number, storage: StorageKind): ProgramWorkload {
  return {
    id: `fan-out-${sends}-${storage}`,
    title: `fan-out of ${count(sends)} Sends and a join, ${storageTitle(storage)}`,
    unit: { name: 'task', count: sends },
    work: { kind: 'fan-out', sends },
    storage,
    // Task `i` finds `2 * i`; the join writes their sum into `answer`.
    expected: { tasks: sends, answer: sends * (sends - 1) },
  }
}
