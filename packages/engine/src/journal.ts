// Decides what goes into the store, and in which transaction.
//   J1. A finished task's writes are committed before the event loop turns again; tasks that settle in one turn
//       share a transaction.
//   J2. A checkpoint and the writes that led to it are one transaction, when the writes are not committed yet.
//   J3. A checkpoint carries the channels that changed since its parent, and nothing else.
//   J4. A task is announced only after its writes were given to the store, and in the order in which tasks settled.
//   J5. A write that cannot be kept does not take others with it: a commit that fails is tried task by task.
//   J6. Commits are made in the order of what they keep, without waiting for one another.
//   J7. The thread is given back right after the last commit is made, so that a store may do both at once.
import type { AppliedTask } from './advance.ts'
import { EMPTY } from './channel.ts'
import type { Clock } from './clock.ts'
import { INPUT, INTERRUPT } from './control.ts'
import type { HeldThread } from './held-thread.ts'
import type { Ids } from './ids.ts'
import { keptWrites } from './kept-writes.ts'
import type { Plan } from './plan.ts'
import type { CheckpointDraft, Snapshot, Snapshots } from './snapshots.ts'
import { readChannel, seenByName, type State } from './state.ts'
import type {
  CheckpointMetadata,
  Commit,
  Line,
  NewCheckpoint,
  Store,
  StoredCheckpoint,
  TaskWrites,
  Version,
} from './store.ts'
import type { Task } from './task.ts'
import { abandoned, noWrites, recordOf } from './task-record.ts'
import { shapeOf } from './versions/plan-shape.ts'
import { withoutLiveValues } from './without-live-values.ts'
import { addWriters, namingWriters, type Writers } from './writers.ts'
import type { Write } from './write.ts'

/**
 * When a run waits for its store. `sync`: before the next superstep; `async`: at its end, and when hundreds of commits
 * are under way; `exit`: nothing is kept before the end, and then only the last checkpoint. A store that answers at
 * once is never waited for.
 */
export type Durability = 'sync' | 'async' | 'exit'

export interface JournalOptions {
  readonly plan: Plan
  /** Without one, checkpoints have ids and are kept nowhere. */
  readonly store: Store | undefined
  readonly line: Line
  /** What the run holds, and gives back at its end. */
  readonly held?: HeldThread | undefined
  readonly durability: Durability
  readonly loaded: StoredCheckpoint | undefined
  /** What the run begins with: it may hold channels that `loaded` does not. */
  readonly state: State
  readonly ids: Ids
  readonly clock: Clock
  /** For channels that checkpoints do not hold. */
  readonly snapshots?: Snapshots | undefined
  /** Channels whose value in `loaded` is not what the store holds of them. */
  readonly rebuilt?: readonly string[] | undefined
  /** Versions of channels have moved, though nobody wrote to them. */
  onMoved(draft: CheckpointDraft): void
  /** A commit that nobody waits for has failed. */
  onFailure(error: unknown): void
}

/** What a checkpoint tells of a task: which of its triggers it has seen. */
type RanTask = AppliedTask & { readonly name: string }

const inputTask: RanTask = { name: INPUT, node: undefined, fired: [], writes: [] }

/**
 * Commits under way from which on even `async` waits for the oldest: the store is too slow for the run, and what it has
 * not taken yet must not fill the memory.
 */
const mostUnderWay = 256

/** Turns of the microtask queue that a commit waits for more tasks to settle. */
const gatheringTurns = 8

/** The same for a task that another one called: its caller, which has gone on, does not settle together with it. */
const gatheringTurnsOfCalls = 1

export class Journal {
  readonly #plan: Plan
  readonly #store: Store | undefined
  readonly #line: Line
  readonly #held: HeldThread | undefined
  readonly #durability: Durability
  readonly #ids: Ids
  readonly #clock: Clock
  readonly #onFailure: (error: unknown) => void
  readonly #snapshots: Snapshots | undefined
  readonly #onMoved: (draft: CheckpointDraft) => void

  #versions: Record<string, Version>
  #seen: Record<string, Readonly<Record<string, Version>>>
  /** Slots that differ from the newest checkpoint in the store. */
  readonly #dirty: Set<number>
  #checkpointId: string
  #parentId: string | undefined
  /** The newest checkpoint that the store has, or is about to have. */
  #storedId: string | undefined
  #metadata: CheckpointMetadata
  /** The checkpoint that the run began from, or would have begun from. */
  readonly #firstId: string
  /** With `exit`: the state of the newest checkpoint, which is not in the store yet. */
  #unsaved: State | undefined
  #queued: TaskWrites[] = []
  /** What led to the present state. */
  #ran: readonly RanTask[] = []
  /** With `exit`: who wrote what is not in the store yet. */
  readonly #writers: Writers | undefined
  /** Of the tasks that are queued. */
  readonly #announcements: (() => void)[] = []
  #turnsLeft = 0
  #isGathering = false
  #isEnded = false
  readonly #underWay = new Set<Promise<void>>()
  #keeping: void | Promise<void> = undefined
  #failure: { readonly error: unknown } | undefined

