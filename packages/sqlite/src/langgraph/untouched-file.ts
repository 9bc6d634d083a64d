// Reads a database of somebody else without leaving anything beside it. SQLite makes two files, `-wal` and `-shm`,
// next to a database in WAL mode, even to read it; so it is given another name of the same file, in a directory of
// its own, unless somebody is writing: then what is new stands in the log beside the file.
import { copyFileSync, linkSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { CannotOpenStoreError } from '../errors.ts'
import { translateError } from '../translate-error.ts'

/** How long to wait for somebody who writes, in milliseconds. */
const busyTimeoutMs = 5000

interface Opened {
  readonly database: Database.Database
  /** By another name than its own. */
  readonly isLinked: boolean
}

export class UntouchedFile {
  /** As it was given. */
  readonly path: string
  readonly #realPath: string
  #open: Opened | undefined
  #isClosed = false

  /** @throws {StoreError} when there is no file that can be read. */
  constructor(path: string) {
    this.path = path
    try {
      this.#realPath = realpathSync(path)
    } catch (error) {
      throw new CannotOpenStoreError(path, error)
    }
    void this.database
  }

  /** The connection; another one, once a log has appeared beside the file. */
  get database(): Database.Database {
    if (this.#isClosed) throw new CannotOpenStoreError(this.path, new Error('it is closed'))
    if (this.#open?.isLinked === true && hasLog(this.#realPath)) this.#release()
    this.#open ??= hasLog(this.#realPath) ? this.#openInPlace() : this.#openLinked()
    return this.#open.database
  }

  get isOpen(): boolean {
    return !this.#isClosed
  }

  close(): void {
    this.#isClosed = true
    this.#release()
  }

  #release(): void {
    this.#open?.database.close()
    this.#open = undefined
  }

  #openInPlace(): Opened {
    return { database: this.#connect(this.#realPath), isLinked: false }
  }

  #openLinked(): Opened {
    // A link has to be on the same file system; where the database is there is one, if it may be written.
    for (const parent of [tmpdir(), dirname(this.#realPath)]) {
      const database = this.#openThrough(parent, linkSync)
      if (database !== undefined) return { database, isLinked: true }
    }
    try {
      return this.#openInPlace()
    } catch (error) {
      // A directory that may not be written, on another file system.
      const database = this.#openThrough(tmpdir(), copyFileSync)
      if (database === undefined) throw error
      return { database, isLinked: true }
    }
  }

  /** Opens the file by another name, in a directory that is gone again when this returns. */
  #openThrough(parent: string, make: (from: string, to: string) => void): Database.Database | undefined {
    let directory: string | undefined
    try {
      directory = mkdtempSync(join(parent, '.cairn-read-'))
      const path = join(directory, 'threads.db')
      make(this.#realPath, path)
      return this.#connect(path)
    } catch {
      return undefined
    } finally {
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
    }
  }

  #connect(path: string): Database.Database {
    try {
      const database = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs })
      // From the first read on all files are open, and need no names any more.
      database.pragma('user_version')
      return database
    } catch (error) {
      throw translateError(error, this.path, busyTimeoutMs)
    }
  }
}

/** Whether there is a log beside the file, of either kind, with something in it. */
function hasLog(path: string): boolean {
  return ['-wal', '-journal'].some((ending) => {
    const log = statSync(`${path}${ending}`, { throwIfNoEntry: false })
    return log !== undefined && log.size > 0
  })
}
