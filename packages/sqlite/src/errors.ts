// What can go wrong with a store. One class per thing a caller may treat differently; across copies of this
// package test `code`, not `instanceof`.
export { UnstorableValueError } from '@cairn/engine'

/** Root of the errors of a store. The message ends with the remedy. */
export abstract class StoreError extends Error {
  abstract readonly code: string
  /** The database file, as it was given, or `:memory:`. */
  readonly path: string
  /** What to do about it, in a sentence or two. */
  readonly remedy: string

  constructor(path: string, what: string, remedy: string, cause?: unknown) {
    super(`${what} ${remedy}`, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.path = path
    this.remedy = remedy
  }
}

/** An option has a value of the wrong kind. */
export class StoreOptionError extends StoreError {
  readonly code = 'STORE_OPTION'

  constructor(
    path: string,
    readonly option: string,
    expected: string,
    found: unknown,
  ) {
    super(path, `The option "${option}" of the store ${path} is ${show(found)}.`, `It must be ${expected}.`)
  }
}

/** The file can neither be opened nor made. */
export class CannotOpenStoreError extends StoreError {
  readonly code = 'STORE_CANNOT_OPEN'

  constructor(path: string, cause: unknown) {
    super(
      path,
      `The store ${path} cannot be opened: ${reason(cause)}.`,
      'Check that its directory exists, and that this process may write both the directory and the file: reading takes that too.',
      cause,
    )
  }
}

/** The file is something else than an SQLite database. */
export class NotADatabaseError extends StoreError {
  readonly code = 'STORE_NOT_A_DATABASE'

  constructor(path: string, cause: unknown) {
    super(
      path,
      `${path} is not an SQLite database, or its first page is damaged.`,
      'It was left as it is. Give another path, or restore the file from a backup.',
      cause,
    )
  }
}

/** The file is an SQLite database that holds something else. */
export class ForeignDatabaseError extends StoreError {
  readonly code = 'STORE_FOREIGN_DATABASE'

  constructor(
    path: string,
    /** Its `PRAGMA application_id`; 0 when it has none. */
    readonly applicationId: number,
  ) {
    super(
      path,
      `${path} is an SQLite database of another application (application_id ${applicationId}).`,
      'It was left as it is. Give the store a file of its own.',
    )
  }
}

/** The file was written by a newer release. */
export class NewerStoreError extends StoreError {
  readonly code = 'STORE_NEWER_SCHEMA'

  constructor(
    path: string,
    /** The schema version of the file. */
    readonly found: number,
    /** The newest schema version that this release knows. */
    readonly known: number,
  ) {
    super(
      path,
      `The store ${path} has schema version ${found}; this release knows versions up to ${known}.`,
      'It was left as it is. Install the release of @cairn/sqlite that wrote it, or a newer one.',
    )
  }
}

/** The file needs to be brought to this release's schema, but was opened for reading only. */
export class OlderStoreError extends StoreError {
  readonly code = 'STORE_OLDER_SCHEMA'

  constructor(
    path: string,
    readonly found: number,
    readonly known: number,
  ) {
    super(
      path,
      `The store ${path} has schema version ${found}; this release reads version ${known}.`,
      'Open it once without "readOnly", which brings it up to date.',
    )
  }
}

/** The content of the file is damaged. */
export class CorruptStoreError extends StoreError {
  readonly code = 'STORE_CORRUPT'

  constructor(path: string, what: string, cause?: unknown) {
    super(
      path,
      `The store ${path} is damaged: ${what}.`,
      "Stop writing to it, keep a copy, and restore a backup, or save what can be read with the sqlite3 shell's .recover.",
      cause,
    )
  }
}

/** A checkpoint was listed, and deleted before what it holds was looked at. */
export class DeletedCheckpointError extends StoreError {
  readonly code = 'STORE_DELETED_CHECKPOINT'

  constructor(
    path: string,
    readonly threadId: string,
    readonly checkpointId: string,
  ) {
    super(
      path,
      `Checkpoint ${checkpointId} of thread "${threadId}" was deleted after it was listed.`,
      'What a listed checkpoint holds is read when it is first looked at: look before you delete.',
    )
  }
}

/** A stored value does not decode. */
export class UnreadableValueError extends StoreError {
  readonly code = 'STORE_UNREADABLE_VALUE'

  constructor(
    path: string,
    readonly threadId: string,
    readonly checkpointId: string,
    /** Its channel, or `metadata`. */
    readonly channel: string,
    cause: unknown,
  ) {
    super(
      path,
      `The value of "${channel}" in checkpoint ${checkpointId} of thread "${threadId}" cannot be read: ${reason(cause)}`,
      'Open the store with a codec that has the extensions the value was stored with. If it has, the file is damaged.',
      cause,
    )
  }
}

/** The store was to be written, but may only be read. */
export class ReadOnlyStoreError extends StoreError {
  readonly code = 'STORE_READ_ONLY'

  constructor(path: string, cause?: unknown) {
    super(
      path,
      `The store ${path} is read-only; nothing was written.`,
      'Open it without "readOnly", and check that this process may write the file, the -wal and -shm files beside it, and the directory.',
      cause,
    )
  }
}

/** There is no room on the disk, or the file has reached the size it may have. */
export class StoreFullError extends StoreError {
  readonly code = 'STORE_FULL'

  constructor(path: string, cause: unknown) {
    super(
      path,
      `The store ${path} has no room left; this commit was not kept, everything before it was.`,
      'Make room on the disk, or delete threads, then commit again: the store stays usable.',
      cause,
    )
  }
}

/** Another connection held the file for longer than this one waits. */
export class StoreBusyError extends StoreError {
  readonly code = 'STORE_BUSY'

  constructor(
    path: string,
    /** How long this store waits, in milliseconds. */
    readonly busyTimeoutMs: number,
    cause?: unknown,
  ) {
    super(
      path,
      `The store ${path} is in use by another connection, which did not finish within ${busyTimeoutMs} ms; nothing was written.`,
      'Try again, find what keeps a transaction open on the file, or raise "busyTimeoutMs".',
      cause,
    )
  }
}

/** The operating system failed to read or write the file. */
export class StoreIoError extends StoreError {
  readonly code = 'STORE_IO'

  constructor(path: string, cause: unknown) {
    super(
      path,
      `The store ${path} could not be read or written: ${reason(cause)}. This operation was not kept.`,
      'Check the disk and its file system, then open the store again; what was committed before is kept.',
      cause,
    )
  }
}

/** The store was used after `close`. */
export class StoreClosedError extends StoreError {
  readonly code = 'STORE_CLOSED'

  constructor(path: string) {
    super(path, `The store ${path} is closed.`, 'Open it again, or close it later.')
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value)
}
