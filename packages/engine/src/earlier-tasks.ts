import { ERROR, ERROR_SOURCE_NODE, isTaskOutput } from './control.ts'
import type { PendingWrite } from './store.ts'
import type { Write } from './write.ts'

/** How a task ended in an earlier run, when that spares it from running again. */
export type EarlierEnding =
  | { readonly kind: 'done'; readonly writes: readonly Write[] }
  /** For good: a handler was to take over. */
  | { readonly kind: 'failed'; readonly error: Error }

/** What earlier runs left of the tasks that start from the same checkpoint. */
export class EarlierTasks {
  readonly #writes = new Map<string, Write[]>()

  constructor(pending: readonly PendingWrite[]) {
    for (const [taskId, channel, value] of pending) {
      const writes = this.#writes.get(taskId)
      if (writes === undefined) this.#writes.set(taskId, [[channel, value]])
      else writes.push([channel, value])
    }
  }

  get isEmpty(): boolean {
    return this.#writes.size === 0
  }

  endingOf(taskId: string): EarlierEnding | undefined {
    const writes = this.#writes.get(taskId) ?? []
    const output = writes.filter(([channel]) => isTaskOutput(channel))
    if (output.length > 0) return { kind: 'done', writes: output }
    if (!writes.some(([channel]) => channel === ERROR_SOURCE_NODE)) return undefined
    return { kind: 'failed', error: errorFrom(writes.find(([channel]) => channel === ERROR)?.[1]) }
  }
}

/** An error from the `{ message, name }` that is kept of it. */
function errorFrom(kept: unknown): Error {
  const { message, name } = (kept ?? {}) as { message?: string; name?: string }
  const error = new Error(message ?? String(kept))
  if (name !== undefined) error.name = name
  return error
}
