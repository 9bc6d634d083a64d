import type { Database } from 'better-sqlite3'
import { ForeignDatabaseError, NewerStoreError, OlderStoreError } from './errors.ts'
import type { Migration } from './migrations.ts'

/** `PRAGMA application_id` of every store: "Carn" in ASCII. */
export const APPLICATION_ID = 0x4361726e

/**
 * Makes sure that the database is a store of the newest schema version, and makes it one if it is empty or older.
 * All migrations run in one transaction: a process that dies in the midst leaves the version that was there.
 *
 * @throws {ForeignDatabaseError} when it holds something else.
 * @throws {NewerStoreError} when a newer release wrote it.
 * @throws {OlderStoreError} when it would have to be changed, but is read-only.
 */
export function migrate(database: Database, migrations: readonly Migration[]): void {
  const newest = migrations.length
  // Within a transaction: another process may be making the store at this moment.
  const found = database.transaction(() => schemaVersion(database, newest))()
  if (found === newest) return
  if (database.readonly) throw new OlderStoreError(database.name, found, newest)
  database
    .transaction(() => {
      // Looks again, now that nobody else can change it.
      for (let version = schemaVersion(database, newest); version < newest; version++) {
        migrations[version]!(database)
        database.pragma(`user_version = ${version + 1}`)
      }
      database.pragma(`application_id = ${APPLICATION_ID}`)
    })
    .immediate()
}

/** The schema version of the store in this database; 0 for an empty database. */
function schemaVersion(database: Database, newest: number): number {
  const applicationId = database.pragma('application_id', { simple: true }) as number
  const version = database.pragma('user_version', { simple: true }) as number
  if (applicationId !== APPLICATION_ID) {
    const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
    const isEmpty = applicationId === 0 && version === 0 && tables === 0
    if (!isEmpty) throw new ForeignDatabaseError(database.name, applicationId)
  }
  if (version > newest) throw new NewerStoreError(database.name, version, newest)
  return version
}
