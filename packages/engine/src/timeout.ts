import type { TaskTimeoutError } from './errors.ts'

/** How long one attempt of a task may take. */
export interface TimeoutPolicy {
  /** For the whole attempt. */
  readonly runMs?: number
  /** Since its last sign of life. */
  readonly idleMs?: number
  /** What counts as one: every write, call and reported progress, or only `heartbeat()`. Default: `auto`. */
  readonly refreshOn?: 'auto' | 'heartbeat'
  /** What the attempt fails with. Default: the `TaskTimeoutError` itself. */
  errorFor?(expired: TaskTimeoutError, taskId: string): Error
}
