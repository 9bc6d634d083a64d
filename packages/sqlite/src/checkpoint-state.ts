import type { Version } from '@cairn/engine'

/** A value in the `value` table. Its length is known if this process wrote it. */
export interface StoredText {
  readonly row: number
  readonly length: number | undefined
}

/** The text of a value, or where it is. */
export type Slot = string | StoredText

/** What a checkpoint holds, with its values as text. */
export interface CheckpointState {
  /** Text of the metadata, but for what the entry's head has. */
  metadata: string
  readonly versions: Map<string, Version>
  readonly seen: Map<string, Map<string, Version>>
  readonly values: Map<string, Slot>
}

export function emptyState(): CheckpointState {
  return { metadata: '', versions: new Map(), seen: new Map(), values: new Map() }
}
