import { createHash, type Hash } from 'node:crypto'
import type { Codec } from '../codec/codec.ts'
import { createCodec } from '../codec/create-codec.ts'
import { compareCodePoints } from '../code-point-order.ts'
import type { Awaitable, CheckpointOutline, Line, Store, StoredCheckpoint } from '../store.ts'
import { checkpointRecord, type Snapshot, snapshotOf } from './checkpoint-difference.ts'
import { EXPORT_VERSION, lineOf, type ExportRecord, type WritesRecord } from './export-format.ts'
import type { Json } from './json-edit.ts'

/** What people said about a thread. */
export interface ThreadLabels {
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, Json>>
}

export interface ExportOptions {
  /** Ids of the threads to export; those that the store does not have are left out. Default: all, by id. */
  readonly threads?: Iterable<string>
  /** Writes the values as text. It needs the extensions of the store's own. Default: a codec without any. */
  readonly codec?: Codec
  /** What is to be exported of a thread besides its checkpoints. */
  readonly labelsOf?: (threadId: string) => Awaitable<ThreadLabels>
}

/**
 * Threads as JSON Lines, with all they have: lines of nested graphs, forks, pending writes. Each chunk is one line with
 * its end, so that it can be piped into a file. In memory are two checkpoints at a time, and the ids of one line.
 *
 * A thread that is written to meanwhile is exported as far as it was when its turn came.
 * @throws {UnserialisableValueError} for a value that `codec` does not know.
 */
export async function* exportThreads(
  store: Store,
  options: ExportOptions = {},
): AsyncGenerator<string, void, undefined> {
  const codec = options.codec ?? createCodec()
  yield lineOf({ type: 'cairn-export', version: EXPORT_VERSION })
  let threads = 0
  for (const id of options.threads ?? (await threadIds(store))) {
    const namespaces = await namespacesOf(store, id)
    if (namespaces.length === 0) continue
    const thread = new ThreadText()
    const labels = await options.labelsOf?.(id)
    yield thread.add({
      type: 'thread',
      id,
      ...(labels !== undefined && labels.tags.length > 0 && { tags: labels.tags }),
      ...(labels !== undefined && Object.keys(labels.metadata).length > 0 && { metadata: labels.metadata }),
    })
    const shapes = new Set<string>()
    for (const namespace of namespaces) {
      yield thread.add({ type: 'line', namespace })
      for await (const record of lineRecords(store, { threadId: id, namespace }, codec, shapes))
        yield thread.add(record)
    }
    yield thread.end()
    threads++
  }
  yield lineOf({ type: 'end', threads })
}

/** Counts and sums up the lines of one thread. */
class ThreadText {
  readonly #hash: Hash = createHash('sha256')
  #checkpoints = 0
  #writes = 0

  add(record: ExportRecord): string {
    const line = lineOf(record)
    this.#hash.update(line)
    if (record.type === 'checkpoint') this.#checkpoints++
    if (record.type === 'writes') this.#writes += record.writes.length
    return line
  }

  end(): string {
    const [checkpoints, writes] = [this.#checkpoints, this.#writes]
    return lineOf({ type: 'thread-end', checkpoints, writes, sha256: this.#hash.digest('hex') })
  }
}

function outlineOf(
  store: Store,
  query: Partial<Line>,
): Iterable<CheckpointOutline> | AsyncIterable<CheckpointOutline> {
  return store.outline?.(query) ?? store.list(query)
}

async function threadIds(store: Store): Promise<string[]> {
  const ids = new Set<string>()
  for await (const { line } of outlineOf(store, {})) ids.add(line.threadId)
  return [...ids].toSorted(compareCodePoints)
}

/** The thread's own first. */
async function namespacesOf(store: Store, threadId: string): Promise<string[]> {
  const namespaces = new Set<string>()
  for await (const { line } of outlineOf(store, { threadId })) namespaces.add(line.namespace)
  return [...namespaces].toSorted(compareCodePoints)
}

/** @param shapes hashes of those that were exported with the thread already */
async function* lineRecords(
  store: Store,
  line: Line,
  codec: Codec,
  shapes: Set<string>,
): AsyncGenerator<ExportRecord> {
  let last: Snapshot | undefined
  for (const [id, parentId] of await parentsFirst(store, line)) {
    const stored = await store.load(line, id)
    // Deleted meanwhile.
    if (stored === undefined) continue
    const snapshot = snapshotOf(stored, codec, last)
    const parent = last?.id === parentId ? last : await loadSnapshot(store, line, parentId, codec)
    if (stored.shape !== undefined && !shapes.has(stored.shape.hash)) {
      shapes.add(stored.shape.hash)
      yield { type: 'shape', hash: stored.shape.hash, shape: JSON.parse(stored.shape.text) as Json }
    }
    yield checkpointRecord(snapshot, parent)
    yield* writesRecords(stored, codec)
    last = snapshot
  }
}

async function loadSnapshot(
  store: Store,
  line: Line,
  id: string | undefined,
  codec: Codec,
): Promise<Snapshot | undefined> {
  const stored = id === undefined ? undefined : await store.load(line, id)
  return stored === undefined ? undefined : snapshotOf(stored, codec)
}

/** Ids, each with its parent's where the line holds it, in the order in which they were made. */
async function parentsFirst(store: Store, line: Line): Promise<[id: string, parentId: string | undefined][]> {
  const parents = new Map<string, string | undefined>()
  for await (const { id, parentId } of outlineOf(store, line)) parents.set(id, parentId)
  const ordered = new Set<string>()
  for (const oldest of [...parents.keys()].toReversed()) {
    // A parent sorts before its child, but for those that were copied from elsewhere.
    const missing: string[] = []
    for (let id: string | undefined = oldest; id !== undefined && parents.has(id); id = parents.get(id)) {
      if (ordered.has(id) || missing.includes(id)) break
      missing.push(id)
    }
    for (const id of missing.toReversed()) ordered.add(id)
  }
  return [...ordered].map((id) => {
    const parentId = parents.get(id)
    return [id, parentId !== undefined && parents.has(parentId) ? parentId : undefined]
  })
}

function writesRecords({ writes, taskPaths }: StoredCheckpoint, codec: Codec): WritesRecord[] {
  const byTask = new Map<string, [channel: string, value: Json][]>()
  for (const [taskId, channel, value] of writes) {
    const own = byTask.get(taskId) ?? []
    own.push([channel, JSON.parse(codec.encode(value)) as Json])
    byTask.set(taskId, own)
  }
  return [...byTask].map(([task, own]) => {
    const path = taskPaths !== undefined && Object.hasOwn(taskPaths, task) ? taskPaths[task] : undefined
    return { type: 'writes', task, ...(path !== undefined && { path }), writes: own }
  })
}
