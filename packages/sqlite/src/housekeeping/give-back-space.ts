// Gives space back to the file system: what was deleted leaves free pages within the file.
import type { Database } from 'better-sqlite3'
import type { Connection } from '../connection.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreBusyError } from '../errors.ts'
import { translateError } from '../translate-error.ts'
import type { TimeSlices } from './time-slices.ts'
import { writeWhenFree } from './write-when-free.ts'

/** How long to wait between two attempts while others use the file, in milliseconds. */
const pauseMs = 5
/** Pages that are moved at a time. */
const pagesAtATime = 32
/** `PRAGMA auto_vacuum` of a file whose free pages can be given back one by one. */
const incremental = 2

/** Whether free pages can be given back; a file of an earlier release has to be rewritten once, see `rewriteFile`. */
export function canShrink(database: Database): boolean {
  return database.pragma('auto_vacuum', { simple: true }) === incremental
}

/** Gives all free pages back, a few in each transaction. */
export async function shrinkFile(connection: Connection, slices: TimeSlices): Promise<void> {
  const { database } = connection
  if (!canShrink(database)) return
  for (let free = freePages(database); free > 0;) {
    await writeWhenFree(connection, () => void database.pragma(`incremental_vacuum(${pagesAtATime})`))
    const left = freePages(database)
    if (left >= free) break
    free = left
    await slices.next()
  }
  // The file is cut off when the log is in it, as far as nobody reads an earlier state.
  database.pragma('wal_checkpoint(PASSIVE)')
}

/**
 * Writes the whole file anew, without free space. Nobody else can write to it meanwhile, which may take seconds.
 * @throws {StoreBusyError} when another connection writes for longer than this one waits.
 */
export async function rewriteFile({ database, path, busyTimeoutMs }: Connection): Promise<void> {
  const deadlineMs = performance.now() + busyTimeoutMs
  database.pragma('auto_vacuum = INCREMENTAL')
  for (;;) {
    try {
      database.exec('VACUUM')
      return
    } catch (error) {
      const translated = translateError(error, path, busyTimeoutMs)
      if (!(translated instanceof StoreBusyError) || performance.now() >= deadlineMs) throw translated
      await pause(pauseMs)
    }
  }
}

/**
 * Puts the write-ahead log into the file and empties it.
 * @throws {StoreBusyError} when another connection reads, or writes, for longer than this one waits.
 */
export async function emptyLog({ database, path, busyTimeoutMs }: Connection): Promise<void> {
  const deadlineMs = performance.now() + busyTimeoutMs
  for (;;) {
    const [result] = database.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: number }]
    if (result.busy === 0) return
    if (performance.now() >= deadlineMs) throw new StoreBusyError(path, busyTimeoutMs)
    await pause(pauseMs)
  }
}

/** Bytes of the file, with what is in the log still. */
export function sizeOf(database: Database): number {
  const pages = database.pragma('page_count', { simple: true }) as number
  return pages * (database.pragma('page_size', { simple: true }) as number)
}

function freePages(database: Database): number {
  return database.pragma('freelist_count', { simple: true }) as number
}
