import type { NodeKind, ProgramWorkload, StorageKind } from '../workload.ts'
import { count, storageTitle } from '../words.ts'

/** A counter that goes round `steps` times, one superstep each. */
export function loop(steps: number, node: NodeKind, storage: StorageKind): ProgramWorkload {
  return {
    id: `loop-${node}-${storage}`,
    title: `${count(steps)}-superstep loop, ${node} node, ${storageTitle(storage)}`,
    unit: { name: 'superstep', count: steps },
    work: { kind: 'loop', steps, node },
    storage,
    expected: { count: steps },
  }
}
