// Decides what goes into the store, and in which transaction.
//   J1. A finished task's writes are committed before the event loop turns again; tasks that settle in one turn
//       share a transaction.
//   J2. A checkpoint and the writes that led to it are one transaction, when the writes are not committed yet.
//   J3. A checkpoint carries the channels that changed since its parent, and nothing else.
//   J4. A write that cannot be kept does not take others with it: a commit that fails is tried task by task.
import { EMPTY } from './channel.ts'
import { INPUT, INTERRUPT, NULL_TASK_ID } from './control.ts'
import type { Ids } from './ids.ts'
import type { Plan, PlanNode } from './plan.ts'
import { seenByName, type State } from './state.ts'
import type {
  Awaitable,
  CheckpointMetadata,
  Commit,
  Line,
  NewCheckpoint,
  Store,
  StoredCheckpoint,
  TaskWrites,
  Version,
} from './store.ts'
import type { Write } from './write.ts'

/**
 * When a run waits for its store. `sync`: before the next superstep; `async`: at its end; `exit`: nothing is
 * kept before the end, and then only the last checkpoint. A store that answers at once is never waited for.
 */
export type Durability = 'sync' | 'async' | 'exit'

export interface JournalOptions {
  readonly plan: Plan
  /** Without one, checkpoints have ids and are kept nowhere. */
  readonly store: Store | undefined
  readonly line: Line
  readonly durability: Durability
  readonly loaded: StoredCheckpoint | undefined
  readonly ids: Ids
  /** A commit that nobody waits for has failed. */
  onFailure(error: unknown): void
}

/** Turns of the microtask queue that a commit waits for more tasks to settle. */
const gatheringTurns = 8

export class Journal {
  readonly #plan: Plan
  readonly #store: Store | undefined
  readonly #line: Line
  readonly #durability: Durability
  readonly #ids: Ids
  readonly #onFailure: (error: unknown) => void

  readonly #versions: Record<string, Version>
  readonly #seen: Record<string, Readonly<Record<string, Version>>>
  /** Slots that differ from the newest checkpoint in the store. */
  readonly #dirty: Set<number>
  #checkpointId: string
  #parentId: string | undefined
  /** The newest checkpoint that the store has, or is about to have. */
  #storedId: string | undefined
  #metadata: CheckpointMetadata
  /** With `exit`: the state of the newest checkpoint, which is not in the store yet. */
  #unsaved: State | undefined
  #queued: TaskWrites[] = []
  #turnsLeft = 0
  readonly #underWay = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  constructor({ plan, store, line, durability, loaded, ids, onFailure }: JournalOptions) {
    this.#plan = plan
    this.#store = store
    this.#line = line
    this.#durability = durability
    this.#ids = ids
    this.#onFailure = onFailure
    this.#versions = { ...loaded?.versions }
    this.#seen = { ...loaded?.seen }
    this.#dirty = new Set(loaded === undefined ? plan.storedSlots : [])
    this.#checkpointId = loaded?.id ?? ids.checkpointId(-2, undefined)
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

  /** Versions of the channels that were ever written, by name. */
  get versions(): Readonly<Record<string, Version>> {
    return this.#versions
  }

  get isKeeping(): boolean {
    return this.#store !== undefined
  }

  /** Static breakpoints fire again only after something newer than now. */
  markInterruptsSeen(): void {
    this.#seen[INTERRUPT] = { ...this.#seen[INTERRUPT], ...this.#versions }
  }

  /** Notes what a barrier changed, for the next checkpoint. */
  noteAdvance(
    state: State,
    changed: ReadonlySet<number>,
    ran: readonly { readonly node?: PlanNode | undefined; readonly name: string }[],
  ): void {
    for (const slot of changed) {
      this.#dirty.add(slot)
      this.#versions[this.#plan.channelNames[slot]!] = state.versions[slot]!
    }
    for (const { name, node } of ran) {
      const seen =
        node !== undefined && node.name === name ? seenByName(node, state.seen[node.slot]!) : undefined
      this.#seen[name] = { ...this.#seen[name], ...seen }
    }
  }

  noteInput(state: State, changed: ReadonlySet<number>): void {
    this.noteAdvance(state, changed, [{ name: INPUT }])
  }

  /** Keeps what a task wrote, beside the checkpoint it started from. */
  record(taskId: string, taskPath: string, writes: readonly Write[]): void {
    if (this.#store === undefined || writes.length === 0) return
    this.#queued.push({
      checkpointId: this.#checkpointId,
      taskId,
      taskPath,
      writes: this.#withoutTransient(writes),
    })
    if (this.#durability !== 'exit') this.#flushSoon()
  }

