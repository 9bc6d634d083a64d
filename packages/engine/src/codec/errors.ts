import { EngineError } from '../errors.ts'
import { formatPath } from './path.ts'

/** A value cannot be stored. */
export class UnserialisableValueError extends EngineError {
  readonly code = 'UNSERIALISABLE_VALUE'

  /**
   * @param path where the value stands, such as `$.user.callback`; `$` is the value that was to be stored
   * @param found what stands there, such as `a function`
   * @param remedy what to do about it, a sentence
   * @param cause what was thrown when it was tried
   */
  constructor(
    readonly path: string,
    readonly found: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`Cannot store ${found} at ${path}. ${remedy}`, cause === undefined ? undefined : { cause })
  }

  /** The same refusal, told by someone who stores the value under a name in something larger. */
  within(name: string): UnserialisableValueError {
    const path = formatPath([name]) + this.path.slice(1)
    return new UnserialisableValueError(path, this.found, this.remedy, this.cause)
  }
}

/** Stored text is not what a codec with these extensions writes. */
export class CorruptValueError extends EngineError {
  readonly code = 'CORRUPT_VALUE'
}
