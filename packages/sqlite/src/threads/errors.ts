/** A query over threads has an option of the wrong kind. */
export class ThreadQueryError extends Error {
  readonly code = 'THREAD_QUERY'

  constructor(
    readonly option: string,
    expected: string,
    found: unknown,
  ) {
    super(`"${option}" of a query over threads is ${shown(found)}. It must be ${expected}.`)
    this.name = new.target.name
  }
}

/** Text was searched for in a store whose values are encrypted. */
export class TextSearchEncryptedError extends Error {
  readonly code = 'TEXT_SEARCH_ENCRYPTED'

  constructor(
    /** The file as it was given. */
    readonly path: string,
  ) {
    super(
      `The values in ${path} are encrypted, so there is no index of their text: its words would stand in the file in ` +
        'plain. Search by tags, metadata, status or time instead, or put what is to be found into metadata of the thread.',
    )
    this.name = new.target.name
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value)
}
