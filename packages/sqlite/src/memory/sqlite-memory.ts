// LangGraph's store on one SQLite file: items under namespaces, with filters, time to live, and search by meaning.
//   M1. A batch is checked before anything is done, and is one transaction: its reads see what was there before it,
//       and its writes all happen or none does. Of several writes of one item the last counts.
//   M2. Models are asked before the transaction begins. Writes of one item happen in the order of their calls,
//       however long the model takes for each.
//   M3. An item that has expired is not there, whether it has been swept or not.
import { createLangchainCodec } from '@cairn/checkpoint'
import type { Codec } from '@cairn/engine/codec'
import {
  BaseStore,
  type Item,
  type Operation,
  type OperationResults,
  type SearchItem,
  validateNamespace,
} from '@langchain/langgraph-checkpoint'
import { Connection } from '../connection.ts'
import { KeyRing } from '../encryption/key-ring.ts'
import type { RowCipher } from '../encryption/row-cipher.ts'
import { CorruptStoreError, StoreBusyError, StoreError } from '../errors.ts'
import { closeText, decodeItem, encodeItem } from './item-text.ts'
import { commonPrefix, selectNamespaces } from './list-namespaces.ts'
import { MemoryIndex } from './memory-index.ts'
import {
  type MemoryIndexOptions,
  type SqliteMemoryOptions,
  type TimeToLive,
  checkMemoryOptions,
} from './memory-options.ts'
import {
  type DeleteRequest,
  type MemoryPutOperation,
  type MemoryRequest,
  type PutRequest,
  type SearchRequest,
  readRequest,
} from './memory-request.ts'
import { MemorySearch } from './memory-search.ts'
import { type ItemRow, ItemTable } from './memory-tables.ts'
import { VectorTable } from './memory-vectors.ts'
import { namespacePath } from './namespace-path.ts'
import { rankItems } from './rank-items.ts'
import { addVectorFunctions, type VectorFunctions } from './vector-functions.ts'
import { WriteOrder } from './write-order.ts'

const minuteMs = 60_000
const defaultSweepIntervalMinutes = 5
/** A write that sweeps as well takes a few milliseconds more, however many items have expired. */
const mostSweptByWrite = 500
/** Items that `sweepExpiredItems` removes at a time, so that others can write in between. */
const mostSweptAtOnce = 5000

/** How long to wait between two attempts while another connection writes, in milliseconds. */
const pauseMs = 1
// Taken at load: fake timers in tests must not stop a write.
const { setTimeout } = globalThis

/** A write that is ready: encoded, and its texts known. */
type PreparedWrite =
  | DeleteRequest
  | (PutRequest & { readonly data: string; readonly texts: readonly string[] })

interface Embedded {
  readonly queries: ReadonlyMap<string, Float32Array>
  readonly texts: ReadonlyMap<string, Float32Array>
}

const nothingEmbedded: Embedded = { queries: new Map(), texts: new Map() }

/**
 * LangGraph's `BaseStore` in one SQLite file, which may be that of the checkpoints: what `compile({ store })` takes.
 * It behaves as LangGraph's `InMemoryStore`, but for what docs/design/divergences.md lists; values come back equal,
 * as copies. Several processes may use one file.
 *
 * Every method throws, or rejects with, a `StoreError`, an `InvalidNamespaceError` of LangGraph, or what the
 * embeddings model throws.
 */
export class SqliteMemory extends BaseStore {
  /** The file as it was given, or `:memory:`. */
  readonly path: string
  readonly #connection: Connection
  readonly #codec: Codec
  readonly #keys: RowCipher
  readonly #now: () => number
  readonly #defaultTtlMs: number | null
  readonly #refreshesOnRead: boolean
  readonly #sweepIntervalMs: number
  readonly #indexOptions: MemoryIndexOptions | undefined
  readonly #index: MemoryIndex | undefined
  readonly #items: ItemTable
  readonly #vectors: VectorTable
  readonly #search: MemorySearch
  readonly #order = new WriteOrder()
  /** What compares vectors; `undefined` without `index`. */
  readonly vectorEngine: VectorFunctions['engine'] | undefined
  #sweptAt = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * Opens the store in this file, or makes one; `:memory:` keeps it in memory.
   * @throws {StoreError}
   */
  static open(path: string, options: SqliteMemoryOptions = {}): SqliteMemory {
    checkMemoryOptions(path, options)
    const connection = new Connection(path, options, () => undefined)
    try {
      return new SqliteMemory(connection, options)
    } catch (error) {
      connection.close()
      if (error instanceof StoreError) throw error
      // Statements were prepared, which fails only on tables that are not as they were made.
      throw new CorruptStoreError(path, `its tables are not those of a store (${String(error)})`, error)
    }
  }

