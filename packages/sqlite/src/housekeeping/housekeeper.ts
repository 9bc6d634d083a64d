// What is done to a store beside the runs that use it: on a connection of its own, in short transactions.
import { Connection } from '../connection.ts'
import { EntryTable } from '../entries.ts'
import type { EncryptionOptions } from '../encryption/encryption-options.ts'
import { KeyRing } from '../encryption/key-ring.ts'
import { type Secret, Secrets } from '../erasure/secrets.ts'
import { StoreOptionError } from '../errors.ts'
import { LineTable } from '../lines.ts'
import { NameTable } from '../names.ts'
import { PolicyTable, type RetentionScope, type StoredPolicy } from '../retention/policy-table.ts'
import { type RetentionPolicy, hasRule, policyMistake } from '../retention/retention-policy.ts'
import type { Json } from '../threads/canonical-json.ts'
import { eraseQuarantined } from '../doctor/forget-quarantined.ts'
import { forgetIndex } from '../threads/forget-index.ts'
import { ThreadLabels } from '../threads/thread-labels.ts'
import { ValueTable } from '../values.ts'
import { deleteThreadRows } from './delete-thread-rows.ts'
import { eraseFromMemories } from './erase-from-memories.ts'
import { eraseFromLabels } from './erase-side-tables.ts'
import { eraseFromThread } from './erase-values.ts'
import { type Trace, isInFiles, tracesInTables } from './find-traces.ts'
import { canShrink, emptyLog, rewriteFile, shrinkFile, sizeOf } from './give-back-space.ts'
import type { HousekeepingTables } from './housekeeping-tables.ts'
import { type PrunedThread, previewPruning, pruneThread } from './prune-thread.ts'
import { rotateMemories } from './rotate-memories.ts'
import { rotateRows } from './rotate-rows.ts'
import { ThreadRows } from './thread-rows.ts'
import { TimeSlices } from './time-slices.ts'
import { writeWhenFree } from './write-when-free.ts'

/** Shorter texts would stand in half of all values. */
const shortestSecret = 4
/** While others go on writing with another key, there is always one more row. */
const mostRounds = 10

export interface HousekeeperOptions {
  /** The keys of a store that is encrypted, or is to be. */
  readonly encryption?: EncryptionOptions
  /** How long to wait for another connection that writes to the file, in milliseconds. Default 5000. */
  readonly busyTimeoutMs?: number
}

export interface PruneOptions {
  /** What to keep. By default what was said with `setPolicy`; threads for which nothing was said stay as they are. */
  readonly policy?: RetentionPolicy
  /** Only this thread. */
  readonly threadId?: string
  /** Only threads with this tag. */
  readonly tag?: string
  /** Only tell what would go. Default false. */
  readonly dryRun?: boolean
  /** The time that `maxAge` counts from. Default: now. */
  readonly now?: Date
  /** Ends it between two transactions. */
  readonly signal?: AbortSignal
}

/** Which threads: one, those with a tag, or those that have all of these metadata. */
export type ThreadSelection =
  | { readonly threadId: string }
  | { readonly tag: string }
  | { readonly metadata: Readonly<Record<string, Json>> }

export interface EraseTextOptions {
  /** Only in this thread. By default everywhere: in all threads, their labels, and in memories. */
  readonly threadId?: string
  /** Ends it between two transactions. */
  readonly signal?: AbortSignal
}

export interface EraseTextReport {
  /** Threads that held something of it. */
  readonly threads: readonly string[]
  /** How many rows held something of it. */
  readonly rows: number
  /** Where something of it stands still: ids of threads, names of channels, keys of memories are not changed. */
  readonly left: readonly Trace[]
}

export interface RotationReport {
  /** How many rows had another key, or none. */
  readonly rows: number
  /** The key that all rows are encrypted with now; `null` when they are plain. */
  readonly currentKey: string | null
  /** Keys that no row needs any more. Backups may. */
  readonly unusedKeys: readonly string[]
}

export interface PruneReport {
  /** Those from which something went, or would go. */
  readonly threads: readonly PrunedThread[]
  /** How many checkpoints. */
  readonly removed: number
  /** What they, and the values that only they held, took in the file, about. */
  readonly bytes: number
  /** How much smaller the file is now: what is free is given back in whole pages. */
  readonly fileBytes: number
}

/**
 * Keeps a store small, and forgets what has to be forgotten: prunes checkpoints, erases threads and values, changes
 * keys. The store may be in use, by this process and by others. Each transaction takes a few milliseconds, and between
 * two of them the event loop turns.
 *
 * Every method rejects with a `StoreError`, whose `code` tells what went wrong. Calls follow one another.
 */
export class Housekeeper {
  readonly #connection: Connection
  readonly #tables: HousekeepingTables
  readonly #keys: KeyRing
  readonly #policies: PolicyTable
  readonly #labels: ThreadLabels
  #last: Promise<unknown> = Promise.resolve()

