import type { Version } from '@cairn/engine'
import type { Place } from './parts/part.ts'

/** What a checkpoint holds, with its values as they are stored. */
export interface CheckpointState {
  /** Text of the metadata, but for what the entry's head has. */
  metadata: string
  readonly versions: Map<string, Version>
  readonly seen: Map<string, Map<string, Version>>
  readonly values: Map<string, Place>
}

export function emptyState(): CheckpointState {
  return { metadata: '', versions: new Map(), seen: new Map(), values: new Map() }
}
