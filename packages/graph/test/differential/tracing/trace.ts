import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { compareText } from '../harness/masked.ts'
import { LangSmithServer, type SentRun } from './langsmith-server.ts'

/** What is compared of a run: all that was sent, but for times and the machine. */
export interface TracedRun {
  /** Names of the runs above it, from the root, and its own. */
  readonly path: string
  readonly [field: string]: unknown
}

const root = fileURLToPath(new URL('../../../../..', import.meta.url))

/** Program → its runs in the order in which they began, as LangSmith was told of them by a process of its own. */
export async function traceOf(
  engine: 'langgraph' | 'cairn',
  { only, env = {} }: { only?: string; env?: Record<string, string> } = {},
): Promise<Map<string, TracedRun[]>> {
  await using server = await LangSmithServer.listen()
  const program = fileURLToPath(new URL('traced-process.ts', import.meta.url))
  const args = [
    '--conditions=@cairn/source',
    '--import=tsx',
    program,
    engine,
    ...(only === undefined ? [] : [only]),
  ]
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      LANGSMITH_TRACING: 'true',
      LANGSMITH_ENDPOINT: server.url,
      LANGSMITH_API_KEY: 'key',
      ...env,
    },
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`The traced programs ended with code ${code}:\n${complaints}`)
  return new Map([...server.programs].map(([name, runs]) => [name, tracedRuns(runs)]))
}

function tracedRuns(runs: ReadonlyMap<string, SentRun>): TracedRun[] {
  const pathOf = (run: SentRun): string => {
    const parent = run.parent_run_id == null ? undefined : runs.get(run.parent_run_id)
    const name = String(run['name'])
    if (parent !== undefined) return `${pathOf(parent)} > ${name}`
    return run.parent_run_id == null ? name : `(unknown) > ${name}`
  }
  return [...runs.values()].toSorted(byStart).map((run) => {
    const {
      start_time: _,
      end_time: __,
      dotted_order: ___,
      extra,
      events = [],
      tags = [],
      error,
      ...sent
    } = run
    const { runtime: ____, ...rest } = (extra ?? {}) as Record<string, unknown>
    return {
      ...sent,
      path: pathOf(run),
      extra: rest,
      tags: [...new Set(tags as string[])],
      events: (events as { name: string }[]).map(({ name }) => name),
      ...(error !== undefined && { error: lasting(String(error)) }),
    }
  })
}

/** In the order in which LangSmith shows them. */
function byStart(a: SentRun, b: SentRun): number {
  return compareText(String(a['dotted_order']), String(b['dotted_order']))
}

/** Only what does not change from run to run: no stack, no time that passed. */
function lasting(error: string): string {
  return error.replace(/\n\s+at [^]*$/, '').replaceAll(/elapsed: \d+ms/g, 'elapsed')
}
