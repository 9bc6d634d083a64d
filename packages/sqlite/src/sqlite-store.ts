import { isDeepStrictEqual } from 'node:util'
import type { CheckpointMetadata, Commit, Line, ListQuery, Store, StoredCheckpoint } from '@cairn/engine'
import { createCodec, type Codec } from '@cairn/engine/codec'
import type { Database, Statement } from 'better-sqlite3'
import { compactId, expandId } from './compact-id.ts'
import type { CrashPoint } from './crash-points.ts'
import { encodeCommit, type EncodedCommit } from './encode-commit.ts'
import { EntryReader } from './entry-reader.ts'
import { EntryTable } from './entries.ts'
import { EntryWriter } from './entry-writer.ts'
import { CorruptStoreError, ReadOnlyStoreError, StoreClosedError } from './errors.ts'
import { type KnownLine, KnownLines, type Tip } from './known-lines.ts'
import { type LineRow, LineTable, storedId } from './lines.ts'
import { NameTable } from './names.ts'
import { newestFirst } from './newest-first.ts'
import { openDatabase } from './open-database.ts'
import { checkOptions, defaultBusyTimeoutMs, type SqliteStoreOptions } from './options.ts'
import { translateError } from './translate-error.ts'
import { ValueTable } from './values.ts'

/** Ids of checkpoints that `list` reads at a time from each line. */
const pageLength = 32

/**
 * Keeps lines of checkpoints in one SQLite file. Synchronous: when `commit` returns, the commit is in the file.
 * Several stores may use one file at the same time, in this process and in others on this machine.
 *
 * Every method throws a `StoreError`, whose `code` tells what went wrong.
 */
export class SqliteStore implements Store {
  /** The file as it was given, or `:memory:`. */
  readonly path: string
  readonly #busyTimeoutMs: number
  readonly #codec: Codec
  readonly #onPoint: ((point: CrashPoint) => void) | undefined
  readonly #database: Database
  readonly #begin: Statement<[]>
  readonly #beginWrite: Statement<[]>
  readonly #commit: Statement<[]>
  readonly #rollback: Statement<[]>
  readonly #dataVersion: Statement<[], number>
  readonly #lines: LineTable
  readonly #entries: EntryTable
  readonly #names: NameTable
  readonly #values: ValueTable
  readonly #reader: EntryReader
  readonly #writer: EntryWriter
  readonly #known = new KnownLines()

  /** Opens the store in this file, or makes one; `:memory:` keeps it in memory. */
  static open(path: string, options: SqliteStoreOptions = {}): SqliteStore {
    checkOptions(path, options)
    const database = openDatabase(path, options)
    try {
      return new SqliteStore(path, database, options)
    } catch (error) {
      database.close()
      // Statements were prepared, which fails only on tables that are not as they were made.
      throw new CorruptStoreError(path, `its tables are not those of a store (${String(error)})`, error)
    }
  }

  private constructor(path: string, database: Database, options: SqliteStoreOptions) {
    this.path = path
    this.#busyTimeoutMs = options.busyTimeoutMs ?? defaultBusyTimeoutMs
    this.#codec = options.codec ?? createCodec()
    this.#onPoint = options.onPoint
    this.#database = database
    this.#begin = database.prepare('BEGIN')
    this.#beginWrite = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#rollback = database.prepare('ROLLBACK')
    this.#dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck()
    this.#lines = new LineTable(database)
    this.#entries = new EntryTable(database)
    this.#names = new NameTable(database)
    this.#values = new ValueTable(database)
    this.#reader = new EntryReader(path, this.#codec, this.#entries, this.#names, this.#values)
    const tables = { lines: this.#lines, entries: this.#entries, names: this.#names, values: this.#values }
    this.#writer = new EntryWriter(tables, this.#reader)
  }

  load(line: Line, checkpointId?: string): StoredCheckpoint | undefined {
    return this.#reading(() => this.#load(line, checkpointId))
  }

  commit(commit: Commit): void {
    this.#assertOpen()
    const encoded = encodeCommit(commit, this.#codec)
    if (encoded.checkpoint === undefined && encoded.tasks.every(({ writes }) => writes.length === 0)) return
    this.#onPoint?.('before-begin')
    this.#writing(() => this.#write(commit.line, encoded))
    this.#onPoint?.('after-commit')
  }

  /** Reads as it goes, in short transactions, so other methods may be called between two checkpoints. */
  *list({
    threadId,
    namespace,
    before,
    limit,
    filter = {},
  }: ListQuery): Generator<StoredCheckpoint, void, undefined> {
    const conditions = Object.entries(filter)
    const isWanted = (metadata: CheckpointMetadata) =>
      conditions.every(([key, value]) => isDeepStrictEqual(metadata[key], value))
    const lines = this.#reading(() => this.#lines.matching(threadId, namespace))
    let left = limit ?? Infinity
    if (left <= 0) return
    const page = (line: Line, from: string | undefined) => this.#page(line, from)
    for (const { line, id } of newestFirst(lines, before, page)) {
      const checkpoint = this.#reading(() => this.#load(line, id, isWanted))
      if (checkpoint === undefined) continue
      yield checkpoint
      if (--left <= 0) return
    }
  }

  deleteThread(threadId: string): void {
    this.#writing(() => {
      for (const line of this.#lines.deleteOfThread(threadId)) {
        this.#entries.deleteOfLine(line)
        this.#values.deleteOfLine(line)
      }
      this.#known.forget()
    })
  }

