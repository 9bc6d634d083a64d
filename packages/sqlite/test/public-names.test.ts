import { expect, test } from 'vitest'

test('public names', async () => {
  expect(Object.keys(await import('@cairn/sqlite')).toSorted()).toMatchInlineSnapshot(`
    [
      "CRASH_POINTS",
      "CannotOpenStoreError",
      "CorruptStoreError",
      "EmbeddingError",
      "ForeignDatabaseError",
      "MemoryArgumentError",
      "NewerStoreError",
      "NotADatabaseError",
      "OlderStoreError",
      "ReadOnlyStoreError",
      "SqliteMemory",
      "SqliteSaver",
      "SqliteStore",
      "StoreBusyError",
      "StoreClosedError",
      "StoreError",
      "StoreFullError",
      "StoreIoError",
      "StoreOptionError",
      "UnreadableMemoryError",
      "UnreadableValueError",
      "UnstorableMemoryError",
      "UnstorableValueError",
      "VectorExtensionError",
    ]
  `)
})
