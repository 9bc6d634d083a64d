import { inspect } from 'node:util'
import type { PendingWrite, Store, StoredCheckpoint, Write } from '@cairn/engine'

/** What a store holds of a thread: the checkpoints of all its lines, oldest first. */
export type StoredThread = readonly StoredCheckpoint[]

export async function readThread(store: Store, threadId: string): Promise<StoredThread> {
  const newestFirst: StoredCheckpoint[] = []
  // A copy: a store may read what a checkpoint holds when it is first looked at, and be closed by then.
  for await (const checkpoint of store.list({ threadId })) newestFirst.push({ ...checkpoint })
  return newestFirst.toReversed()
}

/**
 * What was recorded, as sorted lines of text: one for each checkpoint, and one for each task with its writes. Ids
 * are left out, so threads on which the same was done give the same lines, however often they were interrupted.
 */
export function recordedTasks(thread: StoredThread): string[] {
  return thread
    .flatMap(({ line, metadata, writes }) => {
      const at = `${line.namespace} ${metadata.step}`
      const tasks = [...writesByTask(writes).values()].map((own) => `${at}: ${text(own)}`)
      return [`${at}: ${metadata.source}`, ...tasks]
    })
    .map((line) => line.replaceAll(anyId, '<id>'))
    .toSorted()
}

/**
 * Where the checkpoints of a line are not one unbroken line: each has the one before as its parent, and the next
 * step. Empty when there is nothing to find fault with.
 */
export function lineFaults(thread: StoredThread): string[] {
  const newest = new Map<string, StoredCheckpoint>()
  return thread.flatMap((checkpoint) => {
    const { id, parentId, line, metadata } = checkpoint
    const before = newest.get(line.namespace)
    newest.set(line.namespace, checkpoint)
    const at = `checkpoint ${id} (step ${metadata.step}) of line "${line.namespace}"`
    const faults: string[] = []
    if (parentId !== before?.id) faults.push(`${at} has parent ${parentId}, not ${before?.id}`)
    if (before !== undefined && metadata.step !== before.metadata.step + 1)
      faults.push(`${at} comes after step ${before.metadata.step}`)
    return faults
  })
}

export function writesByTask(writes: readonly PendingWrite[]): Map<string, Write[]> {
  const byTask = new Map<string, Write[]>()
  for (const [taskId, channel, value] of writes) {
    const own = byTask.get(taskId)
    if (own === undefined) byTask.set(taskId, [[channel, value]])
    else own.push([channel, value])
  }
  return byTask
}

/** UUIDs, and the hashes that name questions. */
const anyId =
  /(?<![0-9a-f])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f])/g

function text(value: unknown): string {
  const everything = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity }
  return inspect(value, { ...everything, breakLength: Infinity, compact: true, sorted: true })
}
