import type { StoredCheckpoint } from '@cairn/engine'

/** What a listed checkpoint reads when it is first looked at. */
const laterKeys = ['values', 'versions', 'seen', 'writes', 'taskPaths'] as const
export type LaterKey = (typeof laterKeys)[number]

/** What a listed checkpoint has from the beginning. */
export type Outline = Omit<StoredCheckpoint, LaterKey>

/** References that are kept before those are let go of that lead nowhere any more. */
const most = 256

/**
 * Makes checkpoints that read what they hold when it is first looked at, and has them read it before it is gone: to
 * whoever listed them it makes no difference.
 */
export class ListedCheckpoints {
  /** Pages of listings: one is in use for as long as one of its checkpoints is. */
  readonly #pages = new Set<WeakRef<ListedPage>>()
  #limit = most

  /** For checkpoints of this thread. */
  page(threadId: string): ListedPage {
    if (this.#pages.size >= this.#limit) this.#forgetGone()
    const page = new ListedPage(threadId)
    this.#pages.add(new WeakRef(page))
    return page
  }

  /** Reads what is listed and in use, of one thread or of all. */
  readNow(threadId?: string): void {
    for (const reference of this.#pages) {
      const page = reference.deref()
      if (page !== undefined && threadId !== undefined && page.threadId !== threadId) continue
      this.#pages.delete(reference)
      page?.readNow()
    }
  }

  #forgetGone(): void {
    for (const reference of this.#pages) {
      if (reference.deref() === undefined) this.#pages.delete(reference)
    }
    this.#limit = Math.max(most, 2 * this.#pages.size)
  }
}

export class ListedPage {
  readonly threadId: string
  readonly #checkpoints: StoredCheckpoint[] = []

  constructor(threadId: string) {
    this.threadId = threadId
  }

  add(outline: Outline, read: (key: LaterKey) => unknown): StoredCheckpoint {
    const source: Source = { page: this, read }
    Object.defineProperty(outline, SOURCE, { value: source })
    const checkpoint = Object.defineProperties(outline, laterProperties) as StoredCheckpoint
    this.#checkpoints.push(checkpoint)
    return checkpoint
  }

  readNow(): void {
    for (const checkpoint of this.#checkpoints) readAll(checkpoint)
  }
}

interface Source {
  /** Kept in use by its checkpoints. */
  readonly page: ListedPage
  readonly read: (key: LaterKey) => unknown
}

const SOURCE: unique symbol = Symbol('what a listed checkpoint reads from')

/** The same for all checkpoints: a listing makes many. */
const laterProperties: PropertyDescriptorMap = Object.fromEntries(
  laterKeys.map((key) => {
    const settle = (checkpoint: object, value: unknown): void => {
      Object.defineProperty(checkpoint, key, { value, writable: true, enumerable: true, configurable: true })
    }
    const property: PropertyDescriptor & ThisType<{ readonly [SOURCE]: Source }> = {
      get() {
        const value = this[SOURCE].read(key)
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
