// What a store keeps of a settled task.
import { ERROR, ERROR_SOURCE_NODE, INTERRUPT, NO_WRITES, RESUME } from './control.ts'
import type { Task } from './task.ts'
import type { Write } from './write.ts'

/** Says that a task finished, and wrote nothing that is kept. */
export const noWrites: readonly Write[] = [[NO_WRITES, null]]

/** Says that nobody waited for the task's end, because another one had failed. */
export const abandoned: readonly Write[] = [
  [ERROR, { message: 'This operation was aborted', name: 'AbortError' }],
]

/** Empty when the task leaves nothing to be kept. */
export function recordOf(task: Task): readonly Write[] {
  const { outcome, writes } = task
  switch (outcome.kind) {
    case 'waiting':
      return []
    case 'done':
      return writes.length === 0 ? noWrites : writes
    case 'interrupted':
      if (outcome.questions.length === 0) return []
      return [[INTERRUPT, outcome.questions], ...writes.filter(([channel]) => channel === RESUME).slice(-1)]
    case 'escaped': // what else it wrote are answers; without any, its message stands for it
      return writes.length > 0 || outcome.isPaused ? writes : [errorWrite(outcome.signal)]
    case 'failed':
      return [...writes, ...failureWrites(task, outcome.error)]
  }
}

function failureWrites({ node, origin }: Task, error: unknown): Write[] {
  const failure = errorWrite(error)
  const hasHandler = node.errorHandler !== undefined && (origin.kind === 'trigger' || origin.kind === 'send')
  return hasHandler ? [failure, [ERROR_SOURCE_NODE, node.name]] : [failure]
}

function errorWrite(error: unknown): Write {
  const { message, name } = error instanceof Error ? error : { message: String(error), name: 'Error' }
  return [ERROR, { message, name }]
}
