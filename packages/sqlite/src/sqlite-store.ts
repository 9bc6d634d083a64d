import { isDeepStrictEqual } from 'node:util'
import {
  HeadMovedError,
  type Commit,
  type Line,
  type ListQuery,
  type Store,
  type StoredCheckpoint,
} from '@cairn/engine'
import { createCodec } from '@cairn/engine/codec'
import { CommitQueue, type QueuedCommit } from './commit-queue.ts'
import { compactId, expandId } from './compact-id.ts'
import { Connection } from './connection.ts'
import type { CrashPoint } from './crash-points.ts'
import { type EncodedCommit, encodeCommit, encodedAnew } from './encode-commit.ts'
import { forgetQuarantined } from './doctor/forget-quarantined.ts'
import { KeyRing } from './encryption/key-ring.ts'
import { EntryTable } from './entries.ts'
import { EntryReader, type FoundLine, type Reading } from './entry-reader.ts'
import { EntryWriter } from './entry-writer.ts'
import { CorruptStoreError, StoreBusyError, StoreError } from './errors.ts'
import { type KnownLine, KnownThreads, type Tip } from './known-threads.ts'
import { SqliteLeases } from './leases/sqlite-leases.ts'
import { type LineRow, LineTable, storedId } from './lines.ts'
import { ListedCheckpoints } from './listed-checkpoints.ts'
import { NameTable } from './names.ts'
import { newestFirst } from './newest-first.ts'
import { checkOptions, defaultLeaseMs, type SqliteStoreOptions } from './options.ts'
import { PartRows } from './parts/part-rows.ts'
import { storedLeaves } from './parts/without-rows.ts'
import { ValueParts } from './parts/value-parts.ts'
import { PolicyTable } from './retention/policy-table.ts'
import { ShapeTable } from './shapes.ts'
import { forgetIndexedThread } from './threads/forget-index.ts'
import { ThreadIndex } from './threads/thread-index.ts'
import { ThreadLabels } from './threads/thread-labels.ts'
import { ValueTable } from './values.ts'

/** Checkpoints that `list` reads at a time from each line, but for the first time when there are several. */
const pageLength = 64
const firstPageLength = 4

/**
 * Keeps lines of checkpoints in one SQLite file. Several stores may use one file at the same time, in this process
 * and in others on this machine.
 *
 * Commits of one turn of the event loop, of all threads, share a transaction: they are in the file before the event
 * loop turns again, or, while another connection writes, as soon as it has done. The promise of `commit` tells.
 *
 * Every method throws a `StoreError`, whose `code` tells what went wrong.
 */
export class SqliteStore implements Store {
  readonly isPrompt = true
  readonly leases: SqliteLeases
  readonly #onPoint: ((point: CrashPoint) => void) | undefined
  readonly #connection: Connection
  readonly #lines: LineTable
  readonly #entries: EntryTable
  readonly #names: NameTable
  readonly #shapes: ShapeTable
  readonly #valueTable: ValueTable
  readonly #values: ValueParts
  readonly #reader: EntryReader
  readonly #writer: EntryWriter
  readonly #labels: ThreadLabels
  readonly #policies: PolicyTable
  readonly #isEncrypted: boolean
  #index: ThreadIndex | undefined
  readonly #threads = new KnownThreads()
  readonly #listed = new ListedCheckpoints()
  /** The file's, when it was last looked at. */
  #version: number | undefined
  readonly #queue = new CommitQueue((commits) => this.#tryWriting(commits))

  /** Opens the store in this file, or makes one; `:memory:` keeps it in memory. */
  static open(path: string, options: SqliteStoreOptions = {}): SqliteStore {
    checkOptions(path, options)
    return new SqliteStore(path, options)
  }