  /** Opens the store in this file, which has to be one on disk. */
  static open(path: string, options: HousekeeperOptions = {}): Housekeeper {
    if (path === ':memory:') {
      throw new StoreOptionError(
        path,
        'path',
        'that of a file: a store in memory is its own connection',
        path,
      )
    }
    return new Housekeeper(path, options)
  }

  private constructor(path: string, options: HousekeeperOptions) {
    this.#connection = new Connection(path, options, () => this.#forget())
    const { database } = this.#connection
    try {
      this.#keys = KeyRing.open(this.#connection, options.encryption)
      this.#tables = {
        lines: new LineTable(database),
        entries: new EntryTable(database, this.#keys),
        names: new NameTable(database),
        values: new ValueTable(database, this.#keys),
        rows: new ThreadRows(database),
      }
      this.#policies = new PolicyTable(database)
      this.#labels = new ThreadLabels(database)
    } catch (error) {
      database.close()
      throw error
    }
  }

  /** The policies that are kept in the store. */
  policies(): StoredPolicy[] {
    return this.#connection.reading(() => this.#policies.all())
  }

  /**
   * Keeps a policy in the store, for `prune` to go by. A thread's own counts first, then those of its tags (what any
   * of them keeps stays), then that of every thread. `undefined` forgets one.
   */
  async setPolicy(scope: RetentionScope, policy: RetentionPolicy | undefined): Promise<void> {
    if (policy !== undefined) this.#check(policy)
    await this.#inTurn(() => writeWhenFree(this.#connection, () => this.#policies.set(scope, policy)))
  }

  /**
   * Takes out the checkpoints that nothing keeps, and gives the space back. What is left stays exactly what it was,
   * but for its parent: that is the nearest ancestor that is left.
   *
   * Whatever the policy says, these stay: the newest checkpoint of every branch and those where branches part; a
   * checkpoint beside which a task waits or failed; what the value of a delta channel is rebuilt from; a nested
   * graph's checkpoint as long as that of its caller.
   */
  async prune(options: PruneOptions = {}): Promise<PruneReport> {
    if (options.policy !== undefined) this.#check(options.policy)
    return await this.#inTurn(() => this.#prune(options))
  }

  /**
   * Deletes threads with all that belongs to them, so that no byte of them is left in the file or in its log.
   * @returns their ids
   */
  async eraseThreads(selection: ThreadSelection): Promise<string[]> {
    return await this.#inTurn(async () => {
      const threadIds = this.#selected(selection)
      const { database } = this.#connection
      for (const threadId of threadIds) {
        await writeWhenFree(this.#connection, () => deleteThreadRows(database, threadId))
      }
      await this.#leaveNothing()
      return threadIds
    })
  }

