import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../connection.ts'
import { StoreBusyError } from '../errors.ts'

/** How long to wait between two attempts while another connection writes, in milliseconds. */
const pauseMs = 2

/**
 * Runs `write` in a transaction in which nobody else writes. While another connection does, the event loop goes on.
 * @throws {StoreBusyError}
 */
export async function writeWhenFree<Result>(connection: Connection, write: () => Result): Promise<Result> {
  const deadlineMs = performance.now() + connection.busyTimeoutMs
  for (;;) {
    const written: Result[] = []
    if (connection.tryWriting(() => void written.push(write()))) return written[0]!
    if (performance.now() >= deadlineMs) throw new StoreBusyError(connection.path, connection.busyTimeoutMs)
    await pause(pauseMs)
  }
}

/**
 * Runs `read` in a transaction, so that it sees the file at one moment however long it takes. Others may write
 * meanwhile; the write-ahead log cannot be emptied.
 */
export async function readAtOneMoment<Result>(
  { database }: Connection,
  read: () => Promise<Result>,
): Promise<Result> {
  database.exec('BEGIN')
  try {
    return await read()
  } finally {
    if (database.inTransaction) database.exec('COMMIT')
  }
}
