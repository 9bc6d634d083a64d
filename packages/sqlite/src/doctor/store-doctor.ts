import { Connection } from '../connection.ts'
import type { EncryptionOptions } from '../encryption/encryption-options.ts'
import { KeyRing } from '../encryption/key-ring.ts'
import type { RowCipher } from '../encryption/row-cipher.ts'
import { CorruptStoreError } from '../errors.ts'
import { checkOptions } from '../options.ts'
import { type Found, remedies, StoreExaminer, type Suspicion } from './examiner.ts'
import type { Examination, Finding } from './finding.ts'
import { quarantineRows } from './quarantine-rows.ts'
import { sealedRows } from './sealed-rows.ts'

export interface StoreDoctorOptions {
  /** The keys of an encrypted store. Without them, only checksums of what is encrypted are looked at. */
  readonly encryption?: EncryptionOptions
  /** How long to wait for another connection that writes to the file, in milliseconds. Default 5000. */
  readonly busyTimeoutMs?: number
}

export interface QuarantineReport {
  /** What was wrong. */
  readonly before: Examination
  /** What is wrong still. */
  readonly after: Examination
  /** Rows that were moved into the table `quarantine`. */
  readonly moved: number
}

/**
 * Looks for damage in the file of a store, says what is lost and what to do, and moves what is damaged out of the way of
 * the rest. Others may use the file meanwhile.
 */
export class StoreDoctor {
  readonly #path: string
  readonly #options: StoreDoctorOptions

  /** @throws {StoreOptionError} for an option that is not usable. */
  constructor(path: string, options: StoreDoctorOptions = {}) {
    checkOptions(path, options)
    this.#path = path
    this.#options = options
  }

  /**
   * Reads all of the file, as it is at one moment, and writes nothing.
   * @throws {StoreError} when there is no store, or none that this release knows
   */
  examine(): Examination {
    try {
      return this.#using({ readOnly: true }, (connection, cipher) =>
        this.#shown(connection.reading(() => new StoreExaminer(connection.database, cipher).run())),
      )
    } catch (error) {
      if (error instanceof CorruptStoreError) return this.#unreadable(error)
      throw error
    }
  }

  /**
   * Moves rows that are damaged, and those that cannot be read for their sake, into the table `quarantine`, where they
   * stay. Then all other checkpoints can be read. What SQLite itself cannot read stays as it is.
   * @throws {StoreError} when the file cannot be opened, or not be written
   */
  quarantine(): QuarantineReport {
    return this.#using({}, (connection, cipher) =>
      connection.writing(() => {
        const { database } = connection
        const before = new StoreExaminer(database, cipher).run()
        const moved = quarantineRows(database, before.findings)
        const after = moved === 0 ? before : new StoreExaminer(database, cipher).run()
        return { before: this.#shown(before), after: this.#shown(after), moved }
      }),
    )
  }

  #using<Result>(
    options: { readonly readOnly?: boolean },
    work: (connection: Connection, cipher: RowCipher) => Result,
  ): Result {
    const { encryption, busyTimeoutMs } = this.#options
    const settings = busyTimeoutMs === undefined ? options : { ...options, busyTimeoutMs }
    const connection = new Connection(this.#path, settings, () => {})
    try {
      const cipher = encryption === undefined ? sealedRows : KeyRing.open(connection, encryption)
      return work(connection, cipher)
    } catch (error) {
      throw isOfMissingTable(error) ? this.#withoutTables(error) : error
    } finally {
      connection.close()
    }
  }

  #withoutTables(error: unknown): CorruptStoreError {
    return new CorruptStoreError(this.#path, `its tables are not those of a store (${String(error)})`, error)
  }

  #unreadable({ message }: CorruptStoreError): Examination {
    const what = message.slice(0, message.indexOf('. ') + 1)
    const finding: Finding = {
      kind: 'file',
      isDamage: true,
      what,
      lost: 'All that the file holds, unless something can be saved from it.',
      remedy: remedies.recover,
      movable: 0,
    }
    const nothing = { threads: 0, checkpoints: 0, tasks: 0, values: 0, sealed: 0, quarantined: 0 }
    return { path: this.#path, ...nothing, findings: [finding] }
  }

  #shown({ findings, ...counts }: Found): Examination {
    return { path: this.#path, ...counts, findings: findings.map(shown) }
  }
}

function shown({ rows: _rows, ...finding }: Suspicion): Finding {
  return finding
}

function isOfMissingTable(error: unknown): boolean {
  return error instanceof Error && /no such (?:table|column)/.test(error.message)
}
