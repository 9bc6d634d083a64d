// Callbacks and traces: the runs that LangChain's handlers see. Nothing here is touched when nobody listens.
import { CallbackManager, type CallbackManagerForChainRun } from '@langchain/core/callbacks/manager'
import type { Serialized } from '@langchain/core/load/serializable'
import { NodeTimeoutError } from '@langchain/langgraph'
import type { AssembledConfig } from './assemble-config.ts'
import { withTracedConfig } from './langgraph/ambient.ts'
import { ABORT_SIGNALS, CHECKPOINT_NAMESPACE } from './langgraph/config-keys.ts'
import { stopError } from './langgraph/stop-error.ts'
import type { RunConfig } from './langgraph/run-config.ts'

/** Starts the run of a graph; `undefined` when there are no handlers and no tracer. */
export function traceGraph(
  config: AssembledConfig,
  input: unknown,
  serialized: () => Serialized,
  name: string,
): Promise<CallbackManagerForChainRun> | undefined {
  const { callbacks, tags, metadata, runId, runName = name } = config
  const inherited = tracerMetadata(config)
  const options = inherited === undefined ? {} : { tracerInheritableMetadata: inherited }
  const manager = CallbackManager._configureSync(
    callbacks,
    undefined,
    tags,
    undefined,
    metadata,
    undefined,
    options,
  )
  return manager?.handleChainStart(
    serialized(),
    asRecord(input, 'input'),
    runId,
    undefined,
    undefined,
    undefined,
    runName,
  )
}

/** What tracers keep of a node or a task, the same for all its runs. */
export interface TracedAs {
  readonly serialized: () => Serialized
  /** When the config has no name for the run. */
  readonly name?: string
  /** Tracers find the node's trace policy in it. */
  readonly extra?: Record<string, unknown> | undefined
  /** On the runs below it. */
  readonly tag?: string
}

/**
 * Runs `body` as a run of its own, with what happens inside as its children. To handlers, a run that is stopped ends
 * there and then, though its function may go on.
 * @param body is given the config for what it calls
 */
export async function traceRun<Result>(
  { serialized, name, extra, tag }: TracedAs,
  input: unknown,
  config: RunConfig,
  body: (traced: RunConfig) => Result | Promise<Result>,
): Promise<Result> {
  const { callbacks, tags, metadata, runName = name } = config
  const manager = CallbackManager._configureSync(callbacks, undefined, tags, undefined, metadata)
  const run = await manager?.handleChainStart(
    serialized(),
    asRecord(input, 'input'),
    undefined,
    undefined,
    undefined,
    undefined,
    runName,
    undefined,
    extra,
  )
  if (run === undefined) return withTracedConfig(config, () => body(config))
  const { runName: _, ...rest } = config
  const traced: RunConfig = { ...rest, callbacks: run.getChild(tag) }
  let isTold = false
  const fail = (error: unknown) => {
    if (isTold) return undefined
    isTold = true
    return run.handleChainError(error)
  }
  const { signal } = config
  const stop = () => void fail(reasonOf(signal!, config))
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const result = await withTracedConfig(traced, () => body(traced))
    if (isTold) return result
    isTold = true
    await run.handleChainEnd(asRecord(result, 'output'))
    return result
  } catch (error) {
    await fail(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** Why a task was stopped: its caller's reason, its time has run out, or, plainly, because another task failed. */
function reasonOf(signal: AbortSignal, { configurable }: RunConfig): unknown {
  const signals = configurable?.[ABORT_SIGNALS] as { externalAbortSignal?: AbortSignal } | undefined
  const outer = signals?.externalAbortSignal
  if (outer?.aborted === true) return stopError(outer.reason)
  if (signal.reason instanceof NodeTimeoutError) return signal.reason
  return new DOMException('This operation was aborted', 'AbortError')
}

/** Parts of names that do not belong into a trace. */
const secretive = ['key', 'token', 'secret', 'password', 'auth']

/** Plain values of `configurable` help to find a trace; those that the context has too are found there. */
function tracerMetadata({ configurable, context }: AssembledConfig): Record<string, unknown> | undefined {
  const found: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(configurable)) {
    if (key === CHECKPOINT_NAMESPACE || key.startsWith('__')) continue
    if (context != null && Object.hasOwn(context, key) && Object.is(context[key as never], value))
      found[key] = undefined
    else if (isPlain(value) && !secretive.some((part) => key.toLowerCase().includes(part))) found[key] = value
  }
  return Object.keys(found).length > 0 ? found : undefined
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

export function asRecord(value: unknown, key: string): Record<string, unknown> {
  const isRecord =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  return isRecord ? (value as Record<string, unknown>) : { [key]: value }
}
