import type { Database, Statement } from 'better-sqlite3'

/** The thread is not as it was read any more. */
export class ThreadChangedError extends Error {
  override readonly name = 'ThreadChangedError'
}

type Row = [generation: number, branches: number, unswept: number]

/**
 * Tells whether a thread has changed since it was read in any other way than by going on from its newest
 * checkpoints. Whoever takes something out of it advances its generation, so that everybody else forgets its rows.
 */
export class ThreadVersion {
  readonly thread: number
  readonly #select: Statement<[number], Row>
  readonly #advance: Statement<[number, number]>
  /** There may be values that nothing refers to. */
  mayHoldDeadValues: boolean
  #generation: number
  readonly #branches: number

  /** Within the transaction in which the thread is read; `undefined` when there is no such thread. */
  static of(database: Database, thread: number): ThreadVersion | undefined {
    const select = database
      .prepare<[number], Row>('SELECT generation, branches, unswept FROM thread WHERE id = ?')
      .raw()
    const row = select.get(thread)
    return row === undefined ? undefined : new ThreadVersion(database, thread, select, row)
  }

  private constructor(
    database: Database,
    thread: number,
    select: Statement<[number], Row>,
    [generation, branches, unswept]: Row,
  ) {
    this.thread = thread
    this.#select = select
    this.#advance = database.prepare(
      'UPDATE thread SET generation = generation + 1, unswept = ? WHERE id = ?',
    )
    this.#generation = generation
    this.#branches = branches
    this.mayHoldDeadValues = unswept === 1
  }

  /**
   * First of all in a transaction that changes the thread.
   * @throws {ThreadChangedError}
   */
  assertUnchanged(): void {
    const [generation, branches] = this.#select.get(this.thread) ?? []
    if (generation !== this.#generation || branches !== this.#branches) throw new ThreadChangedError()
  }

  /**
   * In the same transaction. One that fails must not be gone on from.
   * @param leavesValues there may be values now that nothing refers to
   */
  advance({ leavesValues }: { readonly leavesValues: boolean }): void {
    this.#advance.run(leavesValues ? 1 : 0, this.thread)
    this.mayHoldDeadValues = leavesValues
    this.#generation++
  }
}
