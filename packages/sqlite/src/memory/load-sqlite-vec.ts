import { createRequire } from 'node:module'
import type { Database } from 'better-sqlite3'

/**
 * Adds the functions of the optional package `sqlite-vec` to this connection.
 * @throws when the package is not installed, or has no binary for this platform.
 */
export function loadSqliteVec(database: Database): void {
  const require = createRequire(import.meta.url)
  const { load } = require('sqlite-vec') as { load: (database: Database) => void }
  load(database)
}
