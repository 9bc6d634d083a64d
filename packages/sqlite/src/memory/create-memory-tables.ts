import type { Database } from 'better-sqlite3'

/**
 * A migration: the tables of `SqliteMemory`; what they mean stands in docs/design/format.md. The trigger keeps them whole
 * whoever deletes an item, and needs no function of ours, so any SQLite tool may do it.
 */
export function createMemoryTables(database: Database): void {
  database.exec(`
    CREATE TABLE memory_namespace (
      id   INTEGER PRIMARY KEY,
      path TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE memory_item (
      id        INTEGER PRIMARY KEY,
      namespace INTEGER NOT NULL,
      key       TEXT NOT NULL,
      created   INTEGER NOT NULL,
      updated   INTEGER NOT NULL,
      ttl       INTEGER,
      expires   INTEGER,
      format    INTEGER NOT NULL,
      cipher    INTEGER,
      sum       INTEGER NOT NULL,
      data      ANY NOT NULL,
      UNIQUE (namespace, key)
    ) STRICT;
    CREATE INDEX memory_item_order ON memory_item (namespace, id);
    CREATE INDEX memory_item_expiry ON memory_item (expires) WHERE expires IS NOT NULL;

    CREATE TABLE memory_vector (
      id     INTEGER PRIMARY KEY,
      item   INTEGER NOT NULL,
      dims   INTEGER NOT NULL,
      cipher INTEGER,
      sum    INTEGER NOT NULL,
      data   BLOB NOT NULL
    ) STRICT;
    CREATE INDEX memory_vector_item ON memory_vector (item);

    CREATE TRIGGER memory_item_deleted AFTER DELETE ON memory_item BEGIN
      DELETE FROM memory_vector WHERE item = OLD.id;
      DELETE FROM memory_namespace
        WHERE id = OLD.namespace AND NOT EXISTS (SELECT 1 FROM memory_item WHERE namespace = OLD.namespace);
    END;
  `)
}
