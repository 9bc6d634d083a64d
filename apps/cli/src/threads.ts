// The one place that knows where threads are kept.
import { existsSync, statSync } from 'node:fs'
import { STORE } from '@cairn/checkpoint'
import type { Store } from '@cairn/engine'
import { SqliteSaver } from '@cairn/sqlite'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import { viewCheckpoint, viewHead, type CheckpointView } from './checkpoint-view.ts'
import { CliError } from './cli-error.ts'
import { commandLine, type Invocation } from './command-line.ts'
import { ExitCode } from './exit-code.ts'
import { rememberedGraph } from './graph-memory.ts'
import { nearestNames } from './nearest.ts'

export interface Threads {
  /** As it was given. */
  readonly path: string
  /** What LangGraph's interface gives of them. */
  readonly saver: BaseCheckpointSaver
  readonly store: Store
  close(): void
}

/** Which database, and how the next call names it. */
interface Place {
  readonly database: string
  readonly invocation: Invocation
}

/** Opens the database of threads for runs; a missing one is made. */
export function openThreads({ database }: Place): Threads {
  return open(database, { readOnly: false })
}

/** Opens a database that must be there already, to go on with a thread in it. */
export function openExistingThreads(place: Place): Threads {
  return existsSync(place.database) ? open(place.database, { readOnly: false }) : missingDatabase(place)
}

/** Opens a database that must be there already, to look into it. */
export function openThreadsToRead(place: Place): Threads {
  return existsSync(place.database) ? open(place.database, { readOnly: true }) : missingDatabase(place)
}

function open(path: string, options: { readonly readOnly: boolean }): Threads {
  if (existsSync(path) && statSync(path).isDirectory()) throw isDirectory(path)
  try {
    const saver = SqliteSaver.open(path, options)
    return { path, saver, store: saver[STORE], close: () => saver.close() }
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** The newest checkpoint of a thread that must be there. */
export async function requireHead(
  threads: Threads,
  threadId: string,
  invocation: Invocation,
): Promise<CheckpointView> {
  const head = await viewHead(threads.saver, threadId)
  if (head !== undefined) return head
  const names = (await listThreads(threads)).map(({ head: { threadId: name } }) => name)
  const near = nearestNames(threadId, names)
  const suggestion =
    near.length === 0 ? [] : [`Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`]
  const list =
    names.length === 0
      ? 'It holds no threads yet.'
      : `To list its threads: ${commandLine(invocation, 'threads')}`
  throw new CliError({
    code: 'THREAD_NOT_FOUND',
    exitCode: ExitCode.notFound,
    message: `There is no thread "${threadId}" in ${threads.path}.`,
    remedies: [...suggestion, list],
    details: { thread: threadId, nearest: near },
  })
}

export interface ThreadSummary {
  /** The newest checkpoint. */
  readonly head: CheckpointView
  /** `FILE#export` with an absolute path, when the thread remembers it. */
  readonly graph: string | undefined
}

/** All threads, the one with the newest checkpoint first. */
export async function listThreads({ saver, path }: Threads): Promise<ThreadSummary[]> {
  const summaries = new Map<string, ThreadSummary>()
  for await (const tuple of saver.list({ configurable: { checkpoint_ns: '' } })) {
    const threadId = String(tuple.config.configurable?.['thread_id'])
    const known = summaries.get(threadId)
    if (known?.graph !== undefined) continue
    const graph = rememberedGraph(tuple.metadata, path)
    if (known === undefined) summaries.set(threadId, { head: viewCheckpoint(tuple), graph })
    else if (graph !== undefined) summaries.set(threadId, { head: known.head, graph })
  }
  return [...summaries.values()]
}

/** The graph of a thread: what its newest checkpoint that remembers one says. */
export async function recallGraph({ saver, path }: Threads, threadId: string): Promise<string | undefined> {
  for await (const tuple of saver.list({ configurable: { thread_id: threadId, checkpoint_ns: '' } })) {
    const graph = rememberedGraph(tuple.metadata, path)
    if (graph !== undefined) return graph
  }
  return undefined
}

function missingDatabase({ database, invocation }: Place): never {
  throw new CliError({
    code: 'DATABASE_NOT_FOUND',
    exitCode: ExitCode.notFound,
    message: `There is no database ${database}.`,
    remedies: [
      `The first run makes it: ${commandLine(invocation, 'run', 'FILE', '--thread', 'ID', '--input', 'JSON')}`,
      'To use another one: --db PATH, or the environment variable CAIRN_DB.',
    ],
    details: { path: database },
  })
}

function isDirectory(path: string): CliError {
  return new CliError({
    code: 'DATABASE_UNREADABLE',
    exitCode: ExitCode.notFound,
    message: `${path} is a directory, not a database of threads.`,
    remedies: ['Give the path of a file: --db PATH'],
    details: { path },
  })
}

function unreadable(path: string, cause: unknown): CliError {
  const { code = 'DATABASE_UNREADABLE', message } = cause as { code?: string; message: string }
  return new CliError({
    code,
    exitCode: ExitCode.notFound,
    message,
    remedies: ['To use another one: --db PATH, or the environment variable CAIRN_DB.'],
    details: { path },
    cause,
  })
}
