import { EngineError } from '../errors.ts'

/** The text is no export, or not all of one. Threads that were complete before this line were imported. */
export class InvalidExportError extends EngineError {
  readonly code: 'EXPORT_INVALID' | 'EXPORT_TRUNCATED' | 'EXPORT_NEWER'

  constructor(
    code: 'EXPORT_INVALID' | 'EXPORT_TRUNCATED' | 'EXPORT_NEWER',
    /** Where, from 1. */
    readonly line: number,
    what: string,
    remedy: string,
    /** Ids of the threads that are in the store now because of this import. */
    readonly imported: readonly string[],
    cause?: unknown,
  ) {
    const before =
      imported.length === 0
        ? 'Nothing was imported.'
        : `Imported before it: ${imported.map((id) => JSON.stringify(id)).join(', ')}.`
    super(`Line ${line}: ${what} ${remedy} ${before}`, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** The store has a thread of this id already. */
export class ThreadExistsError extends EngineError {
  readonly code = 'THREAD_EXISTS'

  constructor(
    readonly threadId: string,
    /** Ids of the threads that were imported before it. */
    readonly imported: readonly string[],
  ) {
    super(
      `The store has a thread "${threadId}" already, which was left as it is. ` +
        'Import it under another id ("newId"), or say with "onConflict" whether to skip, replace or rename it.' +
        (imported.length === 0
          ? ''
          : ` Imported before it: ${imported.map((id) => JSON.stringify(id)).join(', ')}.`),
    )
  }
}
