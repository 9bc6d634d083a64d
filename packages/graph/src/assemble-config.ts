// The config of a run: what is around the call, what was bound to the graph, what the caller gave; later ones win.
import { mergeConfigs } from '@langchain/core/runnables'
import { ambientConfig } from './langgraph/ambient.ts'
import { READ } from './langgraph/config-keys.ts'
import type { Configurable, RunConfig } from './langgraph/run-config.ts'

/** Keys that pass from a caller's config into a run; anything else is dropped. */
const passed = new Set([
  'tags',
  'metadata',
  'callbacks',
  'runName',
  'maxConcurrency',
  'recursionLimit',
  'configurable',
  'runId',
  'outputKeys',
  'streamMode',
  'store',
  'writer',
  'interrupt',
  'context',
  'interruptBefore',
  'interruptAfter',
  'checkpointDuring',
  'durability',
  'signal',
  'heartbeat',
  'executionInfo',
  'serverInfo',
  'control',
  'cache',
])

/** Copied from `configurable` into `metadata`, where traces find them. */
const toMetadata = [
  'thread_id',
  'checkpoint_id',
  'checkpoint_ns',
  'task_id',
  'run_id',
  'assistant_id',
  'graph_id',
]

const defaultRecursionLimit = 25

export type AssembledConfig = RunConfig & {
  tags: string[]
  metadata: Record<string, unknown>
  recursionLimit: number
  configurable: Configurable
}

/** Merges tags, metadata, configurable and callbacks; of any other key, the last one given counts. */
export function assembleConfig(
  bound: RunConfig | undefined,
  options: RunConfig | undefined,
): AssembledConfig {
  const around = ambientConfig()
  const ambient = around === options ? undefined : around // a node that passes its own config on
  const assembled: AssembledConfig = {
    tags: [],
    metadata: {},
    recursionLimit: defaultRecursionLimit,
    configurable: {},
  }
  const ignoresConfigurable = isRootCall(ambient, bound, options)
  for (const config of [ambient, bound, options]) {
    if (config === undefined) continue
    for (const [key, value] of Object.entries(config)) {
      if (value === undefined || !passed.has(key)) continue
      if (config === ambient && key === 'configurable' && ignoresConfigurable) continue
      take(assembled, key, value)
    }
  }
  for (const key of toMetadata) {
    const value = assembled.configurable[key]
    if (value !== undefined && !(key in assembled.metadata)) assembled.metadata[key] = value
  }
  return assembled
}

function take(assembled: AssembledConfig, key: string, value: unknown): void {
  switch (key) {
    case 'tags':
      assembled.tags = [...assembled.tags, ...(value as string[])]
      break
    case 'metadata':
      assembled.metadata = { ...assembled.metadata, ...(value as Record<string, unknown>) }
      break
    case 'configurable':
      assembled.configurable = { ...assembled.configurable, ...(value as Configurable) }
      break
    case 'callbacks': {
      const callbacks = value as NonNullable<RunConfig['callbacks']>
      const before = assembled.callbacks === undefined ? undefined : { callbacks: assembled.callbacks }
      assembled.callbacks = mergeConfigs(before, { callbacks }).callbacks ?? callbacks
      break
    }
    default:
      Object.assign(assembled, { [key]: value })
  }
}

/**
 * A call with a thread of its own, from outside any task, starts a new root run: what another run may have left
 * around it must not leak in.
 */
function isRootCall(...[ambient, bound, options]: (RunConfig | undefined)[]): boolean {
  const last = options ?? bound
  if (last?.configurable?.['thread_id'] === undefined) return false
  return [ambient, bound, options].every((config) => config?.configurable?.[READ] === undefined)
}
