import { type LangchainCodecOptions, StoreSaver, createLangchainCodec } from '@cairn/checkpoint'
import type { Codec } from '@cairn/engine/codec'
import type { SqliteStoreOptions } from './options.ts'
import { SqliteStore } from './sqlite-store.ts'
import type { ThreadIndex } from './threads/thread-index.ts'

/** `extensions`, `classes` and limits are those of the codec; they have no effect beside a `codec` of your own. */
export interface SqliteSaverOptions extends SqliteStoreOptions, LangchainCodecOptions {
  /** How values become text. By default JSON, the standard classes, and LangChain's and LangGraph's objects. */
  readonly codec?: Codec
}

/** LangGraph's checkpoint saver in one SQLite file: what `compile({ checkpointer })` takes. */
export class SqliteSaver extends StoreSaver {
  readonly #store: SqliteStore

  /**
   * Opens the store in this file, or makes one; `:memory:` keeps it in memory.
   * @throws {StoreError}
   */
  static open<Saver extends SqliteSaver>(
    this: new (store: SqliteStore) => Saver,
    path: string,
    options: SqliteSaverOptions = {},
  ): Saver {
    const codec = options.codec ?? createLangchainCodec(options)
    return new this(SqliteStore.open(path, { ...options, codec }))
  }

  /** `open` under the name that LangGraph's own saver has for it. */
  static fromConnString<Saver extends SqliteSaver>(
    this: new (store: SqliteStore) => Saver,
    path: string,
  ): Saver {
    return SqliteSaver.open.call<typeof this, [string], Saver>(this, path)
  }

  /** A saver over a store that is open. */
  constructor(store: SqliteStore) {
    super(store)
    this.#store = store
  }

  /** The file as it was given, or `:memory:`. */
  get path(): string {
    return this.#store.path
  }

  /** Tags and metadata of threads, and a search over them. */
  get threads(): ThreadIndex {
    return this.#store.threads
  }

  /** Puts the write-ahead log into the file and closes it. Closing twice is fine; any other use afterwards is not. */
  close(): void {
    this.#store.close()
  }
}
