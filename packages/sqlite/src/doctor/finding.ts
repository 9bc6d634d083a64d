import type { CompactId } from '../compact-id.ts'

/** A row that a quarantine would move. */
export type SuspectRow =
  | {
      readonly table: 'entry'
      readonly line: number
      readonly checkpoint: CompactId
      readonly task: CompactId
    }
  | { readonly table: 'value' | 'memory_item' | 'memory_vector'; readonly id: number }

export type FindingKind =
  /** SQLite itself finds the file damaged. */
  | 'file'
  /** A name of a channel, a node or a task path is missing or damaged. */
  | 'name'
  /** The shape of a graph is damaged. */
  | 'shape'
  /** Rows are there whose thread or line is not. */
  | 'line'
  /** Checkpoints cannot be put together. */
  | 'checkpoint'
  /** What a task wrote cannot be read. */
  | 'task'
  /** A row of values is damaged, and no checkpoint needs it. */
  | 'value'
  /** An item of a memory, or a vector of one, is damaged. */
  | 'memory'
  /** Rows that nothing refers to. */
  | 'leftover'

/** One thing that is wrong with a store. */
export interface Finding {
  readonly kind: FindingKind
  /** False for what takes room and does no harm. */
  readonly isDamage: boolean
  readonly threadId?: string
  /** Of the line: `''` for the thread's own, or that of a nested graph. */
  readonly namespace?: string
  readonly checkpointIds?: readonly string[]
  readonly taskId?: string
  /** What is wrong, a sentence. */
  readonly what: string
  /** What cannot be had any more, a sentence. */
  readonly lost: string
  /** What to do about it, a sentence or two. */
  readonly remedy: string
  /** How many rows `quarantine` would move; 0 for what it cannot help. */
  readonly movable: number
}

/** What a store holds, and what is wrong with it. */
export interface Examination {
  /** The file as it was given. */
  readonly path: string
  readonly threads: number
  readonly checkpoints: number
  readonly tasks: number
  readonly values: number
  /** Rows that are encrypted, and whose content was not looked at for want of a key. */
  readonly sealed: number
  /** Rows in quarantine from earlier. */
  readonly quarantined: number
  readonly findings: readonly Finding[]
}