  /** Puts the write-ahead log into the file and closes it. Closing twice is fine; any other use afterwards is not. */
  close(): void {
    this.#database.close()
  }

  #load(
    line: Line,
    checkpointId: string | undefined,
    isWanted?: (metadata: CheckpointMetadata) => boolean,
  ): StoredCheckpoint | undefined {
    const row = this.#lines.find(line)
    if (row === undefined) return undefined
    const id = checkpointId === undefined ? this.#entries.newest(row, 1)[0] : storedId(row, checkpointId)
    return id === undefined ? undefined : this.#reader.checkpoint(row, id, isWanted)
  }

  #page(line: Line, before: string | undefined): string[] {
    return this.#reading(() => {
      const row = this.#lines.find(line)
      return row === undefined ? [] : this.#entries.newest(row, pageLength, before).map(expandId)
    })
  }

  #write(line: Line, { tasks, checkpoint }: EncodedCommit): void {
    const known = this.#knownLine(line, tasks[0]?.checkpointId ?? checkpoint!.checkpoint.id)
    for (const task of tasks) this.#writer.writeTask(known, task)
    this.#onPoint?.('after-writes')
    if (checkpoint === undefined) this.#writer.releaseTexts(known)
    else this.#writer.writeCheckpoint(known, checkpoint)
    if (checkpoint !== undefined) this.#onPoint?.('after-checkpoint')
  }

  #knownLine(line: Line, firstId: string): KnownLine {
    const version = this.#dataVersion.get()!
    const known = this.#known.get(line)
    if (known?.version === version) return known
    const row = this.#lines.find(line) ?? this.#lines.insert(line, typeof compactId(firstId) === 'string')
    if (known?.row.id !== row.id) return this.#known.add(row, version)
    // Another connection has written to the file. If the line's last checkpoint is as it was, so is its state.
    known.row = row
    known.version = version
    if (known.tip !== undefined && !this.#stands(known.tip, row)) known.tip = undefined
    return known
  }

  #stands({ storedId: id, entry }: Tip, row: LineRow): boolean {
    return isDeepStrictEqual(this.#entries.checkpoint(row.id, id), entry)
  }

  /** Runs `read` in a transaction, so that it sees the file at one moment. */
  #reading<Result>(read: () => Result): Result {
    return this.#transaction(this.#begin, read)
  }

  /** Runs `write` in a transaction in which nobody else writes. */
  #writing(write: () => void): void {
    this.#assertOpen()
    if (this.#database.readonly) throw new ReadOnlyStoreError(this.path)
    this.#transaction(this.#beginWrite, () => {
      this.#onPoint?.('after-begin')
      write()
      this.#onPoint?.('before-commit')
    })
  }

  #transaction<Result>(begin: Statement<[]>, body: () => Result): Result {
    this.#assertOpen()
    try {
      begin.run()
      const result = body()
      this.#commit.run()
      return result
    } catch (error) {
      this.#known.forget()
      this.#names.forget()
      // SQLite has rolled back by itself after some errors, such as a full disk.
      if (this.#database.inTransaction) this.#rollback.run()
      throw translateError(error, this.path, this.#busyTimeoutMs)
    }
  }

  #assertOpen(): void {
    if (!this.#database.open) throw new StoreClosedError(this.path)
  }
}
