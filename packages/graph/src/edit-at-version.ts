// An edit of a thread's state begins from a checkpoint of the graph's own version, as a run does.
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import { VERSION_KEY, atHead, type Plan, type Store } from '@cairn/engine'
import { atVersion } from './at-version.ts'
import { CHECKPOINTER, CHECKPOINT_ID, CHECKPOINT_NAMESPACE } from './langgraph/config-keys.ts'
import { presentName } from './langgraph/present-name.ts'
import { idsInOrder } from './langgraph/ids-in-order.ts'
import { rebuildChannels } from './langgraph/rebuild-channels.ts'
import type { RunConfig } from './langgraph/run-config.ts'
import { SaverStore } from './langgraph/saver-store.ts'

/**
 * The config of an edit, which names a migrated checkpoint when the one that it is for had to be migrated.
 *
 * @param own the store behind the saver, if it has one
 * @throws {IncompatibleGraphError} when something that the thread still has to do would be lost
 */
export async function editAtVersion<Config extends RunConfig>(
  plan: Plan,
  config: Config,
  saver: BaseCheckpointSaver | undefined,
  own: Store | undefined,
): Promise<Config> {
  const configurable = config.configurable ?? {}
  const namespace = (configurable[CHECKPOINT_NAMESPACE] as string | undefined) ?? ''
  // An edit of a nested graph comes to that graph with the saver.
  const isForNested = namespace !== '' && configurable[CHECKPOINTER] === undefined
  const threadId = configurable['thread_id'] as string | number | undefined
  // A saver that keeps no shapes is not asked for what it would not tell.
  const isUnknown = own === undefined && plan.migrations.length === 0
  if (saver === undefined || threadId === undefined || isForNested || isUnknown) return config
  const line = { threadId: String(threadId), namespace }
  const checkpointId = configurable[CHECKPOINT_ID] as string | undefined
  const loaded = await (own ?? new SaverStore(saver, config, undefined)).load(line, checkpointId)
  const start = await atVersion(
    {
      plan,
      isStrict: false,
      goesOn: true,
      presentName: (part) => presentName(configurable, part),
      openStore: () => own ?? new SaverStore(saver, config, undefined),
      rebuild: (stored, formerName) => rebuildChannels(plan, stored, saver, config, formerName),
    },
    { loaded, position: atHead, store: own ?? new SaverStore(saver, config, loaded, plan) },
  )
  if (start.loaded === loaded) return config
  await idsInOrder() // what the edit makes comes after the migrated checkpoint
  if (checkpointId === undefined) return config
  return { ...config, configurable: { ...configurable, [CHECKPOINT_ID]: start.loaded!.id } }
}

/** A saver that cannot keep shapes, with the graph's version told in what is put. */
export function tellingVersion(saver: BaseCheckpointSaver, { version }: Plan): BaseCheckpointSaver {
  if (version === '1') return saver
  const put: BaseCheckpointSaver['put'] = (config, checkpoint, metadata, versions) =>
    saver.put(config, checkpoint, { ...metadata, [VERSION_KEY]: version } as typeof metadata, versions)
  return new Proxy(saver, {
    get(target, key) {
      if (key === 'put') return put
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
