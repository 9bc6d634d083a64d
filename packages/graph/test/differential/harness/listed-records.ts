import { MemorySaver, type BaseCheckpointSaver, type CheckpointTuple } from '@langchain/langgraph'
import { NULL_TASK_ID, RESUME } from '@cairn/engine'
import { MemorySaver as CairnMemorySaver } from '../../../src/index.ts'
import { cairn, type Vocabulary } from './differential.ts'
import { compareText } from './masked.ts'

/** The saver that each engine exports. */
export function ownSaver(vocabulary: Vocabulary): BaseCheckpointSaver {
  return vocabulary === cairn ? new CairnMemorySaver() : new MemorySaver()
}

/** Everything a saver tells of a thread, by namespace, oldest first: what it gives, not how it keeps it. */
export async function listedRecords(
  saver: BaseCheckpointSaver,
  configurable: object = { thread_id: 't' },
): Promise<unknown[]> {
  const lines = new Map<string, CheckpointTuple[]>()
  for await (const tuple of saver.list({ configurable })) {
    const namespace = tuple.config.configurable?.['checkpoint_ns'] as string
    lines.set(namespace, [tuple, ...(lines.get(namespace) ?? [])])
  }
  return [...lines.values()]
    .toSorted(([a], [b]) => compareText(a!.checkpoint.id, b!.checkpoint.id))
    .flat()
    .map(({ checkpoint, metadata, parentConfig, pendingWrites = [], config }) => ({
      checkpoint: { ...checkpoint, channel_values: withoutEmpty(checkpoint.channel_values) },
      metadata,
      namespace: config.configurable?.['checkpoint_ns'] as unknown,
      parent: parentConfig?.configurable?.['checkpoint_id'] as unknown,
      writes: withoutBoundAnswers(pendingWrites),
    }))
}

type Writes = NonNullable<CheckpointTuple['pendingWrites']>

/** Cairn keeps a plain answer under the id of its question too, see state/answer-once.test.ts; LangGraph does not. */
function withoutBoundAnswers(writes: Writes): Writes {
  const hasPlain = writes.some(([taskId, channel]) => taskId === NULL_TASK_ID && channel === RESUME)
  return writes.filter(([id, channel]) => !(hasPlain && channel === RESUME && /^[0-9a-f]{32}$/.test(id)))
}

/** LangGraph stores some empty channels as `undefined`, and others not at all. */
function withoutEmpty(values: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
