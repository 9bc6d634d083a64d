import type { MemorySaver } from '@langchain/langgraph'

/** Everything a saver was given: checkpoints by namespace in order of their ids, and the writes beside each. */
export function storedRecords(saver: MemorySaver): unknown {
  const { storage, writes } = saver as unknown as Stored
  return Object.entries(storage).flatMap(([thread, namespaces]) =>
    Object.entries(namespaces).flatMap(([namespace, checkpoints]) =>
      Object.keys(checkpoints)
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
            writes: Object.entries(beside)
              .map(([key, [task, channel, value, path]]) => ({
                path,
                task,
                position: Number(key.slice(key.lastIndexOf(',') + 1)),
                channel,
                value: decoded(value),
              }))
              .toSorted((a, b) => compare(a.path, b.path) || a.position - b.position),
          }
        }),
    ),
  )
}

type Bytes = Uint8Array

interface Stored {
  /** thread → namespace → id → record */
  readonly storage: Record<string, Record<string, Record<string, [Bytes, Bytes, string | undefined]>>>
  /** `[thread, namespace, checkpoint]` → `task,position` → write */
  readonly writes: Record<string, Record<string, [task: string, channel: string, Bytes, path: string]>>
}

function decoded(bytes: Bytes): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
