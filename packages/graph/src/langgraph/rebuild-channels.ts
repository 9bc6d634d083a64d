// Channels that were written, and that a checkpoint does not hold: their values are rebuilt from the writes beside
// the checkpoints before it.
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { Plan, StoredCheckpoint } from '@cairn/engine'
import { rebuiltChannels } from '../lower/delta-channel.ts'
import { CHECKPOINT_ID, CHECKPOINT_NAMESPACE } from './config-keys.ts'
import { areWritesVersioned } from './delta-snapshots.ts'
import type { RunConfig } from './run-config.ts'

type SaverConfig = Parameters<BaseCheckpointSaver['getTuple']>[0]

type Renaming = (channel: string) => string

/**
 * The checkpoint with the values of these channels; itself when there is nothing to rebuild.
 *
 * @param formerName what a channel of the plan is called in the checkpoint
 */
export function rebuildChannels(
  plan: Plan,
  loaded: StoredCheckpoint,
  saver: BaseCheckpointSaver,
  config: RunConfig,
  formerName: Renaming = (channel) => channel,
): StoredCheckpoint | Promise<StoredCheckpoint> {
  const channels = missingChannels(plan, loaded, formerName)
  return channels.length === 0 ? loaded : rebuilt(plan, loaded, channels, saver, config, formerName)
}

async function rebuilt(
  plan: Plan,
  loaded: StoredCheckpoint,
  channels: string[],
  saver: BaseCheckpointSaver,
  config: RunConfig,
  formerName: Renaming,
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
    channels: channels.map(formerName),
  })
  const values: Record<string, unknown> = { ...loaded.values }
  for (const channel of channels) {
    const history = histories[formerName(channel)]
    if (history === undefined) continue
    values[formerName(channel)] = rebuiltChannels(plan).all.get(channel)!.rebuild(history)
  }
  return { ...loaded, values }
}

/** A channel that has no version was never written, unless the thread is older than versions of such writes. */
function missingChannels(
  plan: Plan,
  { values, versions, metadata }: StoredCheckpoint,
  formerName: Renaming,
): string[] {
  const missing: string[] = []
  for (const [name, { snapshotFrequency }] of rebuiltChannels(plan).all) {
    const former = formerName(name)
    if (Object.hasOwn(values, former)) continue
    const mayBeWritten = snapshotFrequency !== undefined && !areWritesVersioned(metadata)
    if (versions[former] !== undefined || mayBeWritten) missing.push(name)
  }
  return missing
}
