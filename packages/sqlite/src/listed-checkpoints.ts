import type { StoredCheckpoint } from '@cairn/engine'

/** What a listed checkpoint reads when it is first looked at. */
export const laterKeys = ['values', 'versions', 'seen', 'writes', 'taskPaths'] as const
export type LaterKey = (typeof laterKeys)[number]

/** What a listed checkpoint has from the beginning. */
export type Outline = Omit<StoredCheckpoint, LaterKey>

/** References that are kept, at least, before those are let go of that lead nowhere any more. */
const few = 4096

/**
 * Makes checkpoints that read what they hold when it is first looked at, and has them read it before it is gone: to
 * whoever listed them it makes no difference.
 */
export class ListedCheckpoints {
  readonly #unread = new Set<WeakRef<StoredCheckpoint>>()
  #most = few

  make(outline: Outline, read: (key: LaterKey) => unknown): StoredCheckpoint {
    const checkpoint = outline as StoredCheckpoint
    for (const key of laterKeys) {
      const settle = (value: unknown): void => {
        Object.defineProperty(checkpoint, key, {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        })
      }
      Object.defineProperty(checkpoint, key, {
        get: () => {
          const value = read(key)
          settle(value)
          return value
        },
        set: settle,
        enumerable: true,
        configurable: true,
      })
    }
    if (this.#unread.size >= this.#most) this.#forgetGone()
    this.#unread.add(new WeakRef(checkpoint))
    return checkpoint
  }

  /** Reads what is listed and in use, of one thread or of all. */
  readNow(threadId?: string): void {
    for (const reference of this.#unread) {
      const checkpoint = reference.deref()
      if (checkpoint !== undefined && threadId !== undefined && checkpoint.line.threadId !== threadId)
        continue
      this.#unread.delete(reference)
      if (checkpoint !== undefined) readAll(checkpoint)
    }
  }

  #forgetGone(): void {
    for (const reference of this.#unread) {
      if (reference.deref() === undefined) this.#unread.delete(reference)
    }
    // Where most are in use still, looking again soon would be in vain.
    this.#most = Math.max(few, 2 * this.#unread.size)
  }
}

function readAll(checkpoint: StoredCheckpoint): void {
  try {
    for (const key of laterKeys) void checkpoint[key]
  } catch {
    // What is damaged says so to whoever looks at it.
  }
}
