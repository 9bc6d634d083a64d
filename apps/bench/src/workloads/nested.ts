import type { ProgramWorkload, StorageKind } from '../workload.ts'
import { count, storageTitle } from '../words.ts'

/** How many graphs stand inside the root, each the only node of the one around it. */
export const NESTED_DEPTH = 3

/** The root loops; at each round it enters all levels, and the innermost adds one. */
export function nested(iterations: number, storage: StorageKind): ProgramWorkload {
  return {
    id: `nested-${storage}`,
    title: `subgraphs nested three deep, ${count(iterations)} iterations, ${storageTitle(storage)}`,
    unit: { name: 'iteration', count: iterations },
    work: { kind: 'nested', iterations },
    storage,
    expected: { count: iterations },
  }
}
