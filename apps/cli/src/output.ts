// Everything the program says. Results go to the standard output, everything else to the standard error output.
// With `--json` the standard output holds JSON only.
import { once } from 'node:events'
import pc from 'picocolors'
import { CliError } from './cli-error.ts'
import { toJson } from './json-value.ts'

export type Colors = ReturnType<typeof pc.createColors>

/** A standard stream, as far as it matters here. */
export interface Stream {
  readonly isTerminal: boolean
  /** Columns; 80 when nobody knows. */
  readonly width: number
  write(text: string): void
  /** Resolves when it takes more; without it, it always does. */
  drained?(): Promise<void>
}

/** Goes on writing to the stream itself when somebody has put another `write` in its place. */
export function standardStream(stream: NodeJS.WriteStream): Stream {
  const write = stream.write.bind(stream)
  return {
    get isTerminal() {
      // `undefined` on a pipe, which picocolors takes for "decide yourself", and on CI it decides for colours.
      return (stream as { isTTY?: boolean }).isTTY === true
    },
    get width() {
      return stream.columns ?? 80
    },
    write: (text) => void write(text),
    async drained() {
      if (stream.writableNeedDrain) await once(stream, 'drain')
    },
  }
}

export interface OutputOptions {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly isJson: boolean
  /** `NO_COLOR` and `TERM` count. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export class Output {
  readonly isJson: boolean
  /** For the standard output. */
  readonly colors: Colors
  /** For the standard error output. */
  readonly noteColors: Colors
  readonly stdout: Stream
  readonly stderr: Stream

  constructor({ stdout, stderr, isJson, environment }: OutputOptions) {
    this.stdout = stdout
    this.stderr = stderr
    this.isJson = isJson
    this.colors = pc.createColors(hasColors(stdout, environment) && !isJson)
    this.noteColors = pc.createColors(hasColors(stderr, environment) && !isJson)
  }

  /** Lines of the result, for people. */
  lines(lines: readonly string[]): void {
    if (!this.isJson && lines.length > 0) this.stdout.write(`${lines.join('\n')}\n`)
  }

  /** The one document that `--json` promises. */
  document(value: unknown): void {
    if (this.isJson) this.stdout.write(`${JSON.stringify(toJson(value), null, 2)}\n`)
  }

  /** One of the lines that `--json` promises where a run is watched. */
  record(value: unknown): void {
    if (this.isJson) this.stdout.write(`${JSON.stringify(toJson(value))}\n`)
  }

  /** Lines beside the result, for people. */
  notes(lines: readonly string[]): void {
    if (!this.isJson && lines.length > 0) this.stderr.write(`${lines.join('\n')}\n`)
  }

  error(error: CliError): void {
    if (this.isJson) {
      const { code, message, remedies, details } = error
      this.stderr.write(
        `${JSON.stringify({ error: { code, message, remedies, ...(toJson(details) as object) } })}\n`,
      )
      return
    }
    const [first = '', ...rest] = error.message.split('\n')
    this.stderr.write(
      `${this.noteColors.red('cairn:')} ${[first, ...rest, ...error.remedies.map((line) => `  ${line}`)].join('\n')}\n`,
    )
  }
}

/** On terminals only, and not where somebody asked for none (https://no-color.org). */
function hasColors(stream: Stream, environment: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTerminal && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
}
