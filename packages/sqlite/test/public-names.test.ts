import { expect, test } from 'vitest'

test('public names', async () => {
  expect(Object.keys(await import('@cairn/sqlite')).toSorted()).toMatchInlineSnapshot(`
    [
      "CRASH_POINTS",
      "CannotOpenStoreError",
      "CorruptStoreError",
      "ForeignDatabaseError",
      "NewerStoreError",
      "NotADatabaseError",
      "OlderStoreError",
      "ReadOnlyStoreError",
      "SqliteSaver",
      "SqliteStore",
      "StoreBusyError",
      "StoreClosedError",
      "StoreError",
      "StoreFullError",
      "StoreIoError",
      "StoreOptionError",
      "UnreadableValueError",
      "UnstorableValueError",
    ]
  `)
})
