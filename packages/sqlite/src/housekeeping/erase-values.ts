// Takes texts out of everything that is stored of threads: values, what tasks wrote, metadata, labels.
import { crc32 } from 'node:zlib'
import type { Connection } from '../connection.ts'
import { eraseFromCheckpoint, eraseFromTask } from '../erasure/erase-from-entry.ts'
import { eraseFromText } from '../erasure/erase-from-text.ts'
import type { Secrets } from '../erasure/secrets.ts'
import type { LineRow } from '../lines.ts'
import { changeRows, rowsAtATime } from './change-rows.ts'
import type { HousekeepingTables } from './housekeeping-tables.ts'
import type { EntryKey } from './thread-rows.ts'
import type { TimeSlices } from './time-slices.ts'

/** While others go on writing it, they may write it again. */
const mostRounds = 5

interface Erasing {
  readonly connection: Connection
  readonly tables: HousekeepingTables
  readonly slices: TimeSlices
}

/** How many rows of a thread held something of it. */
export async function eraseFromThread(threadId: string, secrets: Secrets, erasing: Erasing): Promise<number> {
  let count = 0
  // A round that finds nothing shows that nothing was written behind the one before.
  for (let round = 0; round < mostRounds; round++) {
    const found = await eraseOnce(threadId, secrets, erasing)
    count += found
    if (found === 0) break
  }
  return count
}

async function eraseOnce(threadId: string, secrets: Secrets, erasing: Erasing): Promise<number> {
  const { connection, tables } = erasing
  const lines = connection.reading(() => tables.lines.matching(threadId, undefined))
  let count = 0
  for (const line of lines) count += await eraseFromLine(line, secrets, erasing)
  const [first] = lines
  return first === undefined ? count : count + (await eraseFromValues(first.thread, secrets, erasing))
}

async function eraseFromLine(line: LineRow, secrets: Secrets, erasing: Erasing): Promise<number> {
  const { tables } = erasing
  let last: EntryKey | undefined
  return await changeRows(erasing, {
    page: () => tables.rows.entries(line.id, rowsAtATime, last),
    change(key) {
      last = key
      return eraseFromRow(line.id, key, secrets, tables)
    },
    onChange: () => tables.rows.advanceGeneration(line.thread),
  })
}

async function eraseFromValues(thread: number, secrets: Secrets, erasing: Erasing): Promise<number> {
  const { rows, values } = erasing.tables
  let last = 0
  return await changeRows(erasing, {
    page: () => rows.values(thread, rowsAtATime, last),
    change({ row }) {
      last = row
      const { text } = values.read(row, crc32)!
      const erased = eraseFromText(text, secrets)
      if (erased === text) return false
      rows.deleteValue(thread, row)
      values.insertAt(row, thread, { text: erased, sum: crc32(erased) })
      return true
    },
    // Whoever remembers rows of the thread forgets them.
    onChange: () => rows.advanceGeneration(thread),
  })
}

function eraseFromRow(
  line: number,
  { checkpoint, task, isCheckpoint }: EntryKey,
  secrets: Secrets,
  { entries }: HousekeepingTables,
): boolean {
  if (isCheckpoint) {
    const entry = entries.checkpoint(line, checkpoint)!
    const erased = eraseFromCheckpoint(entry, secrets)
    if (erased !== undefined) entries.updateCheckpoint(line, checkpoint, { ...entry, ...erased })
    return erased !== undefined
  }
  const entry = entries.task(line, checkpoint, task)!
  const erased = eraseFromTask(entry, secrets)
  if (erased !== undefined) entries.updateTask(line, checkpoint, { ...entry, ...erased })
  return erased !== undefined
}
