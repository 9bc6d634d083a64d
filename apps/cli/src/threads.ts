// The one place that knows where threads are kept.
import { existsSync, statSync } from 'node:fs'
import { STORE, StoreSaver } from '@cairn/checkpoint'
import type { Store } from '@cairn/engine'
import type { ExportOptions, ImportOptions } from '@cairn/engine/transfer'
import { SqliteSaver } from '@cairn/sqlite'
import { isLanggraphDatabase, LanggraphStore } from '@cairn/sqlite/langgraph'
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
  /** What people said about a thread, where the database keeps it. */
  readonly labelsOf?: NonNullable<ExportOptions['labelsOf']>
  readonly setLabels?: NonNullable<ImportOptions['setLabels']>
  close(): void
}

/** Which database, and how the next call names it. */
interface Place {
  readonly database: string
  readonly invocation: Invocation
}

/** Opens the database of threads for runs; a missing one is made. */
export function openThreads(place: Place): Threads {
  return openToWrite(place)
}

/** Opens a database that must be there already, to go on with a thread in it. */
export function openExistingThreads(place: Place): Threads {
  return existsSync(place.database) ? openToWrite(place) : missingDatabase(place)
}

/** Opens a database that must be there already, to look into it: one of LangGraph's SqliteSaver is read as it is. */
export function openThreadsToRead(place: Place): Threads {
  const { database } = place
  if (!existsSync(database)) return missingDatabase(place)
  return isLanggraphDatabase(database) ? openLanggraphThreads(database) : open(database, { readOnly: true })
}

/** Opens a database of LangGraph's SqliteSaver, to look into it. */
export function openLanggraphThreads(path: string): Threads {
  try {
    const store = LanggraphStore.open(path)
    return { path, saver: new StoreSaver(store), store, close: () => store.close() }
  } catch (error) {
    throw unreadable(path, error)
  }
}

function openToWrite({ database, invocation }: Place): Threads {
  if (!isLanggraphDatabase(database)) return open(database, { readOnly: false })
  throw new CliError({
    code: 'LANGGRAPH_DATABASE',
    exitCode: ExitCode.notFound,
    message: `${database} is a database of LangGraph's SqliteSaver, which is only read.`,
    remedies: [
      `To go on with its threads, import them: ${commandLine({ ...invocation, database: undefined }, 'import', '--langgraph', database, '--db', 'threads.db')}`,
    ],
    details: { path: database },
  })
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
