// The one place that knows where threads are kept.
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { STORE, StoreSaver } from '@cairn/checkpoint'
import type { Store } from '@cairn/engine'
import type { ExportOptions, ImportOptions } from '@cairn/engine/transfer'
import {
  SqliteSaver,
  type FoundThread,
  type FoundThreads,
  type ThreadIndex,
  type ThreadQuery,
} from '@cairn/sqlite'
import { isLanggraphDatabase, LanggraphStore } from '@cairn/sqlite/langgraph'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import {
  countedNames,
  namesOf,
  nextNodes,
  statusOf,
  viewCheckpoint,
  viewHead,
  type CheckpointView,
} from './checkpoint-view.ts'
import { CliError } from './cli-error.ts'
import { commandLine, quoted, type Invocation } from './command-line.ts'
import { ExitCode } from './exit-code.ts'
import { rememberedGraph } from './graph-memory.ts'
import { nearestNames } from './nearest.ts'
import { storedKeys } from './stored-keys.ts'

export interface Threads {
  /** As it was given. */
  readonly path: string
  /** What LangGraph's interface gives of them. */
  readonly saver: BaseCheckpointSaver
  readonly store: Store
  /** What people said about a thread, where the database keeps it. */
  readonly labelsOf?: NonNullable<ExportOptions['labelsOf']>
  readonly setLabels?: NonNullable<ImportOptions['setLabels']>
  /** Labels of threads and a search over them; not in databases of LangGraph. */
  readonly index?: ThreadIndex
  close(): void
}

/** Which database, and how the next call names it. */
interface Place {
  readonly database: string
  readonly invocation: Invocation
  /** Path of the file with the keys of the database. */
  readonly keyFile: string | undefined
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
  return isLanggraphDatabase(database) ? openLanggraphThreads(database) : open(place, { readOnly: true })
}

/**
 * Opens a database that must be there already, to search it. Where it may be written, what was found out is kept in it
 * for the next search.
 */
export function openThreadsToSearch(place: Place): Threads {
  const { database } = place
  if (!existsSync(database) || isLanggraphDatabase(database)) return openThreadsToRead(place)
  return open(place, { readOnly: !isWritable(database) })
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    accessSync(dirname(resolve(path)), constants.W_OK)
    return true
  } catch {
    return false
  }
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

function openToWrite(place: Place): Threads {
  const { database, invocation } = place
  if (!isLanggraphDatabase(database)) return open(place, { readOnly: false })
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

function open({ database: path, keyFile }: Place, options: { readonly readOnly: boolean }): Threads {
  if (existsSync(path) && statSync(path).isDirectory()) throw isDirectory(path)
  try {
    const saver = SqliteSaver.open(path, { ...options, ...storedKeys(keyFile) })
    return {
      path,
      saver,
      store: saver[STORE],
      index: saver.threads,
      labelsOf: (threadId) => saver.threads.labels(threadId),
      setLabels(threadId, { tags, metadata }) {
        saver.threads.tag(threadId, ...tags)
        saver.threads.setMetadata(threadId, metadata)
      },
      close: () => saver.close(),
    }
  } catch (error) {
    throw error instanceof CliError ? error : unreadable(path, error)
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
  const names = threads.index?.ids() ?? [...(await threadIds(threads.store))]
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

export interface ThreadSummary extends Pick<FoundThread, 'status' | 'step' | 'tags' | 'metadata' | 'match'> {
  readonly threadId: string
  /** Every node of the next superstep; `name ×3` for one that has several tasks. */
  readonly tasks: readonly string[]
  /** Those that have not finished. */
  readonly next: readonly string[]
  /** ISO 8601, UTC. */
  readonly updatedAt: string
  /** Id of the newest checkpoint. */
  readonly checkpointId: string
  /** `FILE#export` with an absolute path, when the thread remembers it. */
  readonly graph: string | undefined
}

export interface ThreadPage {
  readonly threads: readonly ThreadSummary[]
  /** For the next page. */
  readonly cursor?: string
}

/** All threads, the one with the newest checkpoint first. */
export async function listThreads(threads: Threads): Promise<readonly ThreadSummary[]> {
  if (threads.index === undefined) return await headsOf(threads)
  const found: ThreadSummary[] = []
  let page: ThreadPage = { threads: [] }
  do {
    const { cursor } = page
    page = await findThreads(threads, { limit: pageLength, ...(cursor !== undefined && { cursor }) })
    found.push(...page.threads)
  } while (page.cursor !== undefined)
  return found
}

/** The threads for which all of the query holds. */
export async function findThreads({ index, path }: Threads, query: ThreadQuery): Promise<ThreadPage> {
  if (index === undefined) throw cannotSearch(path)
  const { threads, cursor } = await search(index, query)
  return {
    threads: threads.map((found) => ({
      ...found,
      threadId: found.id,
      tasks: countedNames(found.tasks),
      next: countedNames(found.next),
      graph: rememberedGraph(found.checkpointMetadata, path),
    })),
    ...(cursor !== undefined && { cursor }),
  }
}

/** Threads that are listed at a time. */
const pageLength = 500

async function search(index: ThreadIndex, query: ThreadQuery): Promise<FoundThreads> {
  try {
    return await index.search(query)
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string }
    if (code !== 'THREAD_QUERY' && code !== 'TEXT_SEARCH_ENCRYPTED') throw error
    throw new CliError({ code, exitCode: ExitCode.usage, message, cause: error })
  }
}

/** In a database without an index, such as LangGraph's: what the newest checkpoint of each thread says. */
async function headsOf({ store, saver, path }: Threads): Promise<ThreadSummary[]> {
  const heads: ThreadSummary[] = []
  for (const threadId of await threadIds(store)) {
    const tuple = await saver.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '' } })
    if (tuple === undefined) continue
    const head = viewCheckpoint(tuple)
    heads.push({
      threadId,
      status: statusOf(head),
      step: head.step,
      tasks: namesOf(head.tasks),
      next: nextNodes(head),
      updatedAt: head.createdAt,
      checkpointId: head.id,
      tags: [],
      metadata: {},
      graph: rememberedGraph(head.metadata, path),
    })
  }
  return heads
}

/** The one with the newest checkpoint first. */
async function threadIds(store: Store): Promise<Set<string>> {
  const ids = new Set<string>()
  const query = { namespace: '' }
  for await (const { line } of store.outline?.(query) ?? store.list(query)) ids.add(line.threadId)
  return ids
}

/** The graph of a thread: what its newest checkpoint that remembers one says. */
export async function recallGraph({ saver, path }: Threads, threadId: string): Promise<string | undefined> {
  for await (const tuple of saver.list({ configurable: { thread_id: threadId, checkpoint_ns: '' } })) {
    const graph = rememberedGraph(tuple.metadata, path)
    if (graph !== undefined) return graph
  }
  return undefined
}

function cannotSearch(path: string): CliError {
  return new CliError({
    code: 'LANGGRAPH_DATABASE',
    exitCode: ExitCode.usage,
    message: `${path} is a database of LangGraph's SqliteSaver, which has no labels and no index.`,
    remedies: [
      'To list its threads: cairn threads',
      `To search them, import them: cairn import --langgraph ${quoted(path)} --db threads.db`,
    ],
    details: { path },
  })
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
    remedies: [
      ...(code === 'STORE_KEY_MISSING'
        ? ['To give its keys: --key-file PATH, or the environment variable CAIRN_KEY_FILE.']
        : []),
      'To use another one: --db PATH, or the environment variable CAIRN_DB.',
    ],
    details: { path },
    cause,
  })
}
