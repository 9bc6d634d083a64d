// Any LangGraph saver as a store of the engine. A saver keeps whole records, so this side remembers the values of
// the newest checkpoint and merges what changed into them.
//   V1. What a saver is given is its own: later supersteps do not change it.
//   V2. Checkpoints are put one after the other; a failed one fails every later one, because theirs would be
//       records without a parent, and all writes that come after it. A failed write to a channel that is rebuilt from
//       writes fails them as well.
//   V3. Writes are put when the checkpoint that they belong to has been handed over, and no later. So a saver that
//       answers at once is called in the order of what happened, and one that does not waits for no writes.
import type { BaseCheckpointSaver, CheckpointTuple } from '@langchain/langgraph'
import { shapeIn, withShape } from '@cairn/checkpoint'
import {
  VERSION_KEY,
  type Commit,
  type Line,
  type NewCheckpoint,
  type Plan,
  type Store,
  type StoredCheckpoint,
  type TaskWrites,
  type Write,
} from '@cairn/engine'
import { rebuiltChannels } from '../lower/delta-channel.ts'
import type { RunConfig } from './run-config.ts'
import { versionsOf, type SaverVersions } from './saver-versions.ts'

type SaverConfig = Parameters<BaseCheckpointSaver['getTuple']>[0]
type Put = Parameters<BaseCheckpointSaver['put']>

export class SaverStore implements Store {
  /** Its calls are separate: what one could not keep, others do not take with it. */
  readonly isAtomic = false
  readonly #saver: BaseCheckpointSaver
  readonly #config: RunConfig
  readonly #plan: Plan | undefined
  readonly #saverVersions: SaverVersions
  #values: Record<string, unknown>
  #versions: Record<string, unknown>
  /** What the next checkpoint waits for: the one before it, and writes that channels are rebuilt from. */
  #putting: Promise<unknown> | undefined
  /** Set while a checkpoint waits to be handed over. */
  #handingOver: Promise<unknown> | undefined
  /** A checkpoint could not be put: writes that came beside it, or beside a later one, would belong to no record. */
  #lost: { readonly error: unknown } | undefined

  /**
   * @param config passed to the saver with each call, as some find their tenant or their connection there
   * @param loaded the checkpoint the run begins from
   * @param plan of the run, for somebody who commits
   */
  constructor(
    saver: BaseCheckpointSaver,
    config: RunConfig,
    loaded: StoredCheckpoint | undefined,
    plan?: Plan,
  ) {
    this.#plan = plan
    this.#saver = saver
    this.#config = config
    this.#saverVersions = versionsOf(saver, loaded)
    this.#values = { ...loaded?.values }
    this.#versions = { ...loaded?.versions }
  }

  async load(line: Line, checkpointId?: string): Promise<StoredCheckpoint | undefined> {
    const config = this.#configOf(line, checkpointId)
    const isAddressed = this.#config.configurable?.['checkpoint_id'] !== undefined
    if (line.namespace === '' && !isAddressed) delete config.configurable!['checkpoint_ns']
    const tuple = await this.#saver.getTuple(config)
    return tuple === undefined ? undefined : fromTuple(tuple, line)
  }

  commit({ line, writes, checkpoint }: Commit): Promise<void> {
    const beside = writes.map((task) => this.#putWrites(line, task))
    const made = checkpoint === undefined ? beside : [...beside, this.#put(this.#record(line, checkpoint))]
    return Promise.all(made).then(() => undefined)
  }

  #putWrites(line: Line, { checkpointId, taskId, taskPath, writes }: TaskWrites): Promise<unknown> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost.error)
    const put = () =>
      this.#saver.putWrites(
        this.#configOf(line, checkpointId),
        writes.map(([channel, value]) => [channel, value]),
        taskId,
        taskPath,
      )
    const putting = this.#handingOver === undefined ? put() : this.#handingOver.then(put)
    if (this.#isRebuiltFrom(writes))
      this.#waitFor(this.#putting === undefined ? putting : Promise.all([this.#putting, putting]))
    return putting
  }

  #isRebuiltFrom(writes: readonly Write[]): boolean {
    const deltas = this.#plan === undefined ? undefined : rebuiltChannels(this.#plan).deltas
    return deltas !== undefined && deltas.size > 0 && writes.some(([channel]) => deltas.has(channel))
  }

