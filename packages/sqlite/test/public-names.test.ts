import { expect, test } from 'vitest'

test('public names', async () => {
  expect(Object.keys(await import('@cairn/sqlite')).toSorted()).toMatchInlineSnapshot(`
    [
      "BrokenSealError",
      "CRASH_POINTS",
      "CannotOpenStoreError",
      "CorruptStoreError",
      "DeletedCheckpointError",
      "ERASED",
      "EmbeddingError",
      "ForeignDatabaseError",
      "Housekeeper",
      "InvalidKeyError",
      "MemoryArgumentError",
      "MissingKeyError",
      "NewerStoreError",
      "NotADatabaseError",
      "OlderStoreError",
      "ReadOnlyStoreError",
      "SqliteMemory",
      "SqliteSaver",
      "SqliteStore",
      "StoreBusyError",
      "StoreClosedError",
      "StoreDoctor",
      "StoreError",
      "StoreFullError",
      "StoreIoError",
      "StoreOptionError",
      "TextSearchEncryptedError",
      "ThreadQueryError",
      "UnreadableMemoryError",
      "UnreadableValueError",
      "UnstorableMemoryError",
      "UnstorableValueError",
      "VectorExtensionError",
      "WrongKeyError",
    ]
  `)
})
