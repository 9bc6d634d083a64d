// Which checkpoint a run begins from, and how it was chosen.
import type { BaseCheckpointSaver, CheckpointTuple } from '@langchain/langgraph'
import {
  atHead,
  type Awaitable,
  type Line,
  type Position,
  type Store,
  type StoredCheckpoint,
} from '@cairn/engine'
import { CHECKPOINT_ID, CHECKPOINT_MAP, CHECKPOINT_NAMESPACE, REPLAY_STATE } from './config-keys.ts'
import { idsAfter } from './ids-in-order.ts'
import type { RunConfig } from './run-config.ts'
import { fromTuple } from './saver-store.ts'

export interface Located {
  readonly loaded: StoredCheckpoint | undefined
  readonly position: Position
  /** It belongs to an earlier moment of the graph around this one, which begins it anew from there. */
  readonly isReplayed?: boolean
}

/** Finds, for graphs nested in a replayed one, the checkpoints that belong to it. LangGraph's own has this method. */
export interface ReplayState {
  getCheckpoint(
    namespace: string,
    saver: BaseCheckpointSaver,
    config: unknown,
  ): Promise<CheckpointTuple | undefined>
}

/** A store that answers at once is not awaited, so that a synchronous run stays synchronous. */
export function locate(
  store: Store,
  saver: BaseCheckpointSaver,
  line: Line,
  config: RunConfig,
  isNested: boolean,
): Awaitable<Located> {
  const configurable = config.configurable ?? {}
  const map = configurable[CHECKPOINT_MAP] as Record<string, string> | undefined
  const own = configurable[CHECKPOINT_ID] as string | undefined
  const addressed = own ?? map?.[line.namespace]
  const replay = configurable[REPLAY_STATE] as ReplayState | undefined

  if (addressed !== undefined && addressed !== '')
    return locateAddressed(store, line, addressed, isNested && map !== undefined && line.namespace in map)
  if (replay !== undefined) return locateReplayed(replay, saver, line, config)
  const loaded = store.load(line)
  return loaded instanceof Promise
    ? loaded.then((found) => ({ loaded: found, position: atHead }))
    : { loaded, position: atHead }
}

async function locateAddressed(
  store: Store,
  line: Line,
  checkpointId: string,
  isNestedAddress: boolean,
): Promise<Located> {
  const loaded = await store.load(line, checkpointId)
  const newest = loaded === undefined ? undefined : await store.load(line)
  if (newest !== undefined) idsAfter(newest.id)
  return { loaded, position: { isAddressed: true, isSuperseded: newest?.id !== loaded?.id, isNestedAddress } }
}

async function locateReplayed(
  replay: ReplayState,
  saver: BaseCheckpointSaver,
  line: Line,
  config: RunConfig,
): Promise<Located> {
  const configurable = { ...config.configurable, [CHECKPOINT_NAMESPACE]: line.namespace }
  const tuple = await replay.getCheckpoint(line.namespace, saver, { ...config, configurable })
  return {
    loaded: tuple === undefined ? undefined : fromTuple(tuple, line),
    position: { isAddressed: true, isSuperseded: false, isNestedAddress: false },
    isReplayed: true,
  }
}

/**
 * What a graph that is replayed from a checkpoint passes to those within it: on the first visit of a namespace,
 * its newest checkpoint before that one; afterwards simply its newest.
 */
export function replayFrom(checkpointId: string): ReplayState {
  const visited = new Set<string>()
  return {
    async getCheckpoint(namespace, saver, config) {
      const withoutTask = namespace.includes(':') ? namespace.slice(0, namespace.lastIndexOf(':')) : namespace
      if (visited.has(withoutTask)) return saver.getTuple(config as never)
      visited.add(withoutTask)
      const before = { configurable: { checkpoint_id: checkpointId } }
      for await (const tuple of saver.list(config as never, { before, limit: 1 })) return tuple
      return undefined
    },
  }
}
