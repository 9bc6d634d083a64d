// The port to whatever keeps checkpoints. The engine decides what is kept and when; a store only keeps it.
//   S1. A commit is one transaction: all of it is seen by later loads, or none of it.
//   S2. When `commit` returns (or its promise resolves), the commit survives the death of the process.
//   S3. Values are taken as they are at the call: a store encodes or copies before it returns control.
//   S4. Within a line, checkpoint ids sort as text in the order in which they were made.
//   S5. Commits take effect in the order of the calls. A run does not wait for the promise of one before it makes
//       the next, which may build on it; after one that failed, those that build on it fail.
import type { Lease, Leases } from './lease.ts'
import type { Write } from './write.ts'

export type Awaitable<T> = T | Promise<T>

/** One line of checkpoints: a thread's own (`namespace` is `''`) or that of one nested graph within it. */
export interface Line {
  readonly threadId: string
  readonly namespace: string
}

/** Versions of a channel grow; 0 (or `''` in the text form some savers use) means "never written". */
export type Version = number | string

/** node → trigger channel → the version of that channel which the node has consumed. */
export type SeenVersions = Readonly<Record<string, Readonly<Record<string, Version>>>>

/** Where a checkpoint comes from: an input, a superstep, an edit of the state, or a fork of an earlier one. */
export type CheckpointSource = 'input' | 'loop' | 'update' | 'fork'

export interface CheckpointMetadata {
  readonly source: CheckpointSource
  /** -1 for a thread's first input, 0 for the superstep of the start node, then counting up. */
  readonly step: number
  /** namespace → checkpoint id of every graph around this one; `{}` at the root. */
  readonly parents: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

/** What a task wrote, kept beside the checkpoint it started from: `[taskId, channel, value]`. */
export type PendingWrite = readonly [taskId: string, channel: string, value: unknown]

/**
 * What the graph looked like that made a checkpoint. Whoever commits gives the same object for all checkpoints of one
 * graph, so that a store can keep it once and remember where.
 */
export interface StoredShape {
  /** SHA-256 of the text: 64 hexadecimal digits. A store may check it. */
  readonly hash: string
  /** JSON; see `PlanShape`. */
  readonly text: string
}

/**
 * A whole checkpoint as `load` and `list` give it: fresh values, which the caller may keep and change. A store may read
 * `values`, `versions`, `seen` and `writes` of a checkpoint that was listed when they are first looked at.
 */
export interface StoredCheckpoint {
  readonly line: Line
  readonly id: string
  readonly parentId: string | undefined
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly metadata: CheckpointMetadata
  /** channel → what its `save` gave; a channel that is empty is absent. */
  readonly values: Readonly<Record<string, unknown>>
  readonly versions: Readonly<Record<string, Version>>
  readonly seen: SeenVersions
  /** In replay order: by task path, task id, then position within the task. */
  readonly writes: readonly PendingWrite[]
  /** Task id → task path, of the tasks in `writes`. A store that does not know them leaves this out. */
  readonly taskPaths?: Readonly<Record<string, string>>
  /** Absent when whoever made the checkpoint gave none. */
  readonly shape?: StoredShape
}

/** Where a checkpoint stands, without what it holds. */
export type CheckpointOutline = Pick<StoredCheckpoint, 'line' | 'id' | 'parentId'>

/** Writes of one task, to be kept beside checkpoint `checkpointId`. */
export interface TaskWrites {
  readonly checkpointId: string
  readonly taskId: string
  /** Orders the tasks of a superstep, compared by code point. */
  readonly taskPath: string
  readonly writes: readonly Write[]
  /** The name of the task's node, for the sake of errors. It is not kept. */
  readonly node?: string
}

/** A checkpoint as it is committed: its values are its parent's, plus `changed`, minus `removed`. */
export interface NewCheckpoint {
  readonly id: string
  /** A checkpoint of the same line that is in the store already; without one, `changed` holds every value. */
  readonly parentId: string | undefined
  readonly createdAt: string
  readonly metadata: CheckpointMetadata
  readonly versions: Readonly<Record<string, Version>>
  readonly seen: SeenVersions
  readonly changed: Readonly<Record<string, unknown>>
  /** Channels that hold nothing any more. */
  readonly removed: readonly string[]
  readonly shape?: StoredShape
}

/** What is kept together or not at all. `writes` come first: they may belong to an earlier checkpoint. */
export interface Commit {
  readonly line: Line
  readonly writes: readonly TaskWrites[]
  readonly checkpoint?: NewCheckpoint
  /** Refused with code `LEASE_LOST` unless this is the newest lease of the thread. For stores that have `leases`. */
  readonly lease?: Lease
  /**
   * Refused with code `HEAD_MOVED` unless this is the newest checkpoint of the line, or there is none for `null`.
   * Default: any. For stores that have `leases`.
   */
  readonly expectedHead?: string | null
}

export interface ListQuery {
  readonly threadId?: string
  readonly namespace?: string
  /** Only checkpoints whose id is smaller than this one. */
  readonly before?: string
  /** At most this many. */
  readonly limit?: number
  /** Metadata keys that must have these values. */
  readonly filter?: Readonly<Record<string, unknown>>
}

/**
 * Keeps lines of checkpoints.
 *
 * Control channels (see `control.ts`) in `TaskWrites` have one place per task: a batch that holds only control
 * writes replaces what stood there. Any other write is kept once: the first one at its position stays.
 */
export interface Store {
  /** Whether a commit that fails keeps nothing of it (S1). Default: true. */
  readonly isAtomic?: boolean
  /**
   * Whether the promise of a commit resolves before the event loop turns again, as a rule. Then a run waits for it before
   * it runs a node, whatever its durability, so that what is finished is never lost. Default: false.
   */
  readonly isPrompt?: boolean
  /** Gives threads to one run at a time. A store without it lets everybody write. */
  readonly leases?: Leases
  /** The checkpoint with this id, or the newest of the line, or `undefined`. */
  load(line: Line, checkpointId?: string): Awaitable<StoredCheckpoint | undefined>
  /**
   * Writes may come before their checkpoint. A checkpoint that is committed again under its id replaces the first
   * and keeps its writes. A parent that the line does not hold is refused, with code `STORE_UNKNOWN_PARENT`.
   */
  commit(commit: Commit): Awaitable<void>
  /** Newest first. */
  list(query: ListQuery): Iterable<StoredCheckpoint> | AsyncIterable<StoredCheckpoint>
  /** As `list`, without what the checkpoints hold: for stores that know it for much less. */
  outline?(
    query: Pick<ListQuery, 'threadId' | 'namespace'>,
  ): Iterable<CheckpointOutline> | AsyncIterable<CheckpointOutline>
  /** Forgets a thread: every line of it, and its lease. Whoever holds it has lost it. */
  deleteThread(threadId: string): Awaitable<void>
}
