// The state of a thread as the present version of its graph sees it, before anything goes on. Tasks that are under way
// have their ids from when they began, and LangGraph, which makes the snapshot, gives them those that they would have now.
import type { BaseCheckpointSaver, CheckpointTuple, StateSnapshot } from '@langchain/langgraph'
import {
  bringUp,
  formerNames,
  migrationPath,
  presentTaskIds,
  versionOf,
  type Plan,
  type StoredCheckpoint,
} from '@cairn/engine'
import { withShape } from '@cairn/checkpoint'
import type { RunConfig } from './langgraph/run-config.ts'
import { CHECKPOINT_NAMESPACE } from './langgraph/config-keys.ts'
import type { SnapshotOptions } from './langgraph/open-writes.ts'
import { rebuildChannels } from './langgraph/rebuild-channels.ts'
import { fromTuple } from './langgraph/saver-store.ts'

export interface PresentView {
  /** What the snapshot is to be made from. */
  readonly given: SnapshotOptions
  /** The snapshot with its tasks under their own ids. */
  shown(snapshot: StateSnapshot): StateSnapshot
}

/** `undefined` when the checkpoint is the graph's own, or nothing tells that it is not. */
export async function presentView(plan: Plan, given: SnapshotOptions): Promise<PresentView | undefined> {
  const { saved, saver, config, applyPendingWrites: isPresent = false } = given
  if (saved === undefined) return undefined
  const stored = fromTuple(saved, { threadId: '', namespace: '' })
  const path = migrationPath(plan.migrations, versionOf(stored), plan.version) ?? []
  if (path.length === 0 && formerNames(stored) === undefined) return undefined
  const rebuild = (loaded: StoredCheckpoint, formerName: (channel: string) => string) =>
    rebuildChannels(plan, loaded, saver, config, formerName)
  // Of the past only names are told anew: what it held need not be what a migration is made for.
  const { standstill } = await bringUp(plan, stored, isPresent ? { rebuild } : { onlyNames: true })
  const ids = presentTaskIds(stored, standstill)
  const present: CheckpointTuple = {
    ...saved,
    checkpoint: {
      ...saved.checkpoint,
      channel_values: { ...standstill.values },
      channel_versions: { ...standstill.versions },
      versions_seen: structuredClone(standstill.seen) as CheckpointTuple['checkpoint']['versions_seen'],
    },
    pendingWrites: standstill.writes.map(([taskId, channel, value]) => [
      ids.get(taskId)?.id ?? taskId,
      channel,
      value,
    ]),
  }
  const own = [...ids].map(([id, now]) => ({ id, now }))
  const ownNamespace = (namespace: string): string =>
    own.reduce(
      (text, { id, now }) => text.replace(`${now.node}:${now.id}`, `${now.formerNode}:${id}`),
      namespace,
    )
  return {
    given: { ...given, saved: withShape(present, stored.shape), saver: redirected(saver, ownNamespace) },
    shown: (snapshot) => ({
      ...snapshot,
      tasks: snapshot.tasks.map((task) => {
        const found = own.find(({ now }) => now.id === task.id)
        if (found === undefined) return task
        return {
          ...task,
          id: found.id,
          ...(task.state !== undefined && { state: located(task.state, ownNamespace) }),
        }
      }),
    }),
  }
}

/** The state of a nested graph, or where it is. */
function located<State extends NonNullable<StateSnapshot['tasks'][number]['state']>>(
  state: State,
  ownNamespace: (namespace: string) => string,
): State {
  const { configurable } = state as RunConfig
  const namespace = configurable?.[CHECKPOINT_NAMESPACE] as string | undefined
  if (namespace === undefined) return state
  return { ...state, configurable: { ...configurable, [CHECKPOINT_NAMESPACE]: ownNamespace(namespace) } }
}

/** The saver, which finds nested graphs where they began. */
function redirected(
  saver: BaseCheckpointSaver,
  ownNamespace: (namespace: string) => string,
): BaseCheckpointSaver {
  const getTuple: BaseCheckpointSaver['getTuple'] = (config) => {
    const namespace = config.configurable?.[CHECKPOINT_NAMESPACE] as string | undefined
    if (namespace === undefined) return saver.getTuple(config)
    const configurable = { ...config.configurable, [CHECKPOINT_NAMESPACE]: ownNamespace(namespace) }
    return saver.getTuple({ ...config, configurable })
  }
  return new Proxy(saver, {
    get(target, key) {
      if (key === 'getTuple') return getTuple
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
