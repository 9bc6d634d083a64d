// What LangGraph's checkpoints hold of delta channels: nothing, and now and then a snapshot. The records are
// LangGraph's, metadata and versions included, so that either engine goes on from what the other has stored.
//   D1. A snapshot comes when a channel has had `snapshotFrequency` updates since the last one, or 5000 supersteps
//       have gone by, whatever happened in them.
//   D2. Writes beside a checkpoint lead to one of its children, and no record says to which. Whoever branches off
//       there holds the channels whole that were written there, so that no reader takes these writes for its own.
//   D3. An Overwrite, after which earlier writes count no more, is followed by a snapshot.
//   D4. A snapshot of a channel that nobody wrote has a new version all the same, so that savers which keep values by
//       version keep it. Nobody is due because of it: whoever had seen the old version has seen the new one.
import { uuid5 } from '@langchain/langgraph-checkpoint'
import {
  INPUT,
  NULL_TASK_ID,
  type CheckpointDraft,
  type CheckpointMetadata,
  type Durability,
  type DraftedCheckpoint,
  type LastSnapshot,
  type PendingWrite,
  type Plan,
  type Position,
  type SeenVersions,
  type Snapshot,
  type Snapshots,
  type SnapshotsBeginning,
  type StoredCheckpoint,
  type Task,
  type Version,
  type Write,
} from '@cairn/engine'
import { rebuiltChannels, type RebuiltChannel } from '../lower/delta-channel.ts'
import { ExitWrites } from './exit-writes.ts'
import { overwriteOf } from './overwrite.ts'

const COUNTERS = 'counters_since_delta_snapshot'
const VERSIONED = 'delta_writes_versioned'
const BUMPS = '__snapshot_bumps__'

/** Since a channel's last snapshot. */
type Counters = readonly [updates: number, supersteps: number]

/** Where a run begins: at a checkpoint as its saver gave it, or at none. */
export interface SnapshotsStart {
  readonly loaded: StoredCheckpoint | undefined
  readonly position: Position
  readonly durability: Durability
}

/** All writes to delta channels in this thread have given them a version. */
export function areWritesVersioned(metadata: CheckpointMetadata): boolean {
  return metadata[VERSIONED] === true
}

/** `undefined` for a graph without delta channels. */
export function deltaSnapshots(plan: Plan, start: SnapshotsStart): Snapshots | undefined {
  const { deltas } = rebuiltChannels(plan)
  return deltas.size === 0 ? undefined : new DeltaSnapshots(plan, deltas, start)
}

class DeltaSnapshots implements Snapshots {
  readonly channels: ReadonlySet<string>
  readonly #plan: Plan
  readonly #deltas: ReadonlyMap<string, RebuiltChannel>
  readonly #loaded: StoredCheckpoint | undefined
  /** The run begins at the newest checkpoint, on which nothing has been built. */
  readonly #isAtHead: boolean
  readonly #isVersioned: boolean
  readonly #exit: ExitWrites | undefined
  #counters: Readonly<Record<string, Counters>>
  /** Channels that the next checkpoint holds, whatever their counters say. */
  readonly #forced = new Set<string>()
  /** Writes that were found beside the loaded checkpoint and are to be taken back by their tasks. */
  #unclaimed: readonly PendingWrite[] = []
  /** Of the newest checkpoint in the store: its versions, and the channels it holds. */
  #storedVersions: Readonly<Record<string, Version>>
  #held: readonly string[]

  constructor(
    plan: Plan,
    deltas: ReadonlyMap<string, RebuiltChannel>,
    { loaded, position, durability }: SnapshotsStart,
  ) {
    this.#plan = plan
    this.#deltas = deltas
    this.#loaded = loaded
    this.channels = new Set(deltas.keys())
    this.#isAtHead = loaded !== undefined && !position.isAddressed
    this.#isVersioned = loaded === undefined || areWritesVersioned(loaded.metadata)
    this.#exit = durability === 'exit' ? new ExitWrites(this.#writesOf(loaded?.writes ?? [])) : undefined
    this.#counters = (loaded?.metadata[COUNTERS] as Record<string, Counters> | undefined) ?? {}
    this.#storedVersions = { ...loaded?.versions }
    this.#held = [...this.channels].filter((name) => Object.hasOwn(loaded?.values ?? {}, name))
  }

