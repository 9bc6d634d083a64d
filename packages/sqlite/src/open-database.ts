import Database from 'better-sqlite3'
import { CannotOpenStoreError, ReadOnlyStoreError } from './errors.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations.ts'
import { defaultBusyTimeoutMs, type SqliteStoreOptions } from './options.ts'
import { translateError } from './translate-error.ts'

/** A connection to the store in this file, which is made or brought up to date if need be. */
export function openDatabase(path: string, options: SqliteStoreOptions): Database.Database {
  const busyTimeoutMs = options.busyTimeoutMs ?? defaultBusyTimeoutMs
  const database = connect(path, options.readOnly ?? false, busyTimeoutMs)
  try {
    if (options.maxPageCount !== undefined) database.pragma(`max_page_count = ${options.maxPageCount}`)
    // Room of what is deleted later can be given back only if the file is made for it.
    if (!database.readonly && database.pragma('page_count', { simple: true }) === 0) {
      database.pragma('auto_vacuum = INCREMENTAL')
    }
    // What is erased must not stay behind in free space, nor what was moved from one page to another before.
    database.pragma('secure_delete = ON')
    // First of all, since it refuses files that are not ours, which must stay as they are.
    migrate(database, migrations)
    if (!database.readonly) useWriteAheadLog(database, busyTimeoutMs)
    database.pragma(`synchronous = ${options.fsync === 'full' ? 'FULL' : 'NORMAL'}`)
    // What one huge commit made of the log does not stay on the disk for ever.
    database.pragma(`journal_size_limit = ${16 * 1024 * 1024}`)
    return database
  } catch (error) {
    database.close()
    const translated = translateError(error, path, busyTimeoutMs)
    // Nothing was to be written yet: SQLite cannot make the files that it needs beside the database.
    throw translated instanceof ReadOnlyStoreError ? new CannotOpenStoreError(path, error) : translated
  }
}

function connect(path: string, readOnly: boolean, busyTimeoutMs: number): Database.Database {
  try {
    return new Database(path, { readonly: readOnly, fileMustExist: readOnly, timeout: busyTimeoutMs })
  } catch (error) {
    // A missing directory is a TypeError.
    throw error instanceof TypeError
      ? new CannotOpenStoreError(path, error)
      : translateError(error, path, busyTimeoutMs)
  }
}

/** SQLite does not wait by itself when another connection is at the same switch. */
function useWriteAheadLog(database: Database.Database, busyTimeoutMs: number): void {
  const deadline = Date.now() + busyTimeoutMs
  for (;;) {
    try {
      database.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (
        !(error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) ||
        Date.now() >= deadline
      )
        throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
