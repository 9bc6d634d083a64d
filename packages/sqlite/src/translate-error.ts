import Database from 'better-sqlite3'
import {
  CannotOpenStoreError,
  CorruptStoreError,
  NotADatabaseError,
  ReadOnlyStoreError,
  StoreBusyError,
  StoreFullError,
  StoreIoError,
} from './errors.ts'

/** The store's error for one of SQLite's; any other error is given back as it is. */
export function translateError(error: unknown, path: string, busyTimeoutMs: number): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  // Extended codes begin with the primary one: SQLITE_BUSY_RECOVERY, SQLITE_IOERR_WRITE.
  switch (error.code.split('_', 2).join('_')) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new StoreBusyError(path, busyTimeoutMs, error)
    case 'SQLITE_READONLY':
      return new ReadOnlyStoreError(path, error)
    case 'SQLITE_FULL':
      return new StoreFullError(path, error)
    case 'SQLITE_CORRUPT':
      return new CorruptStoreError(path, error.message, error)
    case 'SQLITE_NOTADB':
      return new NotADatabaseError(path, error)
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_PERM':
    case 'SQLITE_AUTH':
      return new CannotOpenStoreError(path, error)
    default:
      return new StoreIoError(path, error)
  }
}
