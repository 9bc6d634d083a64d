import type { Line } from '@cairn/engine'
import type { KnownCheckpoint } from './checkpoint-record.ts'

/** Lines whose newest known checkpoint is remembered. */
const CAPACITY = 1000

/**
 * What was last put into, or read from, each line, so that the next checkpoint of a run need not read its parent
 * back. Forgets the line that was not used for longest.
 */
export class RecentCheckpoints {
  readonly #byLine = new Map<string, KnownCheckpoint>()

  get(line: Line, checkpointId: string): KnownCheckpoint | undefined {
    const known = this.#byLine.get(keyOf(line))
    return known?.id === checkpointId ? known : undefined
  }

  set(line: Line, known: KnownCheckpoint): void {
    const key = keyOf(line)
    this.#byLine.delete(key)
    this.#byLine.set(key, known)
    if (this.#byLine.size > CAPACITY) this.#byLine.delete(this.#byLine.keys().next().value!)
  }

  delete(line: Line): void {
    this.#byLine.delete(keyOf(line))
  }

  clear(): void {
    this.#byLine.clear()
  }
}

function keyOf({ threadId, namespace }: Line): string {
  return JSON.stringify([threadId, namespace])
}
