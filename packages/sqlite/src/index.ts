export { CRASH_POINTS, type CrashPoint } from './crash-points.ts'
export {
  CannotOpenStoreError,
  CorruptStoreError,
  ForeignDatabaseError,
  NewerStoreError,
  NotADatabaseError,
  OlderStoreError,
  ReadOnlyStoreError,
  StoreBusyError,
  StoreClosedError,
  StoreError,
  StoreFullError,
  StoreIoError,
  StoreOptionError,
  UnreadableValueError,
  UnstorableValueError,
} from './errors.ts'
export { type SqliteStoreOptions } from './options.ts'
export { SqliteSaver, type SqliteSaverOptions } from './sqlite-saver.ts'
export { SqliteStore } from './sqlite-store.ts'
