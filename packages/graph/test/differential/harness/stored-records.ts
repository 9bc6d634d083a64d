import type { MemorySaver } from '@langchain/langgraph'
import { NULL_TASK_ID, RESUME } from '@cairn/engine'
import { compareText, masked } from './masked.ts'

/**
 * Everything a saver was given: checkpoints by namespace in order of their ids, and the writes beside each. Graphs
 * that ran side by side come in the order of what they left.
 */
export function storedRecords(saver: MemorySaver): unknown {
  const { storage, writes } = saver as unknown as Stored
  return Object.entries(storage).flatMap(([thread, namespaces]) =>
    Object.entries(namespaces)
      .map(([namespace, checkpoints]) => recordsOf(thread, namespace, checkpoints, writes))
      .toSorted((a, b) => compareText(orderOf(a), orderOf(b)))
      .flat(),
  )
}

function orderOf(records: readonly { readonly namespace: string }[]): string {
  const text = `${records[0]!.namespace} ${JSON.stringify(records)}`
  // Of ids of checkpoints, the step stays.
  return masked(text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-6[0-9a-f]{3}-([0-9a-f]{4})-[0-9a-f]{12}/g, '$1'))
}

function recordsOf(
  thread: string,
  namespace: string,
  checkpoints: Stored['storage'][string][string],
  writes: Stored['writes'],
) {
  return Object.keys(checkpoints)
    .toSorted()
    .map((id) => {
      const [checkpoint, metadata, parent] = checkpoints[id]!
      const beside = writes[JSON.stringify([thread, namespace, id])] ?? {}
      return {
        thread,
        namespace,
        id,
        parent,
        checkpoint: decoded(checkpoint),
        metadata: decoded(metadata),
        writes: ranked(
          withoutBoundAnswers(Object.entries(beside))
            .map(([key, [task, channel, value, path]]) => ({
              path,
              task,
              position: Number(key.slice(key.lastIndexOf(',') + 1)),
              channel,
              value: decoded(value),
            }))
            .toSorted((a, b) => compareText(a.path, b.path) || a.position - b.position),
        ),
      }
    })
}

interface Write {
  readonly task: string
  readonly position: number
}

type StoredWrite = readonly [task: string, channel: string, Bytes, path: string]

/** Cairn keeps a plain answer under the id of its question too, see state/answer-once.test.ts; LangGraph does not. */
function withoutBoundAnswers(writes: readonly (readonly [string, StoredWrite])[]): typeof writes {
  const isAnswer = ([, [, channel]]: (typeof writes)[number]) => channel === RESUME
  const hasPlain = writes.some((write) => isAnswer(write) && write[1][0] === NULL_TASK_ID)
  return writes.filter((write) => !(hasPlain && isAnswer(write) && /^[0-9a-f]{32}$/.test(write[1][0])))
}

/** Positions count without gaps: a control write has its own place, and may or may not leave one among the others. */
function ranked<T extends Write>(writes: readonly T[]): T[] {
  return writes.map((write) =>
    write.position < 0
      ? write
      : {
          ...write,
          position: writes.filter(
            ({ task, position }) => task === write.task && position >= 0 && position < write.position,
          ).length,
        },
  )
}

type Bytes = Uint8Array
interface Stored {
  /** thread → namespace → id → record */
  readonly storage: Record<string, Record<string, Record<string, [Bytes, Bytes, string | undefined]>>>
  /** `[thread, namespace, checkpoint]` → `task,position` → write */
  readonly writes: Record<string, Record<string, StoredWrite>>
}

function decoded(bytes: Bytes): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}
