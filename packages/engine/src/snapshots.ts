// The port for channels that checkpoints do not hold, because a reader can rebuild them from what tasks wrote since
// one did. Somebody has to say when such a channel is kept whole all the same.
import type { CheckpointMetadata, NewCheckpoint, SeenVersions, TaskWrites, Version } from './store.ts'
import type { Task } from './task.ts'
import type { Write } from './write.ts'

/** The part of a checkpoint that a `Snapshots` may change before it is made. */
export interface CheckpointDraft {
  readonly metadata: CheckpointMetadata
  readonly versions: Readonly<Record<string, Version>>
  readonly seen: SeenVersions
}

export interface DraftedCheckpoint {
  readonly draft: CheckpointDraft
  /** Channels that were updated by what led to it, and hold something. */
  readonly updated: readonly string[]
  /** Whether a channel holds something. */
  holds(channel: string): boolean
  /** Whether a store gets it: with `exit`, only the last one. */
  readonly isKept: boolean
  /** With `exit`: what led to it, and no store has seen. */
  readonly unseen: readonly TaskWrites[]
}

export interface Snapshot extends CheckpointDraft {
  /** Channels that it holds whole. */
  readonly whole: readonly string[]
  /** Channels that its parent in the store holds, and it does not. */
  readonly dropped: readonly string[]
}

/** The end of a run with `exit` durability: what no checkpoint holds, for readers to rebuild the last one from. */
export interface LastSnapshot extends Snapshot {
  /** To be kept beside the checkpoint that the run began from. */
  readonly writes: readonly TaskWrites[]
  /** An empty one that they belong to, when the run began without. */
  readonly anchor?: NewCheckpoint
}

/** How a run that has such channels begins. */
export interface SnapshotsBeginning {
  /** Tasks whose writes lie beside the checkpoint take them back. */
  readonly reusesWrites: boolean
  /** The writes of its command. */
  readonly command: readonly Write[]
  /** It begins with a copy of its checkpoint, beside which the command is not kept. */
  readonly forks: boolean
}

/** Decides, for one run, what its checkpoints hold of these channels. Asked only by a run that has a store. */
export interface Snapshots {
  readonly channels: ReadonlySet<string>
  begin(beginning: SnapshotsBeginning): void
  /** An input was applied. What it gives is kept beside the checkpoint that the run began from. */
  input(
    step: number,
    writes: readonly Write[],
  ): readonly [taskId: string, writes: readonly Write[]] | undefined
  /** The tasks of a superstep were applied. */
  superstep(step: number, tasks: readonly Task[]): void
  next(checkpoint: DraftedCheckpoint): Snapshot
  /** With `exit`: the last checkpoint, which `next` has seen already, is to be kept now. */
  last(
    checkpoint: Pick<DraftedCheckpoint, 'draft' | 'holds'>,
    anchorId: string,
    createdAt: string,
  ): LastSnapshot
}
