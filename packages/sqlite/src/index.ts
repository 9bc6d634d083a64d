export { CRASH_POINTS, type CrashPoint } from './crash-points.ts'
export {
  CannotOpenStoreError,
  CorruptStoreError,
  DeletedCheckpointError,
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
export { type Examination, type Finding, type FindingKind } from './doctor/finding.ts'
export { type QuarantineReport, StoreDoctor, type StoreDoctorOptions } from './doctor/store-doctor.ts'
export { type EncryptionOptions, type Key } from './encryption/encryption-options.ts'
export { BrokenSealError, InvalidKeyError, MissingKeyError, WrongKeyError } from './encryption/errors.ts'
export { ERASED } from './erasure/erase-from-text.ts'
export { type Secret } from './erasure/secrets.ts'
export { type Trace } from './housekeeping/find-traces.ts'
export {
  type EraseTextOptions,
  type EraseTextReport,
  Housekeeper,
  type HousekeeperOptions,
  type PruneOptions,
  type PruneReport,
  type RotationReport,
  type ThreadSelection,
} from './housekeeping/housekeeper.ts'
export { type PrunedThread } from './housekeeping/prune-thread.ts'
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
export { type RetentionScope, type StoredPolicy } from './retention/policy-table.ts'
export { type Duration, type RetentionPolicy } from './retention/retention-policy.ts'
export { SqliteSaver, type SqliteSaverOptions } from './sqlite-saver.ts'
export { SqliteStore } from './sqlite-store.ts'
export { type Json } from './threads/canonical-json.ts'
export { TextSearchEncryptedError, ThreadQueryError } from './threads/errors.ts'
export { type FoundThread, type FoundThreads, type ThreadIndex } from './threads/thread-index.ts'
export { type Labels } from './threads/thread-labels.ts'
export { type ThreadQuery } from './threads/thread-query.ts'
