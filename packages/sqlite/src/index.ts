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
export {
  EmbeddingError,
  MemoryArgumentError,
  UnreadableMemoryError,
  UnstorableMemoryError,
  VectorExtensionError,
} from './memory/memory-errors.ts'
export {
  type EmbedTexts,
  type MemoryIndexOptions,
  type MemoryTtlOptions,
  type SqliteMemoryOptions,
  type TextEmbeddings,
} from './memory/memory-options.ts'
export { type MemoryPutOperation } from './memory/memory-request.ts'
export { SqliteMemory } from './memory/sqlite-memory.ts'
export { type SqliteStoreOptions } from './options.ts'
export { SqliteSaver, type SqliteSaverOptions } from './sqlite-saver.ts'
export { SqliteStore } from './sqlite-store.ts'
