// Finds threads without reading their checkpoints.
//   T1. A commit knows nothing of it. Whoever searches first looks which threads have changed, and indexes those.
//   T2. Whatever it holds is made from the other tables, so it may be deleted at any time.
import { setImmediate } from 'node:timers/promises'
import type { ThreadStatus } from '@cairn/checkpoint'
import type { Line, ListQuery, StoredCheckpoint } from '@cairn/engine'
import type { Connection } from '../connection.ts'
import { writeWhenFree } from '../housekeeping/write-when-free.ts'
import type { Json } from './canonical-json.ts'
import { createTemporaryIndexTables } from './create-index-tables.ts'
import { TextSearchEncryptedError } from './errors.ts'
import { type FoundRow, IndexRows, type StaleThread } from './index-rows.ts'
import { indexedThread, type IndexedThread, millisecondsOf, searchableMetadata } from './indexed-thread.ts'
import { excerptOf } from './search-words.ts'
import { TextIndex } from './text-index.ts'
import { type TextPiece, textPieces } from './text-of-values.ts'
import { type Labels, ThreadLabels } from './thread-labels.ts'
import { conditionsOf, cursorAt, defaultLimit, type ThreadQuery } from './thread-query.ts'

export interface FoundThread extends Labels {
  readonly id: string
  readonly status: ThreadStatus
  /** Of the newest checkpoint. */
  readonly step: number
  /** The nodes of the next superstep; one that has several tasks comes several times. */
  readonly tasks: readonly string[]
  /** Those of them that have not finished. */
  readonly next: readonly string[]
  /** When the first checkpoint was made, and the newest. ISO 8601, UTC. */
  readonly createdAt: string
  readonly updatedAt: string
  /** Id of the newest checkpoint. */
  readonly checkpointId: string
  /** What the newest checkpoints say besides; not for stores that are encrypted. */
  readonly checkpointMetadata: Readonly<Record<string, Json>>
  /** Where the text that was searched for stands. */
  readonly match?: { readonly channel: string; readonly excerpt: string }
}

export interface FoundThreads {
  /** Newest first. */
  readonly threads: readonly FoundThread[]
  /** For the next page; absent on the last one. */
  readonly cursor?: string
}

/** What the index needs of the store it belongs to. */
export interface IndexedStore {
  readonly connection: Connection
  /** Whether values are encrypted, so that nothing of them may stand in an index. */
  readonly isEncrypted: boolean
  /** Writes what is waiting to be written. */
  flush(): void
  load(line: Line): StoredCheckpoint | undefined
  list(query: ListQuery): Iterable<StoredCheckpoint>
}

/** How long it works before the event loop turns, in milliseconds. */
const sliceMs = 4
/** Threads that are looked at in one go. */
const threadsAtATime = 500
/** Of so many of the newest checkpoints the metadata are looked at. */
const metadataDepth = 50

/** The threads of a store: what people say about them, and a search over them. */
export class ThreadIndex {
  readonly #store: IndexedStore
  readonly #connection: Connection
  readonly #labels: ThreadLabels
  readonly #rows: IndexRows
  readonly #text: TextIndex
  /** When nothing has been written since, nothing is stale. */
  #upToDate: { readonly version: number; readonly changes: number; readonly hasText: boolean } | undefined

  constructor(store: IndexedStore) {
    this.#store = store
    this.#connection = store.connection
    const { database } = store.connection
    if (database.readonly) createTemporaryIndexTables(database)
    this.#labels = new ThreadLabels(database)
    this.#rows = new IndexRows(database)
    this.#text = new TextIndex(database)
  }

  /** Ids of all threads, sorted. Nothing is indexed for it. */
  ids(): string[] {
    this.#store.flush()
    return this.#connection.reading(() => this.#rows.ids())
  }

  /** The tags and the metadata of a thread. */
  labels(threadId: string): Labels {
    return this.#connection.reading(() => this.#labels.of(threadId))
  }

  /**
   * Puts tags on a thread, which need not have begun.
   * @throws {TypeError} for a tag that is no text, or empty.
   */
  tag(threadId: string, ...tags: string[]): void {
    this.#connection.writing(() => this.#labels.tag(threadId, tags))
  }

  /** Takes tags off a thread. */
  untag(threadId: string, ...tags: string[]): void {
    this.#connection.writing(() => this.#labels.untag(threadId, tags))
  }

  /**
   * Sets these keys of a thread's metadata and leaves the others; `undefined` removes one. The thread need not have begun.
   * They are kept in plain text, also where values are encrypted.
   * @throws {TypeError} for a value that is no JSON data.
   */
  setMetadata(threadId: string, metadata: Readonly<Record<string, Json | undefined>>): void {
    this.#connection.writing(() => this.#labels.setMetadata(threadId, metadata))
  }

