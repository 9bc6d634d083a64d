import { ERROR, INTERRUPT, isTaskOutput } from '@cairn/engine'

/**
 * Whether a task beside a checkpoint waits for an answer, or failed and may be tried again. `isPassed` tells that a
 * superstep went on from there, for which every task had finished or had its failure handled.
 */
export function isUnfinished(
  writes: Iterable<readonly [taskId: string, channel: string]>,
  isPassed: boolean,
): boolean {
  const stopped = new Set<string>()
  const finished = new Set<string>()
  for (const [taskId, channel] of writes) {
    if (channel === INTERRUPT || (channel === ERROR && !isPassed)) stopped.add(taskId)
    else if (isTaskOutput(channel)) finished.add(taskId)
  }
  return [...stopped].some((taskId) => !finished.has(taskId))
}
