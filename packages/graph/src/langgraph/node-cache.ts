// Writes of nodes and tasks with a cache policy, kept in one of LangGraph's caches.
import { createHash } from 'node:crypto'
import type { BaseCache } from '@langchain/langgraph-checkpoint'
import type { Attempt, Task, Write } from '@cairn/engine'

export interface CachePolicy {
  /** What the key is made of; it gets the arguments of the node. Default: their JSON. */
  readonly keyFunc?: (args: unknown[]) => string
  /** Seconds until the entry counts no more. */
  readonly ttl?: number
}

const cachedTasks = new WeakSet<Task>()

/** Whether the task's writes came from the cache. */
export function isCached(task: Task): boolean {
  return cachedTasks.has(task)
}

/** Runs the attempt, unless the cache has what an earlier one with the same input wrote. */
export async function throughCache(
  cache: BaseCache,
  policy: CachePolicy,
  attempt: Attempt,
  run: () => void | Promise<void>,
): Promise<void> {
  const key = keyOf(policy, attempt)
  const [found] = await cache.get([key])
  if (found !== undefined) {
    cachedTasks.add(attempt.task)
    for (const [channel, value] of found.value as Write[]) attempt.write(channel, value)
    return
  }
  await run()
  await cache.set([{ key, value: attempt.writes, ...(policy.ttl !== undefined && { ttl: policy.ttl }) }])
}

function keyOf({ keyFunc = JSON.stringify }: CachePolicy, { task, input }: Attempt): [string[], string] {
  const text = keyFunc([input])
  return [['__pregel_ns_writes', task.name], createHash('sha256').update(text).digest('hex')]
}
