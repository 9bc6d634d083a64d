import type { RunListener } from '@cairn/engine'
import type { AssembledConfig } from '../assemble-config.ts'
import { NODE_FINISHED } from '../langgraph/config-keys.ts'
import { isCached } from '../langgraph/node-cache.ts'

/** Calls the function that the caller put into `configurable` with the name of each node that has finished. */
export function finishedNodes({ configurable }: AssembledConfig): RunListener | undefined {
  const notify = configurable[NODE_FINISHED] as ((node: string) => void) | undefined
  if (notify === undefined) return undefined
  return {
    settled: (_run, task) => {
      if (task.outcome.kind === 'done' && task.node.isHidden !== true && !isCached(task)) notify(task.name)
    },
  }
}