  /**
   * Takes texts, or bytes, out of every value that holds them: of all checkpoints and branches, of what tasks wrote,
   * of metadata. `ERASED` stands in their place; what holds them stays what it is otherwise. Afterwards the files are
   * searched. Stop who works with the values before, for he may write them again.
   * @param secrets of at least 4 characters or bytes each, compared exactly
   */
  async eraseText(
    secrets: Secret | readonly Secret[],
    options: EraseTextOptions = {},
  ): Promise<EraseTextReport> {
    const list = typeof secrets === 'string' || secrets instanceof Uint8Array ? [secrets] : secrets
    for (const secret of list) {
      if (secret.length < shortestSecret) {
        const expected = `texts or bytes of at least ${shortestSecret}: less stands everywhere`
        throw new StoreOptionError(this.#connection.path, 'secrets', expected, `${secret.length} long`)
      }
    }
    return await this.#inTurn(() => this.#eraseText(new Secrets(list), options))
  }

  /**
   * Encrypts every row that has another key, or none, with the current one; with a `currentKey` of `null`, decrypts
   * them. Others may use the store meanwhile if their `key` gives both keys. Let them have the new one as their current
   * key before: what they write with the old one later needs another rotation.
   */
  async rotateKey(options: { readonly signal?: AbortSignal } = {}): Promise<RotationReport> {
    return await this.#inTurn(() => this.#rotateKey(new TimeSlices(options.signal)))
  }

  /**
   * Writes the whole file anew. Files that were made by a release before 0.2 need it once, so that space can be given
   * back from then on; others never do. Nobody else can write to the store meanwhile.
   */
  async vacuum(): Promise<void> {
    await this.#inTurn(() => this.#rewrite())
  }

  /** Closing twice is fine; any other use afterwards is not. */
  close(): void {
    this.#connection.close()
  }

  async #prune(options: PruneOptions): Promise<PruneReport> {
    const { policy, dryRun = false, now = new Date(), signal } = options
    const connection = this.#connection
    const slices = new TimeSlices(signal)
    const pruning = { connection, tables: this.#tables, slices, nowMs: now.getTime() }
    const before = sizeOf(connection.database)
    const threads: PrunedThread[] = []
    for (const threadId of this.#threadIds(options)) {
      const policies = policy === undefined ? this.#policiesOf(threadId) : [policy]
      if (!policies.some(hasRule)) continue
      const pruned = await (dryRun ? previewPruning : pruneThread)(threadId, policies, pruning)
      if (pruned.removed > 0 || !pruned.isComplete) threads.push(pruned)
      await slices.next()
    }
    if (!dryRun && threads.length > 0) await shrinkFile(connection, slices)
    return {
      threads,
      removed: threads.reduce((sum, { removed }) => sum + removed, 0),
      bytes: threads.reduce((sum, { bytes }) => sum + bytes, 0),
      fileBytes: before - sizeOf(connection.database),
    }
  }

  async #rotateKey(slices: TimeSlices): Promise<RotationReport> {
    const connection = this.#connection
    const rotating = { connection, tables: this.#tables, slices, cipher: this.#keys.current }
    let rows = 0
    for (let round = 0; round < mostRounds; round++) {
      const changed = (await rotateRows(rotating)) + (await rotateMemories(rotating, this.#keys))
      rows += changed
      if (changed > 0) continue
      // A round that finds nothing shows that no row has another key.
      const unusedKeys = await writeWhenFree(connection, () => this.#keys.releaseOthers(connection.database))
      await this.#leaveNothing()
      return { rows, currentKey: this.#keys.currentName, unusedKeys }
    }
    return { rows, currentKey: this.#keys.currentName, unusedKeys: [] }
  }

  async #eraseText(secrets: Secrets, { threadId, signal }: EraseTextOptions): Promise<EraseTextReport> {
    const connection = this.#connection
    const { database } = connection
    const slices = new TimeSlices(signal)
    const erasing = { connection, tables: this.#tables, slices }
    const threads: string[] = []
    let rows = 0
    for (const each of this.#threadIds({ ...(threadId !== undefined && { threadId }) })) {
      let found = await eraseFromThread(each, secrets, erasing)
      await writeWhenFree(connection, () => {
        found += eraseFromLabels(database, each, secrets)
        eraseQuarantined(database, each)
      })
      if (found > 0) threads.push(each)
      rows += found
    }
    if (threadId === undefined) {
      rows += await eraseFromMemories({ connection, slices }, this.#keys, secrets)
    }
    await this.#leaveNothing()
    if (threadId !== undefined) return { threads, rows, left: [] }
    const left = connection.reading(() => tracesInTables(database, secrets))
    // What no table holds stands in free space: of a file that was not always written with `secure_delete`.
    if (left.length === 0 && (await isInFiles(connection.path, secrets))) await this.#rewrite()
    return { threads, rows, left }
  }

  #selected(selection: ThreadSelection): string[] {
    return this.#connection.reading(() => {
      if ('threadId' in selection) {
        return this.#tables.rows.threadIds().filter((each) => each === selection.threadId)
      }
      if ('tag' in selection) return this.#labels.threadsTagged(selection.tag)
      const [first, ...others] = Object.entries(selection.metadata).map(([key, value]) =>
        this.#labels.threadsWith(key, value),
      )
      return (first ?? []).filter((threadId) => others.every((each) => each.includes(threadId)))
    })
  }

  /** What was deleted is overwritten already; now the free pages and the log go too. */
  async #leaveNothing(): Promise<void> {
    const { database } = this.#connection
    // It may hold words of what is gone; whoever searches next has it made anew.
    await writeWhenFree(this.#connection, () => forgetIndex(database))
    if (!canShrink(database)) return await this.#rewrite()
    await shrinkFile(this.#connection, new TimeSlices())
    await emptyLog(this.#connection)
  }

  async #rewrite(): Promise<void> {
    await rewriteFile(this.#connection)
    await emptyLog(this.#connection)
  }

  #threadIds({ threadId, tag }: Pick<PruneOptions, 'threadId' | 'tag'>): string[] {
    const all = this.#connection.reading(() =>
      tag === undefined ? this.#tables.rows.threadIds() : this.#labels.threadsTagged(tag),
    )
    return threadId === undefined ? all : all.filter((each) => each === threadId)
  }

  #policiesOf(threadId: string): RetentionPolicy[] {
    return this.#connection.reading(() => this.#policies.of(threadId, this.#labels.of(threadId).tags))
  }

  #check(policy: RetentionPolicy): void {
    const mistake = policyMistake(policy)
    if (mistake === undefined) return
    throw new StoreOptionError(this.#connection.path, mistake.option, mistake.expected, mistake.found)
  }

  /** One after the other: they share a connection, and some of their transactions last. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(async () => {
      this.#connection.assertWritable()
      return await work()
    })
    this.#last = turn.catch(() => {})
    return await turn
  }

  #forget(): void {
    this.#tables.names.forget()
    this.#tables.values.forget()
  }
}
