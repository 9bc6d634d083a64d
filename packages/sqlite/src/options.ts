import type { Codec } from '@cairn/engine/codec'
import type { CrashPoint } from './crash-points.ts'
import type { EncryptionOptions } from './encryption/encryption-options.ts'
import { StoreOptionError } from './errors.ts'

export const defaultBusyTimeoutMs = 5000
export const defaultLeaseMs = 30_000

export interface SqliteStoreOptions {
  /**
   * `normal` (default): a commit survives the death of the process at any instant, and the file stays whole when
   * the machine loses power, which may cost the last commits. `full`: a commit survives that as well, at the price
   * of one flush of the disk for each.
   */
  readonly fsync?: 'normal' | 'full'
  /** How values become text. By default JSON and the standard classes; see `@cairn/engine/codec`. */
  readonly codec?: Codec
  /**
   * How long to wait for another connection that writes to the file, in milliseconds. Commits wait without blocking the
   * event loop. Default 5000.
   */
  readonly busyTimeoutMs?: number
  /** Open an existing file for reading only. Default false. */
  readonly readOnly?: boolean
  /**
   * For how long a run has its thread without renewing that, in milliseconds; it does so all the time. Others wait this
   * long for a process that hangs or was stopped, or that died on another machine. Default 30000.
   */
  readonly leaseMs?: number
  /** Bound on the size of the file, in pages of 4096 bytes. Default: none but SQLite's own. */
  readonly maxPageCount?: number
  /** The keys of a store whose values are encrypted, or are to be. Default: none; see docs/keeping-threads.md. */
  readonly encryption?: EncryptionOptions
  /** Called at each moment of a commit at which a process may die. For tests that kill it there. */
  readonly onPoint?: (point: CrashPoint) => void
}

/** @throws {StoreOptionError} for a value of the wrong kind. */
export function checkOptions(path: string, options: SqliteStoreOptions): void {
  if (typeof path !== 'string' || path.trim() === '') {
    throw new StoreOptionError(path, 'path', 'the path of a file, or ":memory:"', path)
  }
  const { fsync, busyTimeoutMs, leaseMs, maxPageCount, readOnly } = options
  if (fsync !== undefined && fsync !== 'normal' && fsync !== 'full') {
    throw new StoreOptionError(path, 'fsync', '"normal" or "full"', fsync)
  }
  if (busyTimeoutMs !== undefined && !isWhole(busyTimeoutMs, 0)) {
    throw new StoreOptionError(
      path,
      'busyTimeoutMs',
      'a whole number of milliseconds from 0 to 2147483647',
      busyTimeoutMs,
    )
  }
  if (leaseMs !== undefined && !isWhole(leaseMs, 1)) {
    throw new StoreOptionError(
      path,
      'leaseMs',
      'a whole number of milliseconds from 1 to 2147483647',
      leaseMs,
    )
  }
  if (maxPageCount !== undefined && !isWhole(maxPageCount, 1)) {
    throw new StoreOptionError(path, 'maxPageCount', 'a whole number from 1 to 2147483647', maxPageCount)
  }
  if (readOnly === true && path === ':memory:') {
    throw new StoreOptionError(path, 'readOnly', 'false for a store in memory, which begins empty', readOnly)
  }
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= 0x7fffffff
}