  /** Keeps what no task wrote: a command's update, its destinations, its answer. */
  recordCommand(writes: readonly Write[]): void {
    this.record(NULL_TASK_ID, '', writes)
  }

  /** Makes the present state a checkpoint. Returns a promise only when the run has to wait for the store. */
  checkpoint(state: State, metadata: CheckpointMetadata): void | Promise<void> {
    this.#parentId = this.#storedId
    this.#checkpointId = this.#ids.checkpointId(metadata.step, this.#checkpointId)
    this.#metadata = metadata
    if (this.#store === undefined) return
    if (this.#durability === 'exit') {
      this.#unsaved = state
      this.#queued = []
      return
    }
    const committing = this.#commit(this.#takeQueued(), this.#newCheckpoint(state))
    if (this.#durability === 'sync') return committing
  }

  /** Keeps what `exit` has held back, and waits for all that is under way. @throws the store's first failure. */
  async settle(): Promise<void> {
    if (this.#unsaved !== undefined) await this.#commit([], this.#newCheckpoint(this.#unsaved))
    this.#unsaved = undefined
    if (this.#queued.length > 0) await this.#commit(this.#takeQueued())
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #newCheckpoint(state: State): NewCheckpoint {
    const changed: Record<string, unknown> = {}
    const removed: string[] = []
    for (const slot of this.#dirty) {
      const channel = this.#plan.channels[slot]!
      if (channel.isTransient === true) continue
      const content = state.contents[slot]
      const value = content === EMPTY || channel.save === undefined ? content : channel.save(content)
      if (value === EMPTY) removed.push(this.#plan.channelNames[slot]!)
      else changed[this.#plan.channelNames[slot]!] = value
    }
    this.#dirty.clear()
    this.#storedId = this.#checkpointId
    return {
      id: this.#checkpointId,
      parentId: this.#parentId,
      createdAt: new Date().toISOString(),
      metadata: this.#metadata,
      versions: this.#versions,
      seen: this.#seen,
      changed,
      removed,
    }
  }

  #withoutTransient(writes: readonly Write[]): readonly Write[] {
    const { slotByChannel, channels, storedSlots } = this.#plan
    if (storedSlots.length === channels.length) return writes
    return writes.filter(([channel]) => channels[slotByChannel.get(channel) ?? -1]?.isTransient !== true)
  }

  #flushSoon(): void {
    const isScheduled = this.#turnsLeft > 0
    this.#turnsLeft = gatheringTurns
    if (!isScheduled) queueMicrotask(() => this.#gather())
  }

  #gather(): void {
    if (this.#queued.length === 0) this.#turnsLeft = 0
    else if (--this.#turnsLeft > 0) queueMicrotask(() => this.#gather())
    else this.#flush()
  }

  #flush(): void {
    try {
      void this.#commit(this.#takeQueued())
    } catch (error) {
      this.#fail(error)
    }
  }

  #takeQueued(): readonly TaskWrites[] {
    const queued = this.#queued
    this.#queued = []
    this.#turnsLeft = 0
    return queued
  }

  /** One transaction. Returns a promise only when the store does. */
  #commit(writes: readonly TaskWrites[], checkpoint?: NewCheckpoint): void | Promise<void> {
    const commit: Commit = { line: this.#line, writes, ...(checkpoint !== undefined && { checkpoint }) }
    let committing: Awaitable<void>
    try {
      committing = this.#store!.commit(commit)
    } catch (error) {
      this.#commitEachTask(commit)
      throw error
    }
    if (committing instanceof Promise) return this.#track(committing)
  }

  /** The transaction failed as a whole: what can be kept of it is kept. */
  #commitEachTask({ line, writes, checkpoint }: Commit): void {
    if (writes.length === 0 || (writes.length === 1 && checkpoint === undefined)) return
    for (const task of writes) {
      try {
        void this.#store!.commit({ line, writes: [task] })
      } catch (error) {
        this.#fail(error)
      }
    }
  }

  #track(committing: Promise<void>): Promise<void> {
    const tracked = committing.then(
      () => void this.#underWay.delete(tracked),
      (error: unknown) => {
        this.#underWay.delete(tracked)
        this.#fail(error)
      },
    )
    this.#underWay.add(tracked)
    return tracked
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = { error }
    this.#onFailure(error)
  }
}
