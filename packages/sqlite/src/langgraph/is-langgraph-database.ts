import { closeSync, openSync, readSync } from 'node:fs'
import { hasLanggraphTables } from './langgraph-tables.ts'
import { UntouchedFile } from './untouched-file.ts'

/** Where the file format of SQLite has the application id. */
const applicationIdAt = 68

/** Whether this is a file that LangGraph's SqliteSaver made. Leaves it as it is; never throws. */
export function isLanggraphDatabase(path: string): boolean {
  let file: UntouchedFile | undefined
  try {
    if (!isPlainDatabase(path)) return false
    file = new UntouchedFile(path)
    return hasLanggraphTables(file.database)
  } catch {
    return false
  } finally {
    file?.close()
  }
}

/** An SQLite database that no application has signed. */
function isPlainDatabase(path: string): boolean {
  const header = Buffer.alloc(100)
  const descriptor = openSync(path, 'r')
  try {
    const length = readSync(descriptor, header, 0, header.length, 0)
    const isDatabase = header.toString('latin1', 0, 16) === 'SQLite format 3\0'
    return length === header.length && isDatabase && header.readUInt32BE(applicationIdAt) === 0
  } finally {
    closeSync(descriptor)
  }
}
