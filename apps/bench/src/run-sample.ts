import { spawn } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EngineName } from './engine.ts'
import type { Measurement } from './measure.ts'

/** What came of one sample. */
export type Sample =
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  | { readonly kind: 'cannot' }
  | { readonly kind: 'failed'; readonly message: string }

/** Twice as long as the longest sample, LangGraph's long conversation, on a machine with other work; what takes longer hangs. */
const TIME_LIMIT_MS = 300_000

// The same program runs from `dist` and, in development, from `src`.
const program = fileURLToPath(new URL(`./sample${extname(import.meta.url)}`, import.meta.url))

/** Nothing may be traced, and everybody gets the code paths of production. */
const environment = {
  ...process.env,
  NODE_ENV: 'production',
  LANGSMITH_TRACING: 'false',
  LANGCHAIN_TRACING_V2: 'false',
  LANGCHAIN_VERBOSE: 'false',
  MASTRA_TELEMETRY_DISABLED: '1',
}

/**
 * Measures one workload on one engine in a fresh process. Never rejects: what went wrong is in the sample.
 * @param nodeOptions Node's own, by default those of this process.
 */
export function runSample(
  workloadId: string,
  engine: EngineName,
  nodeOptions: readonly string[] = process.execArgv,
): Promise<Sample> {
  const child = spawn(process.execPath, [...nodeOptions, program, workloadId, engine], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  let output = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'failed', message: error.message }))
    child.once('close', (code, signal) => {
      if (code === 0) resolve(readSample(output))
      else
        resolve({
          kind: 'failed',
          message: complaintIn(complaints) ?? `ended by ${signal ?? `code ${code}`}`,
        })
    })
  })
}

/** Engines may print; the sampler's own line is the last one. */
function readSample(output: string): Sample {
  const line = output.trimEnd().split('\n').at(-1) ?? ''
  try {
    const measurement = JSON.parse(line) as Measurement | null
    return measurement === null ? { kind: 'cannot' } : { kind: 'measured', measurement }
  } catch {
    return { kind: 'failed', message: `printed "${line}" where a measurement should be` }
  }
}

/** The line in which Node names the error. */
function complaintIn(text: string): string | undefined {
  return text.split('\n').find((line) => /^\w*(Error|Exception)\b/.test(line))
}