  constructor(options: JournalOptions) {
    const { plan, store, line, durability, loaded, ids, clock, snapshots, rebuilt } = options
    const isNew = (slot: number) => {
      const name = plan.channelNames[slot]!
      if (rebuilt?.includes(name) === true) return true
      if (Object.hasOwn(loaded!.values, name)) return loaded!.values[name] === undefined
      return saved(plan, options.state, slot) !== EMPTY
    }
    this.#plan = plan
    this.#store = store
    this.#line = line
    this.#held = options.held
    this.#durability = durability
    this.#writers = durability === 'exit' ? new Map() : undefined
    this.#ids = ids
    this.#clock = clock
    this.#onFailure = options.onFailure
    this.#onMoved = options.onMoved
    this.#snapshots = store === undefined ? undefined : snapshots
    this.#versions = { ...loaded?.versions }
    this.#seen = { ...loaded?.seen }
    this.#dirty = new Set(
      loaded === undefined ? plan.storedSlots : plan.storedSlots.filter((slot) => isNew(slot)),
    )
    this.#firstId = loaded?.id ?? ids.checkpointId(0, undefined)
    this.#checkpointId = this.#firstId
    this.#parentId = loaded?.parentId
    this.#storedId = loaded?.id
    this.#metadata = loaded?.metadata ?? { source: 'input', step: -2, parents: {} }
  }

  /** The checkpoint from which the present tasks start. */
  get checkpointId(): string {
    return this.#checkpointId
  }

  get parentId(): string | undefined {
    return this.#parentId
  }

  get metadata(): CheckpointMetadata {
    return this.#metadata
  }

  get line(): Line {
    return this.#line
  }

  /** The commit of the newest checkpoint, when it is worth waiting for before a node runs. */
  get keeping(): void | Promise<void> {
    return this.#keeping
  }

  get isKeeping(): boolean {
    return this.#store !== undefined
  }

  /** Static breakpoints fire again only after something newer than now. */
  markInterruptsSeen(): void {
    this.#seen[INTERRUPT] = { ...this.#seen[INTERRUPT], ...this.#versions }
  }

  /** Notes what a barrier changed, for the next checkpoint. */
  noteAdvance(state: State, changed: ReadonlySet<number>, ran: readonly RanTask[]): void {
    if (this.#store === undefined) return
    this.#ran = ran
    if (this.#writers !== undefined) addWriters(this.#writers, ran)
    for (const slot of changed) {
      this.#dirty.add(slot)
      this.#versions[this.#plan.channelNames[slot]!] = state.versions[slot]!
    }
    for (const { name, node, fired } of ran) {
      if (node === undefined || fired.length === 0) this.#seen[name] ??= {}
      else this.#seen[name] = { ...this.#seen[name], ...seenByName(node, state.seen[node.slot]!) }
    }
  }

  noteInput(state: State, changed: ReadonlySet<number>): void {
    this.noteAdvance(state, changed, [inputTask])
  }

  /** Keeps the outcome of a task beside the checkpoint that it started from, and then announces it. */
  recordTask(task: Task, announce: (() => void) | undefined): void {
    if (this.#store !== undefined) {
      const record = recordOf(task)
      if (record.length > 0) {
        const kept = keptWrites(this.#plan, record)
        this.#record(task.id, task.path, kept.length === 0 ? noWrites : kept, task.name)
        if (task.origin.kind === 'call') this.#turnsLeft = gatheringTurnsOfCalls
      }
    }
    if (announce === undefined) return
    if (this.#queued.length > 0 && this.#durability !== 'exit') this.#announcements.push(announce)
    else if (task.origin.kind === 'call') queueMicrotask(() => this.#announce(announce))
    else announce()
  }

  /** As late as if there were a store that had to be given what the task wrote. */
  #announce(announce: () => void): void {
    try {
      announce()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Keeps that a task was given up. Should it still finish, what it wrote is kept as well, and counts. */
  recordAbandoned(task: Task): void {
    if (this.#store !== undefined) this.#record(task.id, task.path, abandoned, task.name)
  }

  /** Keeps what no task wrote: a command's update, its destinations, its answers. */
  recordCommand(taskId: string, writes: readonly Write[]): void {
    const kept = keptWrites(this.#plan, writes)
    if (this.#store !== undefined && kept.length > 0) this.#record(taskId, '', kept, INPUT)
  }

  /**
   * Makes the present state a checkpoint. Returns a promise only when the run has to wait for the store.
   *
   * @param updated slots of the channels that what led to it has updated
   */
  checkpoint(
    state: State,
    metadata: CheckpointMetadata,
    updated: readonly number[] = [],
  ): void | Promise<void> {
    this.#parentId = this.#storedId
    this.#checkpointId = this.#ids.checkpointId(metadata.step, this.#checkpointId)
    this.#metadata = metadata
    if (this.#store === undefined) return
    const snapshot =
      this.#snapshots === undefined ? undefined : this.#nextSnapshot(this.#snapshots, state, updated)
    if (this.#durability === 'exit') {
      this.#unsaved = state
      this.#queued = []
      return
    }
    const committing = this.#commit(this.#takeQueued(), this.#newCheckpoint(state, snapshot))
    if (this.#durability === 'sync') return committing
    if (this.#store.isPrompt === true) this.#keeping = committing
    if (this.#underWay.size > mostUnderWay) return this.#oldestUnderWay()
  }

  /** Commits now what waits for others to settle. Returns a promise only when the run has to wait for the store. */
  flush(): void | Promise<void> {
    if (this.#queued.length === 0 || this.#durability === 'exit') return
    const committing = this.#commit(this.#takeQueued())
    if (this.#durability === 'sync') return committing
  }

  /** Drops what `exit` has held back. */
  forget(): void {
    if (this.#durability !== 'exit') return
    this.#unsaved = undefined
    this.#queued = []
  }

  /**
   * Keeps what `exit` has held back, gives the thread back, and waits for all that is under way.
   * @throws the store's first failure
   */
  settle(): void | Promise<void> {
    this.#isEnded = true
    if (this.#unsaved !== undefined || this.#queued.length > 0) return this.#settleRest()
    this.#giveBack()
    if (this.#underWay.size > 0) return this.#settleUnderWay()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #settleRest(): Promise<void> {
    const unsaved = this.#unsaved
    this.#unsaved = undefined
    try {
      if (unsaved !== undefined) await this.#commitLast(unsaved, this.#takeQueued())
      if (this.#queued.length > 0) await this.#commit(this.#takeQueued())
    } finally {
      this.#giveBack()
    }
    await this.#settleUnderWay()
  }

  async #settleUnderWay(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #giveBack(): void {
    const releasing = this.#held?.release()
    if (releasing !== undefined) void this.#track(releasing)
  }

  #record(taskId: string, taskPath: string, writes: readonly Write[], node: string): void {
    this.#queued.push({ checkpointId: this.#checkpointId, taskId, taskPath, writes, node })
    // What a task still writes after the run has ended is not held back for an end that is past.
    if (this.#durability !== 'exit' || this.#isEnded) this.#flushSoon()
  }

  #nextSnapshot(snapshots: Snapshots, state: State, updated: readonly number[]): Snapshot {
    const isKept = this.#durability !== 'exit'
    const snapshot = snapshots.next({
      draft: { metadata: this.#metadata, versions: this.#versions, seen: this.#seen },
      updated: updated.map((slot) => this.#plan.channelNames[slot]!),
      holds: (channel) => this.#holds(state, channel),
      isKept,
      unseen: isKept ? [] : this.#queued,
    })
    this.#take(snapshot)
    return snapshot
  }

  #commitLast(unsaved: State, beside: readonly TaskWrites[]): void | Promise<void> {
    if (this.#snapshots === undefined) return this.#commit(beside, this.#newCheckpoint(unsaved))
    const last = this.#snapshots.last(
      {
        draft: { metadata: this.#metadata, versions: this.#versions, seen: this.#seen },
        holds: (channel) => this.#holds(unsaved, channel),
      },
      this.#firstId,
      new Date(this.#clock.now()).toISOString(),
    )
    this.#take(last)
    if (last.anchor === undefined)
      return this.#commit([...last.writes, ...beside], this.#newCheckpoint(unsaved, last))
    this.#parentId = last.anchor.id
    void this.#commit(last.writes, last.anchor)
    return this.#commit(beside, this.#newCheckpoint(unsaved, last))
  }

  #take(snapshot: Snapshot): void {
    this.#metadata = snapshot.metadata
    if (snapshot.versions === this.#versions) return
    this.#versions = { ...snapshot.versions }
    this.#seen = { ...snapshot.seen }
    this.#onMoved(snapshot)
  }

  #holds(state: State, channel: string): boolean {
    const slot = this.#plan.slotByChannel.get(channel)
    return slot !== undefined && readChannel(this.#plan, state, slot) !== EMPTY
  }

  #newCheckpoint(state: State, snapshot?: Snapshot): NewCheckpoint {
    const changed: Record<string, unknown> = {}
    const removed: string[] = []
    if (snapshot !== undefined) this.#select(snapshot, removed)
    for (const slot of this.#dirty) {
      const channel = this.#plan.channels[slot]!
      if (channel.isTransient === true) continue
      const value = saved(this.#plan, state, slot)
      const name = this.#plan.channelNames[slot]!
      if (value === EMPTY) removed.push(name)
      else changed[name] = withoutLiveValues(this.#plan, name, value)
    }
    this.#dirty.clear()
    this.#storedId = this.#checkpointId
    return {
      id: this.#checkpointId,
      parentId: this.#parentId,
      createdAt: new Date(this.#clock.now()).toISOString(),
      metadata: this.#metadata,
      versions: this.#versions,
      seen: this.#seen,
      changed,
      removed,
      shape: shapeOf(this.#plan),
    }
  }

  /** Leaves of the channels that readers rebuild only those to be kept that the snapshot holds. */
  #select({ whole, dropped }: Snapshot, removed: string[]): void {
    const { slotByChannel } = this.#plan
    for (const channel of this.#snapshots!.channels) this.#dirty.delete(slotByChannel.get(channel)!)
    for (const channel of whole) this.#dirty.add(slotByChannel.get(channel)!)
    removed.push(...dropped)
  }

  #flushSoon(): void {
    this.#turnsLeft = gatheringTurns
    if (this.#isGathering) return
    this.#isGathering = true
    queueMicrotask(() => this.#gather())
  }

  #gather(): void {
    if (this.#queued.length > 0 && --this.#turnsLeft > 0) return queueMicrotask(() => this.#gather())
    this.#isGathering = false
    if (this.#queued.length === 0) return // a checkpoint took it along
    try {
      void this.#commit(this.#takeQueued())
    } catch (error) {
      this.#fail(error)
    }
  }

  #takeQueued(): readonly TaskWrites[] {
    const queued = this.#queued
    this.#queued = []
    return queued
  }

  /** One transaction. Returns a promise only when the store does. */
  #commit(writes: readonly TaskWrites[], checkpoint?: NewCheckpoint): void | Promise<void> {
    const commit: Commit = { line: this.#line, writes, ...(checkpoint !== undefined && { checkpoint }) }
    const announcements = this.#announcements.splice(0)
    const ran = this.#ran
    const fail = (error: unknown): never => {
      this.#commitEachTask(commit)
      throw namingWriters(error, commit, ran, this.#writers)
    }
    let committing: Promise<void> | void
    try {
      committing = this.#store!.commit(commit)
    } catch (error) {
      return fail(error)
    }
    const tracked = committing instanceof Promise ? this.#track(committing.catch(fail)) : undefined
    for (const announce of announcements) announce()
    return tracked
  }

  /** The transaction failed as a whole: what can be kept of it is kept. Its failure is known already. */
  #commitEachTask({ line, writes, checkpoint }: Commit): void {
    const isOnlyTask = writes.length === 1 && checkpoint === undefined
    if (this.#store!.isAtomic === false || isOnlyTask) return
    // At the end, writes stand beside their checkpoint: it does not hold them, and is worth keeping without.
    const isBeside = checkpoint !== undefined && this.#durability === 'exit' && writes.length > 0
    const parts: Commit[] = writes.map((task) => ({ line, writes: [task] }))
    for (const part of isBeside ? [{ line, writes: [], checkpoint }, ...parts] : parts) {
      try {
        void this.#store!.commit(part)?.catch(() => undefined)
      } catch {}
    }
  }

  /** Resolves when it has ended, whether the store kept it or not. */
  #oldestUnderWay(): Promise<void> {
    const [oldest] = this.#underWay
    return oldest!.then(ignore, ignore)
  }

  /** Notes a failure at once: nobody may be waiting for this commit. */
  #track(committing: Promise<void>): Promise<void> {
    this.#underWay.add(committing)
    committing.then(
      () => this.#underWay.delete(committing),
      (error: unknown) => {
        this.#underWay.delete(committing)
        this.#fail(error)
      },
    )
    return committing
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = { error }
    this.#onFailure(error)
  }
}

function saved({ channels }: Plan, { contents }: State, slot: number): unknown {
  const { save } = channels[slot]!
  const content = contents[slot]
  return content === EMPTY || save === undefined ? content : save(content)
}

const ignore = (): void => undefined
