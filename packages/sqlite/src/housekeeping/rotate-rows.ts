import { crc32 } from 'node:zlib'
import type { Connection } from '../connection.ts'
import { changeRows, rowsAtATime } from './change-rows.ts'
import type { HousekeepingTables } from './housekeeping-tables.ts'
import type { EntryKey } from './thread-rows.ts'
import type { TimeSlices } from './time-slices.ts'

interface Rotating {
  readonly connection: Connection
  readonly tables: HousekeepingTables
  readonly slices: TimeSlices
  /** Number of the key that all rows are to be encrypted with; `null` for none. */
  readonly cipher: number | null
}

/** Encrypts every row with the key that new rows are encrypted with; gives how many had another, or none. */
export async function rotateRows(rotating: Rotating): Promise<number> {
  const { connection, tables } = rotating
  const lines = connection.reading(() => tables.lines.matching(undefined, undefined))
  let count = 0
  for (const { id } of lines) count += await rotateEntries(id, rotating)
  for (const thread of new Set(lines.map((line) => line.thread)))
    count += await rotateValues(thread, rotating)
  return count
}

async function rotateEntries(line: number, rotating: Rotating): Promise<number> {
  const { entries, rows } = rotating.tables
  let last: EntryKey | undefined
  return await changeRows(rotating, {
    page: () => rows.entries(line, rowsAtATime, last),
    change(key) {
      last = key
      const { checkpoint, task, isCheckpoint, cipher } = key
      if (cipher === rotating.cipher) return false
      if (isCheckpoint) entries.updateCheckpoint(line, checkpoint, entries.checkpoint(line, checkpoint)!)
      else entries.updateTask(line, checkpoint, entries.task(line, checkpoint, task)!)
      return true
    },
  })
}

async function rotateValues(thread: number, rotating: Rotating): Promise<number> {
  const { rows, values } = rotating.tables
  let last = 0
  return await changeRows(rotating, {
    page: () => rows.values(thread, rowsAtATime, last),
    change({ row, cipher }) {
      last = row
      if (cipher === rotating.cipher) return false
      const value = values.read(row, crc32)!
      rows.deleteValue(thread, row)
      values.insertAt(row, thread, value)
      return true
    },
  })
}
