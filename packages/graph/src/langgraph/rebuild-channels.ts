// Channels that were written, and that a checkpoint does not hold: their values are rebuilt from the writes beside
// the checkpoints before it.
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { Plan, StoredCheckpoint } from '@cairn/engine'
import { rebuiltChannels } from '../lower/delta-channel.ts'
import { CHECKPOINT_ID, CHECKPOINT_NAMESPACE } from './config-keys.ts'
import { areWritesVersioned } from './delta-snapshots.ts'
import type { RunConfig } from './run-config.ts'

type SaverConfig = Parameters<BaseCheckpointSaver['getTuple']>[0]

/** The checkpoint with the values of these channels; itself when there is nothing to rebuild. */
export function rebuildChannels(
  plan: Plan,
  loaded: StoredCheckpoint,
  saver: BaseCheckpointSaver,
  config: RunConfig,
): StoredCheckpoint | Promise<StoredCheckpoint> {
  const channels = missingChannels(plan, loaded)
  return channels.length === 0 ? loaded : rebuilt(plan, loaded, channels, saver, config)
}

async function rebuilt(
  plan: Plan,
  loaded: StoredCheckpoint,
  channels: string[],
  saver: BaseCheckpointSaver,
  config: RunConfig,
): Promise<StoredCheckpoint> {
  const { line, id } = loaded
  const configurable = {
    ...config.configurable,
    thread_id: line.threadId,
    [CHECKPOINT_NAMESPACE]: line.namespace,
    [CHECKPOINT_ID]: id,
  }
  const histories = await saver.getDeltaChannelHistory({
    config: { ...config, configurable } as SaverConfig,
    channels,
  })
  const values: Record<string, unknown> = { ...loaded.values }
  for (const channel of channels) {
    const history = histories[channel]
    if (history === undefined) continue
    values[channel] = rebuiltChannels(plan).all.get(channel)!.rebuild(history)
  }
  return { ...loaded, values }
}

/** A channel that has no version was never written, unless the thread is older than versions of such writes. */
function missingChannels(plan: Plan, { values, versions, metadata }: StoredCheckpoint): string[] {
  const missing: string[] = []
  for (const [name, { snapshotFrequency }] of rebuiltChannels(plan).all) {
    if (Object.hasOwn(values, name)) continue
    const mayBeWritten = snapshotFrequency !== undefined && !areWritesVersioned(metadata)
    if (versions[name] !== undefined || mayBeWritten) missing.push(name)
  }
  return missing
}
