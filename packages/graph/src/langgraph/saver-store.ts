// Any LangGraph saver as a store of the engine. A saver keeps whole records, so this side remembers the values of
// the newest checkpoint and merges what changed into them.
//   V1. What a saver is given is its own: later supersteps do not change it.
//   V2. Checkpoints are put one after the other; a failed one fails every later one, because theirs would be
//       records without a parent. A failed write to a channel that is rebuilt from writes fails them as well.
import type { BaseCheckpointSaver, CheckpointTuple } from '@langchain/langgraph'
import type { Commit, Line, NewCheckpoint, Store, StoredCheckpoint } from '@cairn/engine'
import type { RunConfig } from './run-config.ts'

type SaverConfig = Parameters<BaseCheckpointSaver['getTuple']>[0]
type Put = Parameters<BaseCheckpointSaver['put']>

export class SaverStore implements Store {
  readonly #saver: BaseCheckpointSaver
  readonly #config: RunConfig
  readonly #rebuilt: { has(channel: string): boolean }
  #values: Record<string, unknown>
  #versions: Record<string, unknown>
  #putting: Promise<unknown> = Promise.resolve()

  /**
   * @param config passed to the saver with each call, as some find their tenant or their connection there
   * @param loaded the checkpoint the run begins from
   * @param rebuilt channels that are rebuilt from writes
   */
  constructor(
    saver: BaseCheckpointSaver,
    config: RunConfig,
    loaded: StoredCheckpoint | undefined,
    rebuilt: { has(channel: string): boolean } = new Set(),
  ) {
    this.#rebuilt = rebuilt
    this.#saver = saver
    this.#config = config
    this.#values = { ...loaded?.values }
    this.#versions = { ...loaded?.versions }
  }

  async load(line: Line, checkpointId?: string): Promise<StoredCheckpoint | undefined> {
    const tuple = await this.#saver.getTuple(this.#configOf(line, checkpointId))
    return tuple === undefined ? undefined : fromTuple(tuple, line)
  }

  async commit({ line, writes, checkpoint }: Commit): Promise<void> {
    const putWrites = writes.map(({ checkpointId, taskId, taskPath, writes: pairs }) =>
      this.#saver.putWrites(
        this.#configOf(line, checkpointId),
        pairs.map(([channel, value]) => [channel, value]),
        taskId,
        taskPath,
      ),
    )
    if (checkpoint === undefined) {
      const isRebuilt = writes.some((task) => task.writes.some(([channel]) => this.#rebuilt.has(channel)))
      const put = Promise.all(putWrites)
      if (isRebuilt) {
        this.#putting = Promise.all([this.#putting, put])
        this.#putting.catch(() => undefined) // told by the next checkpoint, if one comes
      }
      await put.catch((error: unknown) => this.#afterCheckpoints(error))
      return
    }
    const put = this.#record(line, checkpoint)
    const beside = Promise.all(putWrites)
    beside.catch(() => undefined) // told when it is awaited: after a checkpoint that failed before
    this.#putting = this.#putting.then(() => beside).then(() => this.#saver.put(...put))
    await this.#putting
  }

  /** Writes beside a checkpoint that could not be put fail because of it. */
  async #afterCheckpoints(error: unknown): Promise<never> {
    await this.#putting
    throw error
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
    { id, parentId, createdAt, metadata, versions, seen, changed, removed }: NewCheckpoint,
  ): Put {
    this.#values = { ...this.#values, ...changed }
    for (const channel of removed) delete this.#values[channel]
    const grown = Object.entries(versions).filter(([channel, version]) => this.#versions[channel] !== version)
    this.#versions = { ...versions }
    const checkpoint = {
      v: 4,
      id,
      ts: createdAt,
      channel_values: this.#values,
      channel_versions: { ...versions },
      versions_seen: { ...seen },
    }
    return [this.#configOf(line, parentId), checkpoint, { ...metadata }, Object.fromEntries(grown)]
  }

  #configOf(line: Line, checkpointId: string | undefined): SaverConfig {
    const { threadId, namespace } = line
    return {
      ...this.#config,
      configurable: {
        ...this.#config.configurable,
        ...(threadId !== '' && { thread_id: threadId }),
        checkpoint_ns: namespace,
        checkpoint_id: checkpointId,
      },
    } as SaverConfig
  }
}

/** A saver's record as the engine knows it. */
export function fromTuple(
  { config, checkpoint, metadata, parentConfig, pendingWrites }: CheckpointTuple,
  line: Line,
): StoredCheckpoint {
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
  }
}
