import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface ProgramEnd {
  readonly code: number | null
  readonly errors: string
  readonly output: string
}

/** Runs a program of `src` in a directory until it ends, without a terminal and without a model but for the settings. */
export async function runProgram(
  program: string,
  directory: string,
  words: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<ProgramEnd> {
  const withoutModel = { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' }
  const path = fileURLToPath(new URL(`../../src/${program}`, import.meta.url))
  const child = spawn(
    process.execPath,
    ['--conditions=@cairn/source', `--import=${import.meta.resolve('tsx')}`, path, ...words],
    {
      cwd: directory,
      env: { ...process.env, ...withoutModel, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const exit = once(child, 'exit')
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  await exit
  return { code: child.exitCode, errors, output }
}
