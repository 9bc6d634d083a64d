import { getCheckpointId } from '@langchain/langgraph-checkpoint'
import { EngineError, type Line } from '@cairn/engine'

/** The part of a runnable's config that names checkpoints. */
export interface SaverConfig {
  readonly configurable?: Readonly<Record<string, unknown>>
}

/** What names a checkpoint for LangGraph. */
export interface CheckpointConfig {
  readonly configurable: { thread_id: string; checkpoint_ns: string; checkpoint_id: string }
}

/** A config does not say which thread or checkpoint is meant, or says it in a way that cannot be meant. */
export class InvalidSaverConfigError extends EngineError {
  readonly code = 'INVALID_SAVER_CONFIG'

  constructor(
    readonly key: string,
    readonly found: unknown,
    doing?: string,
  ) {
    super(
      (doing === undefined || found !== undefined ? '' : missingIn(doing, key)) +
        `The config's "configurable.${key}" must be a string${key === 'checkpoint_ns' ? '' : ' that is not empty'}, ` +
        `but is ${found === '' ? 'empty' : found === undefined ? 'missing' : `of type ${typeof found}`}. ` +
        `Pass it as in { configurable: { ${key}: '...' } }.`,
    )
  }
}

/** What LangGraph's savers say. */
function missingIn(doing: string, key: string): string {
  return (
    `Failed to ${doing}. The passed RunnableConfig is missing a required "${key}" field in its "configurable" ` +
    'property. '
  )
}

/**
 * The thread id may be a number, as a run may have it: it stands for its digits.
 * @throws {InvalidSaverConfigError} when there is no thread id.
 */
export function lineOf(config: SaverConfig, doing?: string): Line {
  const given = config.configurable?.['thread_id']
  const threadId = typeof given === 'number' ? String(given) : given
  if (typeof threadId !== 'string' || threadId === '')
    throw new InvalidSaverConfigError('thread_id', threadId, doing)
  return { threadId, namespace: namespaceOf(config) ?? '' }
}

export function threadIdOf(config: SaverConfig): string | undefined {
  return config.configurable?.['thread_id'] === undefined ? undefined : lineOf(config).threadId
}

export function namespaceOf(config: SaverConfig): string | undefined {
  const namespace = config.configurable?.['checkpoint_ns']
  if (namespace === undefined || typeof namespace === 'string') return namespace
  throw new InvalidSaverConfigError('checkpoint_ns', namespace)
}

export function checkpointIdOf(config: SaverConfig): string | undefined {
  const id: unknown = getCheckpointId(config as Parameters<typeof getCheckpointId>[0])
  if (typeof id !== 'string') throw new InvalidSaverConfigError('checkpoint_id', id)
  return id === '' ? undefined : id
}

export function configOf(line: Line, checkpointId: string): CheckpointConfig {
  return {
    configurable: { thread_id: line.threadId, checkpoint_ns: line.namespace, checkpoint_id: checkpointId },
  }
}
