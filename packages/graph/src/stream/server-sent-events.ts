// Chunks as events for browsers, in the form that LangGraph's SDK reads.
import type { RunConfig } from '../langgraph/run-config.ts'
import type { Chunk } from './chunk.ts'

const encoder = new TextEncoder()

/** One event; its name is `mode`, with `subgraphs` followed by `|namespace…`. */
export function chunkEvent([namespace, mode, payload]: Chunk, subgraphs: boolean): Uint8Array {
  const name = subgraphs && namespace.length > 0 ? [mode, ...namespace].join('|') : mode
  return event(name, dataOf(mode, payload))
}

/** The last event of a run that failed. */
export function failureEvent(error: unknown): Uint8Array {
  const data =
    error instanceof Error
      ? { error: error.name, message: error.message }
      : { error: 'Error', message: JSON.stringify(error) }
  return event('error', data)
}

function event(name: string, data: unknown): Uint8Array {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data, asDictionary)}\n\n`)
}

interface Serializable {
  toDict(): { readonly type: string; readonly data: object }
}

/** Messages in their plain form, not as the constructors that `toJSON` names. */
function asDictionary(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const raw = this[key]
  if (typeof raw !== 'object' || raw === null || typeof (raw as Partial<Serializable>).toDict !== 'function')
    return value
  const { type, data } = (raw as Serializable).toDict()
  return { ...data, type }
}

function dataOf(mode: string, payload: unknown): unknown {
  if (mode === 'checkpoints') return plainCheckpoint(payload as CheckpointPayload)
  const { type, payload: inner, ...rest } = (payload ?? {}) as { type?: unknown; payload?: unknown }
  if (mode !== 'debug' || type !== 'checkpoint') return payload
  return { type, ...rest, payload: plainCheckpoint(inner as CheckpointPayload) }
}

interface CheckpointPayload {
  readonly config?: RunConfig
  readonly parentConfig?: RunConfig
  readonly tasks?: readonly { readonly state?: unknown }[]
}

/** A checkpoint is addressed by itself, so that a browser need not know about configs. */
function plainCheckpoint(payload: CheckpointPayload): Record<string, unknown> {
  const { parentConfig, ...rest } = payload
  return {
    ...rest,
    checkpoint: addressIn(payload.config),
    parent_checkpoint: addressIn(parentConfig),
    config: plainConfig(payload.config),
    parent_config: plainConfig(parentConfig),
    tasks: payload.tasks?.map((task) => {
      const checkpoint = addressIn(task.state as RunConfig | undefined)
      if (checkpoint === null) return task
      const { state: _, ...withoutState } = task
      return { ...withoutState, checkpoint }
    }),
  }
}

function addressIn(config: RunConfig | undefined): Record<string, unknown> | null {
  const {
    thread_id: thread,
    checkpoint_ns: namespace,
    checkpoint_id: id,
    checkpoint_map: map,
  } = config?.configurable ?? {}
  if (!thread) return null
  return {
    thread_id: thread,
    checkpoint_ns: namespace || '',
    checkpoint_id: id || null,
    checkpoint_map: map || null,
  }
}

function plainConfig(config: RunConfig | undefined): RunConfig | undefined {
  if (config?.configurable === undefined) return config
  const { callbacks: _, ...rest } = config
  const configurable = Object.fromEntries(
    Object.entries(config.configurable).filter(([key]) => !key.startsWith('__')),
  )
  return { ...rest, configurable }
}
