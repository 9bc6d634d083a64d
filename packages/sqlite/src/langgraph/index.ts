export { LanggraphReadOnlyError, NotLanggraphDatabaseError, UnreadableRecordError } from './errors.ts'
export { isLanggraphDatabase } from './is-langgraph-database.ts'
export { LanggraphStore, type LanggraphStoreOptions } from './langgraph-store.ts'