  /**
   * The threads for which all of the query holds, those with the newest checkpoint first. Without a query, all.
   *
   * Threads that changed since the last search are indexed first, while other work goes on; `text` also indexes their
   * words, which takes longer the first time.
   * @throws {ThreadQueryError} when an option is of the wrong kind.
   * @throws {TextSearchEncryptedError} for `text` in a store whose values are encrypted.
   */
  async search(query: ThreadQuery = {}): Promise<FoundThreads> {
    const hasText = query.text !== undefined
    if (hasText && this.#store.isEncrypted) throw new TextSearchEncryptedError(this.#connection.path)
    const conditions = conditionsOf(query)
    await this.#catchUp(hasText)
    const { limit = defaultLimit, text } = query
    const { found, cursor } = this.#connection.reading(() => {
      const rows = this.#rows.find(conditions, limit)
      const page = rows.slice(0, limit)
      return {
        found: page.map((row) => this.#found(row)),
        cursor: rows.length > limit ? cursorAt(page.at(-1)!) : undefined,
      }
    })
    const threads = text === undefined ? found : found.map((thread) => this.#withMatch(thread, text))
    return { threads, ...(cursor !== undefined && { cursor }) }
  }

  #found(row: FoundRow): FoundThread {
    const { thread, name, status, step, tasks, next, created, updated, checkpoint } = row
    const metadata = this.#rows.metadata(thread).map(([key, value]) => [key, JSON.parse(value) as Json])
    return {
      id: name,
      status,
      step,
      tasks: JSON.parse(tasks) as string[],
      next: JSON.parse(next) as string[],
      createdAt: new Date(created).toISOString(),
      updatedAt: new Date(updated).toISOString(),
      checkpointId: checkpoint,
      ...this.#labels.of(name),
      checkpointMetadata: Object.fromEntries(metadata) as FoundThread['checkpointMetadata'],
    }
  }

  #withMatch(thread: FoundThread, query: string): FoundThread {
    const head = this.#store.load({ threadId: thread.id, namespace: '' })
    for (const { channel, text } of textPieces(head?.values ?? {})) {
      const excerpt = excerptOf(text, query)
      if (excerpt !== undefined) return { ...thread, match: { channel, excerpt } }
    }
    return thread
  }

  /** Indexes what has changed (T1). */
  async #catchUp(hasText: boolean): Promise<void> {
    this.#store.flush()
    const before = this.#state(hasText)
    if (this.#isUpToDate(before)) return
    await this.#write(() => {
      this.#rows.forgetGone()
      // What was indexed before the store was encrypted.
      if (this.#store.isEncrypted) this.#rows.forgetContent()
    })
    const last = this.#connection.reading(() => this.#rows.lastThread())
    for (let first = 0; first < last; first += threadsAtATime) {
      const stale = this.#connection.reading(() => this.#rows.stale(first, first + threadsAtATime))
      await this.#index(stale, (thread) => this.#indexOne(thread))
      if (!hasText) continue
      const withoutText = this.#connection.reading(() => this.#rows.staleText(first, first + threadsAtATime))
      await this.#index(withoutText, (thread) => this.#indexText(thread))
    }
    // Only its own changes came between, unless somebody else wrote meanwhile.
    const after = this.#state(hasText)
    this.#upToDate = after.version === before.version ? after : undefined
  }

  /** Takes the threads in slices: `prepare` reads, and gives what is to be written. */
  async #index(
    threads: readonly StaleThread[],
    prepare: (thread: StaleThread) => (() => void) | undefined,
  ): Promise<void> {
    await setImmediate()
    let writes: (() => void)[] = []
    let endMs = performance.now() + sliceMs
    for (const [index, thread] of threads.entries()) {
      const write = prepare(thread)
      if (write !== undefined) writes.push(write)
      if (performance.now() < endMs && index < threads.length - 1) continue
      const ready = writes
      writes = []
      await this.#write(() => ready.forEach((each) => each()))
      await setImmediate()
      endMs = performance.now() + sliceMs
    }
  }

  #indexOne(stale: StaleThread): (() => void) | undefined {
    const line = { threadId: stale.name, namespace: '' }
    const head = this.#store.load(line)
    if (head === undefined) return undefined
    const indexed: IndexedThread = indexedThread(head)
    const created = typeof stale.created === 'number' ? stale.created : millisecondsOf(stale.created)
    const metadata = this.#store.isEncrypted ? new Map<string, string>() : this.#metadata(line, stale.indexed)
    return () => this.#rows.set(stale, created, indexed, metadata)
  }

  /** What the newest checkpoint says that says something under a key, of those that were not indexed yet. */
  #metadata(line: Line, indexed: string | null): Map<string, string> {
    const found = new Map<string, string>()
    for (const { id, metadata } of this.#store.list({ ...line, limit: metadataDepth })) {
      for (const [key, value] of searchableMetadata(metadata)) if (!found.has(key)) found.set(key, value)
      if (id === indexed) break
    }
    return found
  }

  #indexText(stale: StaleThread): (() => void) | undefined {
    const head = this.#store.load({ threadId: stale.name, namespace: '' })
    if (head === undefined) return undefined
    const pieces: readonly TextPiece[] = textPieces(head.values)
    return () => {
      this.#text.set(stale.thread, pieces)
      this.#rows.setTextSignature(stale)
    }
  }

  /** Temporary tables are written where the file may only be read. */
  async #write(write: () => void): Promise<void> {
    if (this.#connection.database.readonly) this.#connection.reading(write)
    else await writeWhenFree(this.#connection, write)
  }

  #state(hasText: boolean): { version: number; changes: number; hasText: boolean } {
    return this.#connection.reading(() => ({
      version: this.#connection.version(),
      changes: this.#connection.database.prepare<[], number>('SELECT total_changes()').pluck().get()!,
      hasText,
    }))
  }

  #isUpToDate({
    version,
    changes,
    hasText,
  }: {
    version: number
    changes: number
    hasText: boolean
  }): boolean {
    const known = this.#upToDate
    return known?.version === version && known.changes === changes && (known.hasText || !hasText)
  }
}
