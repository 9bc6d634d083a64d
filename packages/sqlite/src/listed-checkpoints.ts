import type { StoredCheckpoint } from '@cairn/engine'

/** What a listed checkpoint reads when it is first looked at. */
const laterKeys = ['values', 'versions', 'seen', 'writes', 'taskPaths'] as const
export type LaterKey = (typeof laterKeys)[number]

/** What a listed checkpoint has from the beginning. */
export type Outline = Omit<StoredCheckpoint, LaterKey>

/** References that are kept before those are let go of that lead nowhere any more. */
const most = 4096

/**
 * Makes checkpoints that read what they hold when it is first looked at, and has them read it before it is gone: to
 * whoever listed them it makes no difference.
 */
export class ListedCheckpoints {
  readonly #unread = new Set<WeakRef<object>>()
  #limit = most

  make(outline: Outline, read: (key: LaterKey) => unknown): StoredCheckpoint {
    readers.set(outline, read)
    const checkpoint = Object.defineProperties(outline, laterProperties) as StoredCheckpoint
    if (this.#unread.size >= this.#limit) this.#forgetGone()
    this.#unread.add(new WeakRef(checkpoint))
    return checkpoint
  }

  /** Reads what is listed and in use, of one thread or of all. */
  readNow(threadId?: string): void {
    for (const reference of this.#unread) {
      const checkpoint = reference.deref() as StoredCheckpoint | undefined
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
    this.#limit = Math.max(most, 2 * this.#unread.size)
  }
}

const readers = new WeakMap<object, (key: LaterKey) => unknown>()

/** The same for all checkpoints: a listing makes many. */
const laterProperties: PropertyDescriptorMap = Object.fromEntries(
  laterKeys.map((key) => {
    const settle = (checkpoint: object, value: unknown): void => {
      Object.defineProperty(checkpoint, key, { value, writable: true, enumerable: true, configurable: true })
    }
    const property: PropertyDescriptor & ThisType<object> = {
      get() {
        const value = readers.get(this)!(key)
        settle(this, value)
        return value
      },
      set(value) {
        settle(this, value)
      },
      enumerable: true,
      configurable: true,
    }
    return [key, property]
  }),
)

function readAll(checkpoint: StoredCheckpoint): void {
  try {
    for (const key of laterKeys) void checkpoint[key]
  } catch {
    // What is damaged says so to whoever looks at it.
  }
}
