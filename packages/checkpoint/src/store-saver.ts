import type { RunnableConfig } from '@langchain/core/runnables'
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type PendingWrite,
} from '@langchain/langgraph-checkpoint'
import type { Line, Store, StoredCheckpoint } from '@cairn/engine'
import {
  addSends,
  knownOf,
  knownOfRecord,
  needsSends,
  toNewCheckpoint,
  toTuple,
  type KnownCheckpoint,
} from './checkpoint-record.ts'
import { RecentCheckpoints } from './recent-checkpoints.ts'
import {
  checkpointIdOf,
  configOf,
  InvalidSaverConfigError,
  lineOf,
  namespaceOf,
  threadIdOf,
} from './saver-config.ts'

/** The property of a saver that gives the store behind it, for an engine that speaks to stores directly. */
export const STORE: unique symbol = Symbol.for('cairn.store')

/**
 * LangGraph's checkpoint saver over a store: what `compile({ checkpointer })` takes. Checkpoints may be put by
 * LangGraph and read by Cairn, and the other way round.
 */
export class StoreSaver extends BaseCheckpointSaver {
  readonly [STORE]: Store
  readonly #recent = new RecentCheckpoints()

  constructor(store: Store) {
    super()
    this[STORE] = store
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    if (threadIdOf(config) === undefined) return undefined
    const stored = await this[STORE].load(lineOf(config), checkpointIdOf(config))
    if (stored === undefined) return undefined
    this.#recent.set(stored.line, knownOf(stored))
    return this.#tuple(stored)
  }

  override async *list(
    config: RunnableConfig,
    options: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const { before, limit, filter } = options
    const threadId = threadIdOf(config)
    const namespace = namespaceOf(config)
    const beforeId = before === undefined ? undefined : checkpointIdOf(before)
    const onlyId = checkpointIdOf(config)
    const query = {
      ...(threadId !== undefined && { threadId }),
      ...(namespace !== undefined && { namespace }),
      ...(beforeId !== undefined && { before: beforeId }),
      ...(filter !== undefined && { filter }),
      ...(limit !== undefined && onlyId === undefined && { limit }),
    }
    let left = limit ?? Infinity
    for await (const stored of this[STORE].list(query)) {
      if (onlyId !== undefined && stored.id !== onlyId) continue
      if (left-- <= 0) return
      yield await this.#tuple(stored)
    }
  }

  /**
   * The record as it is now is kept, also when the store answers later. `newVersions` may be left out, as it may with
   * LangGraph's `MemorySaver`; then every channel is taken for changed.
   */
  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions?: ChannelVersions,
  ): Promise<RunnableConfig> {
    const line = lineOf(config, 'put checkpoint')
    const parentId = checkpointIdOf(config)
    const parent = this.#parent(line, parentId)
    const commit = (known: KnownCheckpoint | undefined): void | Promise<void> =>
      this[STORE].commit({
        line,
        writes: [],
        checkpoint: toNewCheckpoint(checkpoint, metadata, newVersions, known),
      })
    this.#recent.delete(line)
    try {
      // A store that answers at once is given the record before anyone can change it: no `await` may come first.
      await (parent instanceof Promise ? parent.then(commit) : commit(parent))
    } catch (error) {
      // The thread may have been deleted since the parent was put or read; then the record begins it anew.
      if (parent === undefined || !isUnknownParent(error)) throw error
      await commit(undefined)
    }
    this.#recent.set(line, knownOfRecord(checkpoint))
    return configOf(line, checkpoint.id)
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = '',
  ): Promise<void> {
    const line = lineOf(config, 'put writes')
    const checkpointId = checkpointIdOf(config)
    if (checkpointId === undefined) {
      throw new InvalidSaverConfigError('checkpoint_id', undefined, 'put writes')
    }
    await this[STORE].commit({ line, writes: [{ checkpointId, taskId, taskPath, writes }] })
  }

  override async deleteThread(threadId: string): Promise<void> {
    this.#recent.clear()
    await this[STORE].deleteThread(threadId)
  }

  #parent(
    line: Line,
    parentId: string | undefined,
  ): KnownCheckpoint | undefined | Promise<KnownCheckpoint | undefined> {
    if (parentId === undefined) return undefined
    const recent = this.#recent.get(line, parentId)
    if (recent !== undefined) return recent
    const loaded = this[STORE].load(line, parentId)
    return loaded instanceof Promise ? loaded.then(knownOrNone) : knownOrNone(loaded)
  }

  async #tuple(stored: StoredCheckpoint): Promise<CheckpointTuple> {
    const tuple = toTuple(stored)
    if (needsSends(tuple)) {
      addSends(tuple, await this[STORE].load(stored.line, stored.parentId), this.getNextVersion(undefined))
    }
    return tuple
  }
}

function isUnknownParent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'STORE_UNKNOWN_PARENT'
}

function knownOrNone(stored: StoredCheckpoint | undefined): KnownCheckpoint | undefined {
  return stored === undefined ? undefined : knownOf(stored)
}
