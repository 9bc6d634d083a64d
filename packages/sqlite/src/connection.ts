import type { Database, Statement } from 'better-sqlite3'
import { ReadOnlyStoreError, StoreBusyError, StoreClosedError } from './errors.ts'
import { openDatabase } from './open-database.ts'
import { defaultBusyTimeoutMs, type SqliteStoreOptions } from './options.ts'
import { translateError } from './translate-error.ts'

/** How long to wait between two attempts while another connection writes, in milliseconds. */
const pauseMs = 1

/** One connection to the file, and its transactions. SQLite's errors become those of a store. */
export class Connection {
  /** The file as it was given, or `:memory:`. */
  readonly path: string
  readonly busyTimeoutMs: number
  readonly database: Database
  readonly #onRollback: () => void
  readonly #begin: Statement<[]>
  readonly #beginWrite: Statement<[]>
  readonly #commit: Statement<[]>
  readonly #rollback: Statement<[]>
  readonly #version: Statement<[], number>
  /** It stays the same for as long as a transaction. */
  #versionNow: number | undefined

  /** @param onRollback what was noted in the transaction is void */
  constructor(path: string, options: SqliteStoreOptions, onRollback: () => void) {
    this.path = path
    this.busyTimeoutMs = options.busyTimeoutMs ?? defaultBusyTimeoutMs
    this.database = openDatabase(path, options)
    this.#onRollback = onRollback
    this.#begin = this.database.prepare('BEGIN')
    this.#beginWrite = this.database.prepare('BEGIN IMMEDIATE')
    this.#commit = this.database.prepare('COMMIT')
    this.#rollback = this.database.prepare('ROLLBACK')
    this.#version = this.database.prepare<[], number>('PRAGMA data_version').pluck()
  }

  /** From here on SQLite does not wait for other connections: whoever waits does so without blocking, if he can. */
  stopBlocking(): void {
    this.database.pragma('busy_timeout = 0')
  }

  /** Changes when another connection has written to the file. Within a transaction. */
  version(): number {
    return (this.#versionNow ??= this.#version.get()!)
  }

  /** Runs `read` in a transaction, so that it sees the file at one moment. */
  reading<Result>(read: () => Result): Result {
    this.assertOpen()
    return this.database.inTransaction ? read() : this.#patiently(() => this.#within(this.#begin, read))
  }

  /** Runs `write` in a transaction in which nobody else writes; waits for that, blocking. */
  writing<Result>(write: () => Result): Result {
    this.assertWritable()
    return this.#patiently(() => this.#within(this.#beginWrite, write))
  }

  /** The same without waiting: false when another connection is writing. */
  tryWriting(write: () => void): boolean {
    this.assertWritable()
    try {
      this.#within(this.#beginWrite, write)
      return true
    } catch (error) {
      if (error instanceof StoreBusyError) return false
      throw error
    }
  }

  /** @throws {StoreClosedError} */
  assertOpen(): void {
    if (!this.database.open) throw new StoreClosedError(this.path)
  }

  /** @throws {ReadOnlyStoreError} */
  assertWritable(): void {
    this.assertOpen()
    if (this.database.readonly) throw new ReadOnlyStoreError(this.path)
  }

  close(): void {
    this.database.close()
  }

  #within<Result>(begin: Statement<[]>, body: () => Result): Result {
    let hasBegun = false
    try {
      begin.run()
      hasBegun = true
      this.#versionNow = undefined
      const result = body()
      this.#commit.run()
      return result
    } catch (error) {
      if (hasBegun) this.#onRollback()
      // SQLite has rolled back by itself after some errors, such as a full disk.
      if (this.database.inTransaction) this.#rollback.run()
      throw translateError(error, this.path, this.busyTimeoutMs)
    }
  }

  #patiently<Result>(attempt: () => Result): Result {
    let deadline: number | undefined
    for (;;) {
      try {
        return attempt()
      } catch (error) {
        if (!(error instanceof StoreBusyError)) throw error
        deadline ??= Date.now() + this.busyTimeoutMs
        if (Date.now() >= deadline) throw error
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
      }
    }
  }
}
