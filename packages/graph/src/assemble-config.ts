// The config of a run: what was bound to the graph, what is around the call, what the caller gave; later ones win.
import { mergeConfigs } from '@langchain/core/runnables'
import { ambientConfig } from './langgraph/ambient.ts'
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
  'onBusy',
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

/**
 * Of what is around the call, the caller's config replaces a key as a whole. With what was bound to the graph, tags,
 * metadata, configurable and callbacks are merged; of any other key, the caller's counts.
 */
export function assembleConfig(
  bound: RunConfig | undefined,
  options: RunConfig | undefined,
): AssembledConfig {
  const assembled: AssembledConfig = {
    tags: [],
    metadata: {},
    recursionLimit: defaultRecursionLimit,
    configurable: {},
  }
  if (bound !== undefined) takeAll(assembled, bound)
  const ambient = ambientConfig()
  if (ambient !== undefined && ambient !== options) takeAll(assembled, replaceable(ambient, bound, options))
  if (options !== undefined) takeAll(assembled, options)
  for (const key of toMetadata) {
    const value = assembled.configurable[key]
    if (value !== undefined && !(key in assembled.metadata)) assembled.metadata[key] = value
  }
  if (typeof assembled.configurable['model'] === 'string')
    assembled.metadata['model'] ??= assembled.configurable['model']
  return assembled
}

/**
 * What is around a call, without what the call gives itself, and without the name of the run around it. A limit that
 * was bound to the graph is given, too.
 */
function replaceable(
  ambient: RunConfig,
  bound: RunConfig | undefined,
  options: RunConfig | undefined,
): RunConfig {
  const { runId: _, runName: __, ...rest } = ambient
  const given = { recursionLimit: bound?.recursionLimit, ...options } as Record<string, unknown>
  return Object.fromEntries(Object.entries(rest).filter(([key]) => given[key] === undefined)) as RunConfig
}

function takeAll(assembled: AssembledConfig, config: RunConfig): void {
  for (const [key, value] of Object.entries(config)) {
    if (value !== undefined && passed.has(key)) take(assembled, key, value)
  }
}

function take(assembled: AssembledConfig, key: string, value: unknown): void {
  switch (key) {
    case 'tags':
      assembled.tags = [...new Set([...assembled.tags, ...(value as string[])])]
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
