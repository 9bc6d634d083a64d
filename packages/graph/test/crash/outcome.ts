import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import { STORE } from '@cairn/checkpoint'
import { type StoredThread, lineFaults, readThread, recordedTasks } from '@cairn/testing/crash'
import { differences } from './differences.ts'
import { type OpenedThread, type Setting, type ThreadFiles, openThread } from './open-thread.ts'

/** What became of a thread. */
export interface Outcome {
  readonly values: unknown
  /** Nodes that are due. */
  readonly next: readonly string[]
  readonly recorded: readonly string[]
}

/** Opens the thread for as long as `use` takes. */
export async function withThread<Result>(
  setting: Setting,
  files: ThreadFiles,
  use: (thread: OpenedThread) => Promise<Result>,
): Promise<Result> {
  const thread = openThread(setting, files)
  try {
    return await use(thread)
  } finally {
    thread.saver.close()
  }
}

export async function outcomeOf(setting: Setting, files: ThreadFiles): Promise<Outcome> {
  return withThread(setting, files, async ({ graph, config, saver }) => {
    const { values, next } = await graph.getState(config)
    const thread = await readThread(saver[STORE], files.threadId)
    return { values, next, recorded: recordedTasks(mayLagBehind(setting) ? withoutOrphans(thread) : thread) }
  })
}

export async function storedThread(setting: Setting, files: ThreadFiles): Promise<StoredThread> {
  return withThread(setting, files, ({ saver }) => readThread(saver[STORE], files.threadId))
}

/**
 * What a run that goes on with the thread can come to know of it: not the lines of nested graphs whose caller's
 * checkpoint was lost, because the saver lagged behind.
 */
export function reachable(setting: Setting, thread: StoredThread): StoredThread {
  if (!mayLagBehind(setting)) return thread
  const ids = new Set(thread.map(({ id }) => id))
  return thread.filter(({ metadata }) => Object.values(metadata.parents).every((id) => ids.has(id)))
}

/** A run goes on while its saver, which answers with promises, still writes. */
export function mayLagBehind({ durability, through }: Setting): boolean {
  return durability === 'async' && through === 'saver'
}

/** Without the lines of nested graphs whose task is unknown, because the checkpoint that it started from was lost. */
function withoutOrphans(thread: StoredThread): StoredThread {
  const known = new Set(thread.flatMap(({ writes }) => writes.map(([taskId]) => taskId)))
  return thread.filter(({ line: { namespace } }) =>
    namespace.split('|').every((part) => part === '' || known.has(part.split(':')[1]!)),
  )
}

/** What is wrong with the file, and with the line of checkpoints. */
export async function storageFaults(setting: Setting, files: ThreadFiles): Promise<string[]> {
  return [...integrityFaults(files.database), ...lineFaults(await storedThread(setting, files))]
}

function integrityFaults(path: string): string[] {
  const database = new Database(path)
  try {
    const found = database.pragma('integrity_check', { simple: true }) as string
    return found === 'ok' ? [] : [`integrity_check: ${found}`]
  } finally {
    database.close()
  }
}

export function outcomeFaults(expected: Outcome, { values, next, recorded }: Outcome): string[] {
  const faults = differences(expected.recorded, recorded)
  if (!isDeepStrictEqual(values, expected.values))
    faults.push(`ends with ${JSON.stringify(values)} instead of ${JSON.stringify(expected.values)}`)
  if (!isDeepStrictEqual(next, expected.next))
    faults.push(`ends before ${next.join()} instead of ${expected.next.join()}`)
  return faults
}