  private constructor(path: string, options: SqliteStoreOptions) {
    const codec = options.codec ?? createCodec()
    this.#onPoint = options.onPoint
    this.#connection = new Connection(path, options, () => this.#forget())
    const { database } = this.#connection
    try {
      const keys = KeyRing.open(this.#connection, options.encryption)
      this.#isEncrypted = keys.current !== null
      this.#labels = new ThreadLabels(database)
      this.#policies = new PolicyTable(database)
      this.#lines = new LineTable(database)
      this.#entries = new EntryTable(database, keys)
      this.#names = new NameTable(database)
      this.#shapes = new ShapeTable(database)
      this.#valueTable = new ValueTable(database, keys)
      const rows = new PartRows(this.#valueTable, this.#threads)
      this.#values = new ValueParts(codec, (row) => rows.textOf(row))
      const tables = { lines: this.#lines, entries: this.#entries, names: this.#names, shapes: this.#shapes }
      this.#reader = new EntryReader(path, tables, rows, this.#values, this.#listed)
      this.#writer = new EntryWriter(tables, rows, this.#reader)
      this.leases = new SqliteLeases(database, {
        leaseMs: options.leaseMs ?? defaultLeaseMs,
        writing: (body) => this.#writingSoon(body),
        writingNow: (body) => this.#connection.writing(body),
        version: () => this.#connection.version(),
      })
      this.#connection.stopBlocking()
    } catch (error) {
      database.close()
      if (error instanceof StoreError) throw error
      // Statements were prepared, which fails only on tables that are not as they were made.
      throw new CorruptStoreError(path, `its tables are not those of a store (${String(error)})`, error)
    }
  }

  /** The file as it was given, or `:memory:`. */
  get path(): string {
    return this.#connection.path
  }

  /** Tags and metadata of threads, and a search over them. */
  get threads(): ThreadIndex {
    return (this.#index ??= new ThreadIndex({
      connection: this.#connection,
      isEncrypted: this.#isEncrypted,
      flush: () => this.#flush(),
      load: (line) => this.load(line),
      list: (query) => this.list(query),
    }))
  }

  load(line: Line, checkpointId?: string): StoredCheckpoint | undefined {
    if (this.#queue.holds(line)) this.#flush()
    return this.#reading(() => {
      const found = this.#find(line)
      if (found === undefined) return undefined
      const newest = this.#entries.newestId(found.row)
      const id = checkpointId === undefined ? newest : storedId(found.row, checkpointId)
      if (id === undefined) return undefined
      return this.#reader.checkpoint(found, id, newest !== undefined && expandId(id) === expandId(newest))
    })
  }

