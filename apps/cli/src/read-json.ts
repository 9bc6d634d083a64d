// JSON from the command line: as it stands, `@file`, or `@-` for the standard input.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError } from './cli-error.ts'
import { ExitCode } from './exit-code.ts'

/** @param option its name, for the message: `--input`. */
export function readJson(option: string, given: string): unknown {
  const text = given.startsWith('@') ? readText(option, given.slice(1)) : given
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const where = given.startsWith('@') ? `The file ${given.slice(1)} of ${option}` : `The value of ${option}`
    throw new CliError({
      code: 'INVALID_JSON',
      exitCode: ExitCode.usage,
      message: `${where} is not JSON: ${(error as Error).message}`,
      remedies: [
        `Quote it for the shell: ${option} '{"key": "value"}'`,
        `Or put it into a file: ${option} @file.json (@- reads the standard input)`,
      ],
    })
  }
}

function readText(option: string, path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : resolve(path), 'utf8')
  } catch (error) {
    throw new CliError({
      code: 'INPUT_FILE_UNREADABLE',
      exitCode: ExitCode.usage,
      message: `The file ${path} of ${option} cannot be read: ${(error as Error).message}`,
      remedies: [`Give JSON itself, or @ and the path of a file: ${option} @input.json`],
      cause: error,
    })
  }
}
