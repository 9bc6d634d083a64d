import type { ExitCode } from './exit-code.ts'

/** A mistake that the person at the terminal can put right. It is shown without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError'
  /** Stable, for programs that read `--json`. */
  readonly code: string
  readonly exitCode: ExitCode
  /** What to do, one line each: a sentence, or a command to type. */
  readonly remedies: readonly string[]
  /** Further fields of the JSON form, such as the candidates of an ambiguous name. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(fields: {
    readonly code: string
    readonly exitCode: ExitCode
    readonly message: string
    readonly remedies?: readonly string[]
    readonly details?: Readonly<Record<string, unknown>>
    readonly cause?: unknown
  }) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = fields.code
    this.exitCode = fields.exitCode
    this.remedies = fields.remedies ?? []
    this.details = fields.details ?? {}
  }
}
