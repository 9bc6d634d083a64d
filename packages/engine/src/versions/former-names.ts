import type { StoredCheckpoint } from '../store.ts'

/**
 * Kept in the metadata of a checkpoint that a migration made, under `migration`. The tasks that are due there had begun,
 * or asked, under these names: they keep their ids, so that what was kept of them, questions and nested graphs
 * included, is found.
 */
export interface FormerNames {
  /** The checkpoint that the migration made: whoever copies its metadata makes another one. */
  readonly at: string
  /** Versions of the graph. */
  readonly from: string
  readonly to: string
  /** Where the tasks became due. */
  readonly checkpoint: string
  readonly namespace: string
  /** Number of their superstep. */
  readonly step: number
  /** New name → old name, for those that differ. */
  readonly nodes: Readonly<Record<string, string>>
  readonly channels: Readonly<Record<string, string>>
  /** The index that each send had, if some were given up. */
  readonly sends?: readonly number[]
}

/** `undefined` for a checkpoint that no migration made. */
export function formerNames({
  id,
  metadata,
}: Pick<StoredCheckpoint, 'id' | 'metadata'>): FormerNames | undefined {
  const migration = metadata['migration'] as FormerNames | undefined
  return migration?.at === id ? migration : undefined
}

/** Whether somebody edited or copied the state by hand, which makes a checkpoint a beginning of its own. */
export function isEdit(stored: Pick<StoredCheckpoint, 'id' | 'metadata'>): boolean {
  const { source } = stored.metadata
  return (source === 'update' || source === 'fork') && formerNames(stored) === undefined
}