  /**
   * Values are taken as they are now.
   * @returns a promise that resolves when the commit is in the file
   */
  commit(commit: Commit): Promise<void> | undefined {
    this.#connection.assertWritable()
    const known = this.#threads.line(commit.line)
    if (!known.isPrimed) this.#prime(known, commit)
    const encoded = encodeCommit(commit, known, this.#values)
    if (encoded.checkpoint === undefined && encoded.tasks.every(({ writes }) => writes.length === 0))
      return undefined
    const { line } = commit
    return this.#queue.add({
      line,
      refusal: () => this.#refusalOf(commit),
      write: () => {
        this.#write(line, encoded)
        if (commit.expectedHead !== undefined) this.#noteNewest(commit)
      },
    })
  }

  /**
   * Reads as it goes, in short transactions, so other methods may be called between two checkpoints. What a
   * checkpoint holds (`values`, `versions`, `seen`, `writes`) is read when it is first looked at.
   */
  *list({
    threadId,
    namespace,
    before,
    limit,
    filter = {},
  }: ListQuery): Generator<StoredCheckpoint, void, undefined> {
    const conditions = Object.entries(filter)
    let left = limit ?? Infinity
    if (left <= 0) return
    this.#flush()
    const lines = this.#reading(() => this.#lines.matching(threadId, namespace))
    const first = Math.min(lines.length > 1 ? firstPageLength : pageLength, left)
    const page = (line: Line, from: string | undefined) =>
      this.#page(line, from, from === before ? first : pageLength)
    for (const checkpoint of newestFirst(lines, before, page)) {
      const { metadata } = checkpoint
      if (!conditions.every(([key, value]) => isDeepStrictEqual(metadata[key], value))) continue
      yield checkpoint
      if (--left <= 0) return
    }
  }

  deleteThread(threadId: string): void {
    this.#flush()
    this.#listed.readNow(threadId)
    this.#connection.writing(() => {
      this.#labels.deleteThread(threadId)
      this.#policies.deleteThread(threadId)
      this.leases.forget(threadId)
      forgetQuarantined(this.#connection.database, threadId)
      const deleted = this.#lines.deleteThread(threadId)
      if (deleted === undefined) return
      forgetIndexedThread(this.#connection.database, deleted.thread)
      for (const line of deleted.lines) this.#entries.deleteOfLine(line)
      this.#valueTable.deleteOfThread(deleted.thread)
      this.#threads.forget(threadId)
    })
  }

  /**
   * Gives back the threads that runs still have, puts the write-ahead log into the file and closes it. Closing twice
   * is fine; any other use afterwards is not.
   */
  close(): void {
    if (this.#connection.database.open) {
      this.#flush()
      this.#listed.readNow()
      this.leases.close()
    }
    this.#connection.close()
  }

  /** Looks up what the file holds of a line, so that what the commit has in common with it is not stored again. */
  #prime(known: KnownLine, { line, writes, checkpoint }: Commit): void {
    known.isPrimed = true
    const before = checkpoint === undefined ? writes[0]?.checkpointId : checkpoint.parentId
    if (before === undefined) return
    this.#reading(() => {
      const found = this.#find(line)
      if (found === known) this.#remember(found, before)
    })
  }

  #page(line: Line, before: string | undefined, length: number): StoredCheckpoint[] {
    const reading: Reading = (read) => {
      this.#flush()
      return this.#reading(() => read(this.#find(line)))
    }
    return this.#reading(() => {
      const found = this.#find(line)
      if (found === undefined) return []
      const page = this.#reader.page(found, length, before)
      return page.entries.map((entry) => this.#reader.listed(entry, found, page, reading))
    })
  }

  /** Writes now what is queued; waits for another connection that is writing, blocking. */
  #flush(): void {
    if (this.#queue.isEmpty) return
    this.#settle(this.#queue.take(), (write) => {
      this.#connection.writing(write)
      return true
    })
  }

  #tryWriting(queued: readonly QueuedCommit[]): void {
    if (this.#queue.waitedMs > this.#connection.busyTimeoutMs) {
      const error = new StoreBusyError(this.path, this.#connection.busyTimeoutMs)
      for (const { reject } of queued) reject(error)
    } else if (!this.#settle(queued, (write) => this.#connection.tryWriting(write))) {
      this.#queue.putBack(queued)
    }
  }

  async #writingSoon<Result>(body: () => Result): Promise<Result> {
    this.#connection.assertWritable()
    let result: { readonly value: Result } | undefined
    await this.#queue.add({ write: () => (result = { value: body() }) })
    return result!.value
  }

  /** Writes them in one transaction, or, if one fails, each in its own. False when another connection is writing. */
  #settle(queued: readonly QueuedCommit[], writing: (write: () => void) => boolean): boolean {
    // Who has a thread is noted beside commits, or on its own: the points are those of commits.
    const onPoint = queued.some(({ refusal }) => refusal !== undefined) ? this.#onPoint : undefined
    onPoint?.('before-begin')
    const refusals = new Map<QueuedCommit, Error>()
    try {
      const isWritten = writing(() => {
        onPoint?.('after-begin')
        for (const each of queued) {
          const refusal = each.refusal?.()
          if (refusal === undefined) each.write()
          else refusals.set(each, refusal)
        }
        onPoint?.('before-commit')
      })
      if (!isWritten) return false
    } catch (error) {
      if (queued.length === 1) queued[0]!.reject(error)
      else this.#settleEach(queued, writing)
      return true
    }
    this.#threads.trim()
    onPoint?.('after-commit')
    for (const each of queued) {
      const refusal = refusals.get(each)
      if (refusal === undefined) each.resolve()
      else each.reject(refusal)
    }
    return true
  }

  #settleEach(queued: readonly QueuedCommit[], writing: (write: () => void) => boolean): void {
    for (const [at, each] of queued.entries()) {
      if (this.#settle([each], writing)) continue
      this.#queue.putBack(queued.slice(at)) // in their order
      return
    }
  }

  /** What was noted of a commit that is refused is void, and so is what later ones build on it. */
  #refusalOf({ line, lease, expectedHead }: Commit): Error | undefined {
    const refusal =
      (lease === undefined ? undefined : this.leases.lossOf(lease)) ??
      (expectedHead === undefined ? undefined : this.#movedHead(line, expectedHead ?? undefined))
    if (refusal !== undefined) this.#threads.forget(line.threadId)
    return refusal
  }

  /** It was written after the one that was the newest; the next one that follows it need not look. */
  #noteNewest({ line, checkpoint, expectedHead }: Commit): void {
    if (checkpoint === undefined || (expectedHead ?? '') > checkpoint.id) return
    this.#threads.line(line).newest = { id: checkpoint.id, version: this.#connection.version() }
  }

  #movedHead(line: Line, expected: string | undefined): HeadMovedError | undefined {
    const { newest: known } = this.#threads.line(line)
    if (known !== undefined && known.id === expected && known.version === this.#connection.version())
      return undefined
    const found = this.#find(line)
    const newest = found === undefined ? undefined : this.#entries.newestId(found.row)
    const head = newest === undefined ? undefined : expandId(newest)
    return head === expected ? undefined : new HeadMovedError(line.threadId, line.namespace, expected, head)
  }

  #write(line: Line, encoded: EncodedCommit): void {
    const firstId = encoded.tasks[0]?.checkpointId ?? encoded.checkpoint!.checkpoint.id
    const found =
      this.#find(line) ?? this.#found(line, this.#lines.insert(line, typeof compactId(firstId) === 'string'))
    const { tasks, checkpoint } = found === encoded.line ? encoded : this.#withoutRows(encoded, found)
    for (const task of tasks) this.#writer.writeTask(found, task)
    this.#onPoint?.('after-writes')
    if (checkpoint === undefined) return
    this.#writer.writeCheckpoint(found, checkpoint)
    this.#onPoint?.('after-checkpoint')
  }

  /** The rows that the values are in may not be there any more: what the file does not hold now is stored anew. */
  #withoutRows(encoded: EncodedCommit, line: FoundLine): EncodedCommit {
    const before = encoded.checkpoint?.checkpoint.parentId ?? encoded.tasks[0]?.checkpointId
    if (before !== undefined) this.#remember(line, before)
    line.isPrimed = true
    const anew = encodedAnew(encoded, this.#values, storedLeaves(line.parts.values()))
    for (const [channel, part] of anew.checkpoint?.changed ?? []) line.parts.set(channel, part)
    return anew
  }

  /** Brings what a checkpoint holds to where the next commit is compared with it, if it can be read. */
  #remember(line: FoundLine, checkpointId: string): void {
    try {
      this.#reader.remember(line, storedId(line.row, checkpointId))
    } catch (error) {
      // The commit itself tells what is wrong, if it is in its way.
      if (!(error instanceof StoreError)) throw error
    }
  }

  /** What is known of a line that is in the file, as it is there now. Within a transaction. */
  #find(line: Line): FoundLine | undefined {
    const version = this.#connection.version()
    if (version !== this.#version) {
      this.#valueTable.forget()
      this.#version = version
    }
    const known = this.#threads.line(line)
    if (known.version === version) return isFound(known) ? known : undefined
    // Another connection has written to the file since, or this is the first look.
    const row = this.#lines.find(line)
    if (row !== undefined) return this.#found(line, row)
    if (known.row !== undefined) this.#threads.forget(line.threadId)
    return undefined
  }

  /** Lets go of what was known if it does not hold any more. */
  #found(line: Line, row: LineRow): FoundLine {
    const { thread, row: before } = this.#threads.line(line)
    const isSameLine = before === undefined || before.id === row.id
    const isSameThread =
      thread.number === undefined || (thread.number === row.thread && thread.generation === row.generation)
    if (!isSameLine || !isSameThread) this.#threads.forget(line.threadId)
    const known = this.#threads.line(line)
    known.thread.number = row.thread
    known.thread.generation = row.generation
    known.row = row
    known.version = this.#version!
    // If the line's last checkpoint is as it was, so is its state. Another one may have been committed since: then
    // whoever goes on from this one branches off, which the writer has to see.
    if (known.tip !== undefined && !this.#stands(known.tip, row)) known.tip = undefined
    return known as FoundLine
  }

  #stands({ storedId: id, entry }: Tip, row: LineRow): boolean {
    const newest = this.#entries.newestId(row)
    if (newest === undefined || expandId(newest) !== expandId(id)) return false
    return isDeepStrictEqual(this.#entries.checkpoint(row.id, id), entry)
  }

  #reading<Result>(read: () => Result): Result {
    const result = this.#connection.reading(read)
    this.#threads.trim()
    return result
  }

  #forget(): void {
    this.leases.rolledBack()
    this.#threads.forgetAll()
    this.#names.forget()
    this.#shapes.forget()
    this.#valueTable.forget()
  }
}

function isFound(line: KnownLine): line is FoundLine {
  return line.row !== undefined
}