  private constructor(connection: Connection, options: SqliteMemoryOptions) {
    super()
    const { path, database } = connection
    const { index, ttl = {} } = options
    this.path = path
    this.#connection = connection
    this.#codec = options.codec ?? createLangchainCodec(options)
    this.#keys = KeyRing.open(connection, options.encryption)
    this.#now = options.now ?? Date.now
    this.#defaultTtlMs = toMs(ttl.defaultTtl ?? null)
    this.#refreshesOnRead = (ttl.refreshOnRead ?? true) && !database.readonly
    this.#sweepIntervalMs = toMs(ttl.sweepIntervalMinutes ?? defaultSweepIntervalMinutes)!
    this.#indexOptions = index
    this.#index = index === undefined ? undefined : new MemoryIndex(path, index)
    const isEncrypted = options.encryption !== undefined
    const functions =
      index === undefined
        ? undefined
        : addVectorFunctions(path, database, index.engine, isEncrypted ? this.#keys : undefined)
    this.vectorEngine = functions?.engine
    this.#items = new ItemTable(database)
    this.#vectors = new VectorTable(path, database, this.#keys)
    this.#search = new MemorySearch(database, functions?.distance)
  }

  /** The `index` it was opened with, as LangGraph's own store tells it. */
  get indexConfig(): MemoryIndexOptions | undefined {
    return this.#indexOptions
  }

  /** Several operations in one transaction: `[result, …]`, that of a put being `null`. */
  override async batch<Operations extends readonly (Operation | MemoryPutOperation)[] | readonly []>(
    operations: Operations,
  ): Promise<OperationResults<Operations>> {
    this.#connection.assertOpen()
    const requests = operations.map((operation) => readRequest(operation, this.path))
    const writes = this.#prepareWrites(requests)
    const results = await this.#carryOutInTurn(requests, writes)
    return results as OperationResults<Operations>
  }

  /**
   * Stores an item, or replaces its value.
   * @param index paths to embed in place of those of the memory; `false` for none
   * @param options `ttl`: how long to keep it, in minutes; `null` for ever; by default `ttl.defaultTtl`
   */
  override async put(
    namespace: string[],
    key: string,
    value: Item['value'],
    index?: false | string[],
    { ttl }: { ttl?: TimeToLive } = {},
  ): Promise<void> {
    validateNamespace(namespace)
    const put: MemoryPutOperation = { namespace, key, value }
    if (index !== undefined) put.index = index
    if (ttl !== undefined) put.ttl = ttl
    await this.batch([put])
  }

  /** Deletes all items of this namespace and of those under it, in one transaction. Gives how many there were. */
  async deleteNamespace(namespacePrefix: string[]): Promise<number> {
    const prefix = namespacePath(namespacePrefix)
    return this.#writing(() => this.#items.deleteUnder(prefix))
  }

  /** Removes from the file what has expired, and gives how many items that were. */
  async sweepExpiredItems(): Promise<number> {
    let total = 0
    for (;;) {
      const now = this.#now()
      const swept = await this.#writing(() => this.#items.sweep(now, mostSweptAtOnce))
      this.#sweptAt = now
      total += swept
      if (swept < mostSweptAtOnce) return total
      await pause()
    }
  }

  /** Lets a timer sweep every `ttl.sweepIntervalMinutes` until `stop`. It does not keep the process alive. */
  override start(): void {
    this.#connection.assertOpen()
    if (this.#timer !== undefined || this.#connection.database.readonly) return
    this.#timer = setInterval(() => this.#sweepWhenFree(), this.#sweepIntervalMs).unref()
  }

  /** Stops the timer. The memory stays open. */
  override stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Puts the write-ahead log into the file and closes it. Closing twice is fine; any other use afterwards is not. */
  close(): void {
    this.stop()
    this.#connection.close()
  }

  /** What the batch writes: of each item the last (M1). */
  #prepareWrites(requests: readonly MemoryRequest[]): PreparedWrite[] {
    const last = new Map<string, PutRequest | DeleteRequest>()
    for (const request of requests) {
      if (request.kind === 'put' || request.kind === 'delete') last.set(addressKey(request), request)
    }
    return [...last.values()].map((write) =>
      write.kind === 'delete'
        ? write
        : {
            ...write,
            data: encodeItem(this.#codec, write.value, write),
            texts: this.#index?.textsOf(write.value, write.fields) ?? [],
          },
    )
  }

  /** At once, unless a model has to be asked, or somebody else writes, or a write of the same item waits for that (M2). */
  #carryOutInTurn(
    requests: readonly MemoryRequest[],
    writes: readonly PreparedWrite[],
  ): unknown[] | Promise<unknown[]> {
    const items = writes.map(addressKey)
    const earlier = this.#order.before(items)
    const queries = requests.flatMap((request) => (request.kind === 'search' ? (request.query ?? []) : []))
    const texts = writes.flatMap((write) => (write.kind === 'put' ? write.texts : []))
    const asksModel = this.#index !== undefined && queries.length + texts.length > 0
    const carriedOut =
      asksModel || earlier.length > 0
        ? Promise.all([this.#embed(queries, texts), ...earlier]).then(([embedded]) =>
            this.#carryOut(requests, writes, embedded),
          )
        : this.#carryOut(requests, writes, nothingEmbedded)
    if (carriedOut instanceof Promise) this.#order.add(items, carriedOut)
    return carriedOut
  }

  async #embed(queries: readonly string[], texts: readonly string[]): Promise<Embedded> {
    if (this.#index === undefined) return nothingEmbedded
    const [queryVectors, textVectors] = await Promise.all([
      this.#index.embedQueries(queries),
      this.#index.embed(texts),
    ])
    return { queries: queryVectors, texts: textVectors }
  }

  #carryOut(
    requests: readonly MemoryRequest[],
    writes: readonly PreparedWrite[],
    embedded: Embedded,
  ): unknown[] | Promise<unknown[]> {
    const now = this.#now()
    const timed: ItemRow[] = []
    const answer = () => requests.map((request) => this.#answer(request, embedded, now, timed))
    const refresh = () => timed.forEach(({ id }) => this.#items.refresh(id, now))
    if (writes.length > 0) {
      return this.#writing(() => {
        const answers = answer()
        refresh()
        for (const write of writes) this.#write(write, embedded, now)
        if (now - this.#sweptAt >= this.#sweepIntervalMs) {
          this.#items.sweep(now, mostSweptByWrite)
          this.#sweptAt = now
        }
        return answers
      })
    }
    const answers = this.#connection.reading(answer)
    const refreshed = timed.length > 0 ? this.#writing(refresh) : undefined
    return refreshed instanceof Promise ? refreshed.then(() => answers) : answers
  }

  /** Adds to `timed` the rows of items that were read and would have expired. */
  #answer(request: MemoryRequest, embedded: Embedded, now: number, timed: ItemRow[]): unknown {
    switch (request.kind) {
      case 'put':
      case 'delete':
        return null
      case 'get': {
        const row = this.#items.get(request, now)
        if (row === undefined) return null
        this.#noteRead(row, timed)
        return this.#decode(row)
      }
      case 'search': {
        const vector = request.query === undefined ? undefined : embedded.queries.get(request.query)
        return vector === undefined
          ? this.#page({ ...request, now }, timed)
          : this.#pageByScore({ ...request, now }, vector, timed)
      }
      case 'namespaces':
        return selectNamespaces(this.#items.livePaths(commonPrefix(request), now), request)
    }
  }

  /** The matching items in their order; with `withoutDims`, only those without a vector of so many numbers. */
  #page(
    { offset, limit, ...candidates }: SearchRequest & { now: number },
    timed: ItemRow[],
    withoutDims?: number,
  ): SearchItem[] {
    const found: SearchItem[] = []
    if (limit === 0) return found
    const { filter } = candidates
    // What a filter lets pass is known only here, so what it makes skip is skipped here.
    const window = filter.isEmpty ? { limit, offset } : { limit: Infinity, offset: 0 }
    let toSkip = offset - window.offset
    for (const row of this.#search.inOrder(candidates, { ...window, withoutDims })) {
      const item = this.#decode(row)
      if (!filter.matches(item.value) || toSkip-- > 0) continue
      this.#noteRead(row, timed)
      found.push(Object.assign(item, { score: undefined }) as unknown as SearchItem)
      if (found.length === limit) break
    }
    return found
  }