  begin({ reusesWrites, command, forks }: SnapshotsBeginning): void {
    const loaded = this.#loaded?.writes ?? []
    const own = command.filter(([channel]) => this.channels.has(channel))
    if (reusesWrites) this.#unclaimed = loaded.filter(([taskId]) => taskId !== NULL_TASK_ID)
    else this.#force(this.#writesOf(loaded).map(([, channel]) => channel))
    if (forks) this.#force(own.map(([channel]) => channel))
    else this.#exit?.addCommand(own)
  }

  input(
    step: number,
    writes: readonly Write[],
  ): readonly [taskId: string, writes: readonly Write[]] | undefined {
    const own = writes.filter(([channel]) => this.channels.has(channel))
    if (own.length === 0) return undefined
    this.#forceOverwritten(own)
    if (this.#exit !== undefined) this.#exit.add(step, NULL_TASK_ID, '', own)
    else if (this.#isAtHead) return [uuid5(INPUT, this.#loaded!.id), own]
    else this.#force(own.map(([channel]) => channel))
  }

  superstep(step: number, tasks: readonly Task[]): void {
    for (const { writes } of tasks) this.#forceOverwritten(writes)
    this.#exit?.begin(step)
    if (this.#unclaimed.length === 0) return
    const claimed = new Set(tasks.filter(({ isRestored }) => isRestored).map(({ id }) => id))
    const left = this.#writesOf(this.#unclaimed).filter(([taskId]) => !claimed.has(taskId))
    this.#force(left.map(([, channel]) => channel))
    this.#unclaimed = []
  }

  next({ draft, updated, holds, isKept, unseen }: DraftedCheckpoint): Snapshot {
    const { source, step } = draft.metadata
    if (source === 'loop') {
      for (const { taskId, taskPath, writes } of unseen)
        this.#exit?.addTask(
          step,
          taskId,
          taskPath,
          writes.filter(([channel]) => this.channels.has(channel)),
        )
    }
    this.#counters = Object.fromEntries(
      [...this.channels].map((name) => {
        const [updates, supersteps] = this.#counters[name] ?? [0, 0]
        return [name, [updated.includes(name) ? updates + 1 : updates, supersteps + 1]]
      }),
    )
    return isKept ? this.#kept(draft, holds) : { ...this.#described(draft), whole: [], dropped: [] }
  }

  last(
    { draft, holds }: Pick<DraftedCheckpoint, 'draft' | 'holds'>,
    anchorId: string,
    createdAt: string,
  ): LastSnapshot {
    const exit = this.#exit!
    exit.begin(draft.metadata.step) // a run that got no further than its command has that to keep
    if (this.#loaded !== undefined && !this.#isAtHead) this.#force(exit.channels)
    const whole = new Set(this.#due(draft, holds))
    const writes = exit.writesFor(anchorId, (channel) => !whole.has(channel))
    const needsAnchor = this.#loaded === undefined && writes.length > 0
    return {
      ...this.#kept(draft, holds),
      writes,
      ...(needsAnchor && { anchor: emptyCheckpoint(anchorId, createdAt) }),
    }
  }

  #kept(draft: CheckpointDraft, holds: DraftedCheckpoint['holds']): Snapshot {
    const whole = this.#due(draft, holds)
    const moved = this.#moved(draft, whole)
    const dropped = this.#held.filter((name) => !whole.includes(name))
    for (const name of whole) this.#forced.delete(name)
    this.#counters = { ...this.#counters, ...Object.fromEntries(whole.map((name) => [name, none])) }
    this.#held = whole
    this.#storedVersions = { ...moved.versions }
    return { ...this.#described(moved), whole, dropped }
  }

  /** With what is said of delta channels in the metadata. */
  #described({ metadata, ...rest }: CheckpointDraft): CheckpointDraft {
    const { [COUNTERS]: _, ...others } = metadata
    const counters = Object.entries(this.#counters).filter(([, [updates, steps]]) => updates > 0 || steps > 0)
    return {
      ...rest,
      metadata: {
        ...(others as CheckpointMetadata),
        ...(this.#isVersioned && { [VERSIONED]: true }),
        ...(counters.length > 0 && { [COUNTERS]: Object.fromEntries(counters) }),
      },
    }
  }

  /** Channels that a checkpoint holds now. */
  #due({ versions }: CheckpointDraft, holds: DraftedCheckpoint['holds']): string[] {
    const bound = superstepBound()
    return [...this.#deltas.keys()].filter((name) => {
      if (!holds(name)) return false
      if (this.#forced.has(name)) return true
      if (this.#isVersioned && versions[name] === undefined) return false
      const [updates, supersteps] = this.#counters[name] ?? none
      return updates >= this.#deltas.get(name)!.snapshotFrequency! || supersteps >= bound
    })
  }

  #moved(draft: CheckpointDraft, whole: readonly string[]): CheckpointDraft {
    const moves = whole
      .filter((name) => draft.versions[name] === this.#storedVersions[name])
      .map((name): Move => ({ channel: name, from: draft.versions[name], to: next(draft.versions[name]) }))
    if (moves.length === 0) return draft
    return {
      metadata: draft.metadata,
      versions: { ...draft.versions, ...Object.fromEntries(moves.map(({ channel, to }) => [channel, to])) },
      seen: seenAfter(draft.seen, moves, this.#plan),
    }
  }

  #force(channels: Iterable<string>): void {
    for (const channel of channels) this.#forced.add(channel)
  }

  #forceOverwritten(writes: readonly Write[]): void {
    for (const [channel, value] of writes)
      if (this.channels.has(channel) && overwriteOf(value) !== undefined) this.#forced.add(channel)
  }

  #writesOf(writes: readonly PendingWrite[]): readonly PendingWrite[] {
    return writes.filter(([, channel]) => this.channels.has(channel))
  }
}

const none: Counters = [0, 0]

interface Move {
  readonly channel: string
  readonly from: Version | undefined
  readonly to: Version
}

function next(version: Version | undefined): number {
  return version === undefined ? 1 : Number.parseInt(String(version), 10) + 1
}

/**
 * Whoever has seen the old version has seen the new one. `__snapshot_bumps__` notes `node|channel` → the new version
 * and `node:channel` → the version that the node has really read, if it has read any.
 */
function seenAfter(seen: SeenVersions, moves: readonly Move[], plan: Plan): SeenVersions {
  const after: Record<string, Readonly<Record<string, Version>>> = { ...seen }
  for (const { channel, from } of moves) {
    if (from !== undefined) continue
    // Nobody ever wrote it, so those who wait for it have seen all there is.
    for (const { name } of plan.subscribers[plan.slotByChannel.get(channel)!]!) after[name] ??= {}
  }
  const notes: Record<string, Version> = { ...seen[BUMPS] }
  for (const node of Object.keys(after)) {
    if (node === BUMPS) continue
    for (const { channel, from, to } of moves) {
      if (after[node]![channel] !== from) continue
      if (from !== undefined && notes[`${node}|${channel}`] !== from) notes[`${node}:${channel}`] = from
      notes[`${node}|${channel}`] = to
      after[node] = { ...after[node], [channel]: to }
    }
  }
  return Object.keys(notes).length === 0 ? after : { ...after, [BUMPS]: notes }
}

/** Read each time: LangGraph lets it change while the process runs. */
function superstepBound(): number {
  const given = Number.parseInt(process.env['LANGGRAPH_DELTA_MAX_SUPERSTEPS_SINCE_SNAPSHOT'] ?? '', 10)
  return given > 0 ? given : 5000
}

function emptyCheckpoint(id: string, createdAt: string): NonNullable<LastSnapshot['anchor']> {
  return {
    id,
    parentId: undefined,
    createdAt,
    metadata: { source: 'loop', step: -2, parents: {} },
    versions: {},
    seen: {},
    changed: {},
    removed: [],
  }
}
