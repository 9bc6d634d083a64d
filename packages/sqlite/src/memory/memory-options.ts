import type { LangchainCodecOptions } from '@cairn/checkpoint'
import type { Codec } from '@cairn/engine/codec'
import { StoreOptionError } from '../errors.ts'
import { checkOptions, type SqliteStoreOptions } from '../options.ts'

/** Gives the vector of each text, in their order. */
export type EmbedTexts = (texts: string[]) => Promise<number[][]> | number[][]

/** What is used of LangChain's `Embeddings`. */
export interface TextEmbeddings {
  embedDocuments(texts: string[]): Promise<number[][]>
  embedQuery(text: string): Promise<number[]>
}

/** As `index` of LangGraph's `InMemoryStore`, and which code compares the vectors. */
export interface MemoryIndexOptions {
  /** How many numbers a vector of the model has. */
  readonly dims: number
  /** The model: LangChain's `Embeddings`, or a function. */
  readonly embeddings: TextEmbeddings | EmbedTexts
  /** Paths to the texts of a value that are embedded, each by itself. Default `['$']`: the whole value as JSON. */
  readonly fields?: readonly string[]
  /**
   * `sqlite-vec`: the extension, an error when it cannot be loaded. `javascript`: no extension, which is what a
   * memory with `encryption` takes. By default the extension where it can be loaded. Both give the same results; the
   * extension is three times as fast.
   */
  readonly engine?: 'sqlite-vec' | 'javascript'
}

/** As LangGraph's `TTLConfig`. Times are in minutes, and need not be whole. */
export interface MemoryTtlOptions {
  /** How long an item is kept that is put without a `ttl` of its own. Default: for ever. */
  readonly defaultTtl?: number
  /** Whether `get` and `search` let the time of the items they give begin anew. Default true. */
  readonly refreshOnRead?: boolean
  /**
   * How often expired items are removed from the file: with the first write after that time, and by a timer between
   * `start` and `stop`. They are never seen, removed or not. Default 5.
   */
  readonly sweepIntervalMinutes?: number
}

/** `extensions`, `classes` and limits are those of the codec; they have no effect beside a `codec` of your own. */
export interface SqliteMemoryOptions
  extends Omit<SqliteStoreOptions, 'onPoint' | 'codec'>, LangchainCodecOptions {
  /** How values become text. By default JSON, the standard classes, and LangChain's and LangGraph's objects. */
  readonly codec?: Codec
  /** Search by meaning. Without it, `query` has no effect. */
  readonly index?: MemoryIndexOptions
  readonly ttl?: MemoryTtlOptions
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** Keeps an item for this many minutes; `null` for ever, whatever the default is. */
export type TimeToLive = number | null

/** @throws {StoreOptionError} for a value of the wrong kind. */
export function checkMemoryOptions(path: string, options: SqliteMemoryOptions): void {
  checkOptions(path, options)
  const { index, ttl } = options
  if (index !== undefined) checkIndex(path, index)
  if (ttl !== undefined) checkTtl(path, ttl)
}

function checkIndex(path: string, { dims, embeddings, fields, engine }: MemoryIndexOptions): void {
  if (!Number.isInteger(dims) || dims < 1 || dims > 65_536) {
    throw new StoreOptionError(path, 'index.dims', 'a whole number from 1 to 65536', dims)
  }
  const isModel =
    typeof embeddings === 'function' ||
    (typeof embeddings?.embedDocuments === 'function' && typeof embeddings.embedQuery === 'function')
  if (!isModel) {
    throw new StoreOptionError(
      path,
      'index.embeddings',
      'an embeddings model of LangChain, or a function from texts to vectors',
      embeddings,
    )
  }
  if (
    fields !== undefined &&
    !(Array.isArray(fields) && fields.every((field) => typeof field === 'string'))
  ) {
    throw new StoreOptionError(path, 'index.fields', 'an array of paths, such as ["text"]', fields)
  }
  if (engine !== undefined && engine !== 'sqlite-vec' && engine !== 'javascript') {
    throw new StoreOptionError(path, 'index.engine', '"sqlite-vec" or "javascript"', engine)
  }
}

function checkTtl(path: string, { defaultTtl, sweepIntervalMinutes }: MemoryTtlOptions): void {
  if (defaultTtl !== undefined && !isMinutes(defaultTtl)) {
    throw new StoreOptionError(path, 'ttl.defaultTtl', minutes, defaultTtl)
  }
  if (sweepIntervalMinutes !== undefined && !isMinutes(sweepIntervalMinutes)) {
    throw new StoreOptionError(path, 'ttl.sweepIntervalMinutes', minutes, sweepIntervalMinutes)
  }
}

export const minutes = 'a number of minutes, more than 0 and at most 52560000 (a hundred years)'

export function isMinutes(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 52_560_000
}
