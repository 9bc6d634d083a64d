/** What the crash harness throws. */
export abstract class CrashHarnessError extends Error {
  abstract readonly code: string

  constructor(
    message: string,
    /** What was run. */
    readonly file: string,
    /** Names of the points that the process had passed, in their order. */
    readonly points: readonly string[],
    /** What it had printed. */
    readonly output: string,
  ) {
    const last =
      points.length === 0 ? 'no point' : `${points.length} points, the last of them ${points.at(-1)}`
    super(`${message} It had passed ${last}, and had printed:\n${output}`)
    this.name = new.target.name
  }
}

/** A process ended neither by itself nor at its instant. */
export class ProgramFailedError extends CrashHarnessError {
  readonly code = 'CRASH_PROGRAM_FAILED'

  constructor(
    file: string,
    /** Its exit code, or the signal that killed it. */
    readonly end: number | string,
    points: readonly string[],
    output: string,
  ) {
    super(`The process that ran ${file} ended with ${end}, which was not asked for.`, file, points, output)
  }
}

/** A process did not end. */
export class ProgramStuckError extends CrashHarnessError {
  readonly code = 'CRASH_PROGRAM_STUCK'

  constructor(
    file: string,
    /** How long it ran. */
    readonly watchdogMs: number,
    points: readonly string[],
    output: string,
  ) {
    super(
      `The process that ran ${file} did not end within ${watchdogMs} ms and was killed.`,
      file,
      points,
      output,
    )
  }
}
