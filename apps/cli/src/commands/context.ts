import type { Invocation } from '../command-line.ts'
import type { Output } from '../output.ts'

/** What every command is given. */
export interface Context {
  readonly output: Output
  readonly invocation: Invocation
  /** Path of the database of threads. */
  readonly database: string
  /** Path of the file with the keys of the database. */
  readonly keyFile: string | undefined
}
