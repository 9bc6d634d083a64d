import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** Where processes that run sources are started. */
export const sourceRoot = fileURLToPath(new URL('../../..', import.meta.url))

const conditions = ['--conditions=@cairn/source', '--import=tsx']

/** What `node` is called with to run a source file of this folder. */
export function sourceArguments(file: string): string[] {
  return [...conditions, fileURLToPath(new URL(file, import.meta.url))]
}

/** A process that runs a source file of this folder and talks by messages. It ends with the test at the latest. */
export function startProcess(file: string): ChildProcess {
  const child = fork(new URL(file, import.meta.url), { cwd: sourceRoot, execArgv: conditions })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** The next message of the process. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  const ended = once(child, 'exit', { signal: over.signal }).then(([code, signal]: unknown[]) => {
    throw new Error(`The process ended with ${String(code ?? signal)}.`)
  })
  const message = once(child, 'message', { signal: over.signal }).then(([first]: unknown[]) => first)
  try {
    return await Promise.race([message, ended])
  } finally {
    over.abort()
    await Promise.allSettled([message, ended])
  }
}
