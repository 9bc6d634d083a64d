// The command line as a process of its own, in a directory of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CallOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** What comes in through the standard input. */
  readonly input?: string
}

export interface Call {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** The first line of either output that this holds for; fails when the process ends without one. */
  line(isIt: (line: string) => boolean): Promise<string>
}

/** A directory for databases, in which `fixtures` leads to the graphs of these tests. */
export class Workplace implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'cairn-cli-'))

  constructor() {
    symlinkSync(fileURLToPath(new URL('fixtures', import.meta.url)), join(this.directory, 'fixtures'))
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** @param words separated by blanks, or one by one. */
  run(words: string | readonly string[], options: CallOptions = {}): Promise<Ended> {
    return this.start(words, options).ended
  }

  start(words: string | readonly string[], { environment, input }: CallOptions = {}): Call {
    const separate = typeof words === 'string' ? words.split(' ') : words
    const child = spawn(process.execPath, [...nodeOptions, program, ...separate], {
      cwd: this.directory,
      env: { ...cleanEnvironment(), ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.end(input ?? '')
    const lines: string[] = []
    const waiting = new Set<() => void>()
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        for (const check of waiting) check()
      })
    }
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
    })
    const line = (isIt: (line: string) => boolean): Promise<string> =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = lines.find(isIt)
          if (found === undefined) return
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
        void ended.then(() => reject(new Error(`The process ended without that line:\n${stdout}${stderr}`)))
      })
    return { child, ended, line }
  }
}

/** Without what is different each time: ids, times and durations. */
export function steady(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<question>')
    .replaceAll(/\b[0-9a-f]{8}=/g, '<part>=')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replaceAll(/ *\b\d+(\.\d)? m?s\b/g, ' <duration>')
    .replaceAll(/\b\d+(\.\d)? (bytes|KB)\b/g, '<size>')
    .replaceAll(fileURLToPath(new URL('.', import.meta.url)), '')
}

/** The lines of a run with `--json`. */
export function records(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const nodeOptions = ['--conditions=@cairn/source', `--import=${import.meta.resolve('tsx')}`]

function cleanEnvironment(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(CAIRN_|NODE_|VITEST|NO_COLOR$|FORCE_COLOR$)/.test(name),
  )
  return { ...Object.fromEntries(inherited), LANGSMITH_TRACING: 'false', LANGCHAIN_TRACING_V2: 'false' }
}
