import type { StorageKind } from './workload.ts'

/** `12345` → `12,345`, whatever the machine's language. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** How a storage is called in titles. */
export function storageTitle(storage: StorageKind): string {
  if (storage === 'none') return 'no saver'
  return storage === 'memory' ? 'MemorySaver' : 'SQLite'
}