  /** The nearest items first, and behind them those that have no vector. */
  #pageByScore(
    request: SearchRequest & { now: number },
    query: Float32Array,
    timed: ItemRow[],
  ): SearchItem[] {
    const { offset, limit } = request
    if (limit === 0) return []
    const tables = { search: this.#search, items: this.#items, vectors: this.#vectors }
    const ranked = rankItems(tables, request, query, offset + limit, (row) => this.#decode(row))
    const page = ranked.slice(offset, offset + limit).map(({ row, item, score }) => {
      this.#noteRead(row, timed)
      return Object.assign(item, { score })
    })
    if (page.length === limit) return page
    // All that have a vector were ranked.
    const rest = { ...request, offset: Math.max(0, offset - ranked.length), limit: limit - page.length }
    return [...page, ...this.#page(rest, timed, query.length)]
  }

  #write(write: PreparedWrite, embedded: Embedded, now: number): void {
    if (write.kind === 'delete') {
      this.#items.delete(write)
      return
    }
    const { path, key, data, texts } = write
    const ttl = write.ttl === undefined ? this.#defaultTtlMs : toMs(write.ttl)
    const value = closeText(this.#keys, data, write)
    const item = this.#items.put({ path, key, now, ttl, value })
    const vectors = texts.flatMap((text) => embedded.texts.get(text) ?? [])
    this.#vectors.replace(item, vectors)
  }

  #noteRead(row: ItemRow, timed: ItemRow[]): void {
    if (this.#refreshesOnRead && row.ttl !== null) timed.push(row)
  }

  #decode(row: ItemRow): Item {
    return decodeItem(this.#codec, this.#keys, row, this.path)
  }

  /** A timer has nobody to tell: what keeps it from sweeping now, such as another writer, is met by the next write. */
  #sweepWhenFree(): void {
    this.sweepExpiredItems().catch(() => undefined)
  }

  /** At once; while another connection writes, as soon as it has done, the event loop going on meanwhile. */
  #writing<Result>(write: () => Result): Result | Promise<Result> {
    const attempt = this.#attempt(write)
    return attempt === undefined ? this.#writingWhenFree(write) : attempt.result
  }

  async #writingWhenFree<Result>(write: () => Result): Promise<Result> {
    const { path, busyTimeoutMs } = this.#connection
    for (let waitedMs = 0; waitedMs < busyTimeoutMs; waitedMs += pauseMs) {
      await pause()
      const attempt = this.#attempt(write)
      if (attempt !== undefined) return attempt.result
    }
    throw new StoreBusyError(path, busyTimeoutMs, undefined)
  }

  /** `undefined` when another connection is writing. */
  #attempt<Result>(write: () => Result): { readonly result: Result } | undefined {
    let attempt: { readonly result: Result } | undefined
    const isWritten = this.#connection.tryWriting(() => {
      attempt = { result: write() }
    })
    return isWritten ? attempt : undefined
  }
}

/** Paths hold no NUL, so no two addresses give the same text. */
function addressKey({ path, key }: { readonly path: string; readonly key: string }): string {
  return `${path}\0${key}`
}

function toMs(ttl: number | null): number | null {
  return ttl === null ? null : Math.max(1, Math.round(ttl * minuteMs))
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, pauseMs)
  })
}