  #put(put: Put): Promise<unknown> {
    const before = this.#putting
    const putting = before === undefined ? this.#handOver(put) : before.then(() => this.#handOver(put))
    if (before !== undefined) {
      const handingOver = before.then(ignore, ignore)
      this.#handingOver = handingOver
      void handingOver.then(() => {
        if (this.#handingOver === handingOver) this.#handingOver = undefined
      })
    }
    putting.catch((error: unknown) => (this.#lost ??= { error }))
    this.#waitFor(putting)
    return putting
  }

  #handOver(put: Put): Promise<unknown> {
    try {
      return this.#saver.put(...put)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** A failure is told by the commit, and by every checkpoint that comes after it. */
  #waitFor(putting: Promise<unknown>): void {
    this.#putting = putting
    putting.then(() => {
      if (this.#putting === putting) this.#putting = undefined
    }, ignore)
  }

  async *list({
    threadId,
    namespace,
    before,
    limit,
    filter,
  }: Parameters<Store['list']>[0]): AsyncIterable<StoredCheckpoint> {
    const line = { threadId: threadId ?? '', namespace: namespace ?? '' }
    const options = {
      ...(before !== undefined && { before: this.#configOf(line, before) }),
      ...(limit !== undefined && { limit }),
      ...(filter !== undefined && { filter: { ...filter } }),
    }
    for await (const tuple of this.#saver.list(this.#configOf(line, undefined), options))
      yield fromTuple(tuple, line)
  }

  async deleteThread(threadId: string): Promise<void> {
    await this.#saver.deleteThread(threadId)
  }

  #record(
    line: Line,
    { id, parentId, createdAt, metadata, versions, seen, changed, removed, shape }: NewCheckpoint,
  ): Put {
    this.#values = { ...this.#values, ...changed }
    for (const channel of removed) delete this.#values[channel]
    if (this.#plan !== undefined)
      for (const channel of blankChannels(this.#plan)) this.#values[channel] ??= undefined
    const own = this.#saverVersions.versions(versions)
    const grown = Object.entries(own).filter(([channel, version]) => this.#versions[channel] !== version)
    this.#versions = own
    const checkpoint = {
      v: 4,
      id,
      ts: createdAt,
      channel_values: this.#values,
      channel_versions: { ...own },
      versions_seen: this.#saverVersions.seen(seen),
    }
    // Only a saver over a store has a place for the shape; any other keeps what the author says.
    const version = this.#plan === undefined || this.#plan.version === '1' ? undefined : this.#plan.version
    const told = { ...metadata, ...(version !== undefined && { [VERSION_KEY]: version }) }
    return [this.#configOf(line, parentId), withShape(checkpoint, shape), told, Object.fromEntries(grown)]
  }

  #configOf(line: Line, checkpointId: string | undefined): SaverConfig {
    const { threadId, namespace } = line
    const given = this.#config.configurable?.['thread_id']
    return {
      ...this.#config,
      configurable: {
        ...this.#config.configurable,
        ...(threadId !== '' && { thread_id: String(given) === threadId ? given : threadId }),
        checkpoint_ns: namespace,
        checkpoint_id: checkpointId,
      },
    } as SaverConfig
  }
}

const ignore = (): void => undefined

/** Channels that LangGraph's records hold as `undefined` when they have nothing to keep. */
function blankChannels(plan: Plan): readonly string[] {
  let found = blankByPlan.get(plan)
  if (found === undefined) {
    found = plan.channelNames.filter((_, slot) => {
      const { kind, isTransient } = plan.channels[slot]!
      return isTransient === true || kind === 'LastValueAfterFinish'
    })
    blankByPlan.set(plan, found)
  }
  return found
}

const blankByPlan = new WeakMap<Plan, readonly string[]>()

/** A saver's record as the engine knows it. */
export function fromTuple(tuple: CheckpointTuple, line: Line): StoredCheckpoint {
  const { config, checkpoint, metadata, parentConfig, pendingWrites } = tuple
  const shape = shapeIn(tuple)
  return {
    line: {
      threadId: String(config.configurable?.['thread_id'] ?? line.threadId),
      namespace: String(config.configurable?.['checkpoint_ns'] ?? line.namespace),
    },
    id: checkpoint.id,
    parentId: parentConfig?.configurable?.['checkpoint_id'] as string | undefined,
    createdAt: checkpoint.ts,
    metadata: { source: 'loop', step: -2, parents: {}, ...metadata },
    values: checkpoint.channel_values,
    versions: checkpoint.channel_versions,
    seen: checkpoint.versions_seen,
    writes: (pendingWrites ?? []).map(([taskId, channel, value]) => [taskId, channel, value]),
    ...(shape !== undefined && { shape }),
  }
}
