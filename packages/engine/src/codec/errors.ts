/** A value cannot be stored. */
export class UnserialisableValueError extends Error {
  override readonly name = 'UnserialisableValueError'
  readonly code = 'UNSERIALISABLE_VALUE'

  /**
   * @param path where the value stands, such as `$.user.callback`; `$` is the value that was to be stored
   * @param found what stands there, such as `a function`
   * @param remedy what to do about it, a sentence
   */
  constructor(
    readonly path: string,
    readonly found: string,
    readonly remedy: string,
  ) {
    super(`Cannot store ${found} at ${path}. ${remedy}`)
  }
}

/** Stored text is not what a codec with these extensions writes. */
export class CorruptValueError extends Error {
  override readonly name = 'CorruptValueError'
  readonly code = 'CORRUPT_VALUE'
}
