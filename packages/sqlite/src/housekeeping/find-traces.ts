import { createReadStream, existsSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import type { Secrets } from '../erasure/secrets.ts'

/** Where something of what was to be erased stands still. */
export interface Trace {
  readonly table: string
  readonly column: string
  /** In how many rows. */
  readonly rows: number
}

/** Looks for it in every column of every table, as it stands there. */
export function tracesInTables(database: Database, secrets: Secrets): Trace[] {
  const tables = database
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0`)
    .pluck()
    .all()
  const { traces } = secrets
  return tables.flatMap((table) =>
    columnsOf(database, table).flatMap((column): Trace[] => {
      const condition = traces.map(() => `instr(CAST(${quoted(column)} AS BLOB), ?) > 0`).join(' OR ')
      const rows = database
        .prepare<Buffer[], number>(`SELECT count(*) FROM ${quoted(table)} WHERE ${condition}`)
        .pluck()
        .get(...traces)!
      return rows === 0 ? [] : [{ table, column, rows }]
    }),
  )
}

/** Looks for it in the bytes of the store's files, free space included. */
export async function isInFiles(path: string, secrets: Secrets): Promise<boolean> {
  const { traces } = secrets
  const overlap = Math.max(...traces.map(({ length }) => length)) - 1
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    if (!existsSync(file)) continue
    let rest = Buffer.alloc(0)
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      const bytes = Buffer.concat([rest, chunk as Buffer])
      if (traces.some((trace) => bytes.includes(trace))) return true
      rest = bytes.subarray(Math.max(0, bytes.length - overlap))
    }
  }
  return false
}

function columnsOf(database: Database, table: string): string[] {
  return (database.pragma(`table_info(${quoted(table)})`) as { readonly name: string }[]).map(
    ({ name }) => name,
  )
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
