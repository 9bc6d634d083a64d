// Callbacks and traces: the runs that LangChain's handlers see. Nothing here is touched when nobody listens.
import { CallbackManager, type CallbackManagerForChainRun } from '@langchain/core/callbacks/manager'
import type { Serialized } from '@langchain/core/load/serializable'
import type { Attempt } from '@cairn/engine'
import type { AssembledConfig } from './assemble-config.ts'
import { withTracedConfig } from './langgraph/ambient.ts'
import type { RunConfig } from './langgraph/run-config.ts'

/** Starts the run of a graph; `undefined` when there are no handlers and no tracer. */
export function traceGraph(
  config: AssembledConfig,
  input: unknown,
  serialized: () => Serialized,
  name: string,
): Promise<CallbackManagerForChainRun> | undefined {
  const manager = CallbackManager._configureSync(
    config.callbacks,
    undefined,
    config.tags,
    undefined,
    config.metadata,
    undefined,
    {
      tracerInheritableMetadata: tracerMetadata(config),
    },
  )
  return manager?.handleChainStart(
    serialized(),
    asRecord(input, 'input'),
    config.runId,
    undefined,
    undefined,
    undefined,
    config.runName ?? name,
  )
}

/** One run per attempt of a node, with what happens inside as its children. */
export async function traceNode(
  attempt: Attempt,
  config: RunConfig,
  body: (traced: RunConfig) => unknown,
): Promise<unknown> {
  const manager = CallbackManager._configureSync(
    config.callbacks,
    undefined,
    config.tags,
    undefined,
    config.metadata,
  )
  const run = await manager?.handleChainStart(
    sequence,
    asRecord(attempt.input, 'input'),
    undefined,
    undefined,
    undefined,
    undefined,
    config.runName,
  )
  const { runName: _, ...rest } = config
  const traced: RunConfig = run === undefined ? config : { ...rest, callbacks: run.getChild() }
  try {
    const result = await withTracedConfig(traced, () => body(traced))
    await run?.handleChainEnd(asRecord(result, 'output'))
    return result
  } catch (error) {
    await run?.handleChainError(error)
    throw error
  }
}

/** To tracers, a node is the sequence of the function and its writers. */
const sequence: Serialized = {
  lc: 1,
  type: 'not_implemented',
  id: ['langchain_core', 'runnables', 'RunnableSequence'],
}

/** Parts of names that do not belong into a trace. */
const secretive = ['key', 'token', 'secret', 'password', 'auth']

/** Plain values of `configurable` help to find a trace. */
function tracerMetadata({ configurable, metadata }: AssembledConfig): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(configurable)) {
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    if (!isPlain || key.startsWith('__') || key in metadata) continue
    if (!secretive.some((part) => key.toLowerCase().includes(part))) found[key] = value
  }
  return found
}

export function asRecord(value: unknown, key: string): Record<string, unknown> {
  const isRecord =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  return isRecord ? (value as Record<string, unknown>) : { [key]: value }
}
