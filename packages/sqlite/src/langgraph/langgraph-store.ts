import { isDeepStrictEqual } from 'node:util'
import { taskPaths } from '@cairn/checkpoint'
import {
  compareCodePoints,
  NULL_TASK_ID,
  SENDS,
  type CheckpointMetadata,
  type CheckpointOutline,
  type Line,
  type ListQuery,
  type SeenVersions,
  type Store,
  type StoredCheckpoint,
  type Version,
} from '@cairn/engine'
import {
  JsonPlusSerializer,
  maxChannelVersion,
  type SerializerProtocol,
} from '@langchain/langgraph-checkpoint'
import { StoreClosedError } from '../errors.ts'
import { LanggraphReadOnlyError, NotLanggraphDatabaseError, UnreadableRecordError } from './errors.ts'
import { hasLanggraphTables, LanggraphTables, type CheckpointRow, type WriteRow } from './langgraph-tables.ts'
import { UntouchedFile } from './untouched-file.ts'

export interface LanggraphStoreOptions {
  /** What the saver that wrote the database was given, if it was given one. Default: LangGraph's own. */
  readonly serde?: SerializerProtocol
}

/** The record of a checkpoint as LangGraph writes it, in any of its versions. */
interface LanggraphRecord {
  readonly v?: number
  readonly ts: string
  readonly channel_values?: Readonly<Record<string, unknown>>
  readonly channel_versions?: Readonly<Record<string, Version>>
  readonly versions_seen?: SeenVersions
}

/** Since this version of the record, the sends stand in a channel, and before it among the writes of the parent. */
const firstWithSends = 4

/** Behind the paths of tasks that are known, which begin with `~__pregel`. */
const unknownPath = '~langgraph'

/**
 * The threads in a database that LangGraph's SqliteSaver wrote, as it stands: for history, for what the command line
 * shows, and to be exported or imported. The file is never written.
 *
 * Writes are given in the order in which LangGraph applies them, as far as the database tells: that saver keeps no path
 * of a task, so it is found again from the checkpoint, whose hash the task's id is.
 */
export class LanggraphStore implements Store {
  /** As it was given. */
  readonly path: string
  readonly #file: UntouchedFile
  readonly #serde: SerializerProtocol
  #tables: { readonly of: object; readonly tables: LanggraphTables } | undefined

  /**
   * @throws {NotLanggraphDatabaseError} when the file does not hold the tables of that saver.
   * @throws {StoreError} when it cannot be opened.
   */
  static open(path: string, options: LanggraphStoreOptions = {}): LanggraphStore {
    const file = new UntouchedFile(path)
    try {
      if (!hasLanggraphTables(file.database)) throw new NotLanggraphDatabaseError(path)
      return new LanggraphStore(file, options)
    } catch (error) {
      file.close()
      throw error
    }
  }

  private constructor(file: UntouchedFile, { serde }: LanggraphStoreOptions) {
    this.path = file.path
    this.#file = file
    this.#serde = serde ?? new JsonPlusSerializer()
  }

  async load(line: Line, checkpointId?: string): Promise<StoredCheckpoint | undefined> {
    const tables = this.#openTables()
    const row = tables.checkpoint(line, checkpointId)
    if (row === undefined) return undefined
    // Before anything is awaited: they are of one moment with the checkpoint.
    const writes = tables.writes(line, row.id)
    const hasParent = row.parentId !== null && tables.has(line, row.parentId)
    const { checkpoint, version } = await this.#checkpoint(row, hasParent ? row.parentId : undefined)
    const hasSends = version >= firstWithSends || checkpoint.parentId === undefined
    const whole = hasSends ? checkpoint : withSends(checkpoint, await this.#sends(line, checkpoint.parentId))
    return this.#withWrites(whole, writes)
  }

  async *list(query: ListQuery): AsyncGenerator<StoredCheckpoint, void, undefined> {
    const conditions = Object.entries(query.filter ?? {})
    let left = query.limit ?? Infinity
    for (const { line, id } of this.outline(query)) {
      if (left <= 0) return
      const checkpoint = await this.load(line, id)
      const isWanted = conditions.every(([key, value]) => isDeepStrictEqual(checkpoint?.metadata[key], value))
      if (checkpoint === undefined || !isWanted) continue
      left--
      yield checkpoint
    }
  }

  *outline(query: Pick<ListQuery, 'threadId' | 'namespace' | 'before'>): Generator<CheckpointOutline, void> {
    for (const { threadId, namespace, id, parentId } of this.#openTables().outline(query)) {
      yield { line: { threadId, namespace }, id, parentId: parentId ?? undefined }
    }
  }

  /** @throws {LanggraphReadOnlyError} always. */
  commit(): never {
    throw new LanggraphReadOnlyError(this.path)
  }

  /** @throws {LanggraphReadOnlyError} always. */
  deleteThread(): never {
    throw new LanggraphReadOnlyError(this.path)
  }

  close(): void {
    this.#file.close()
  }

  #openTables(): LanggraphTables {
    if (!this.#file.isOpen) throw new StoreClosedError(this.path)
    const { database } = this.#file
    if (this.#tables?.of !== database) this.#tables = { of: database, tables: new LanggraphTables(database) }
    return this.#tables.tables
  }

  /** Without its writes. */
  async #checkpoint(
    row: CheckpointRow,
    parentId: string | undefined,
  ): Promise<{ checkpoint: StoredCheckpoint; version: number }> {
    const [record, metadata] = await Promise.all([
      this.#decode(row, row.type, row.checkpoint, 'checkpoint') as Promise<LanggraphRecord>,
      this.#decode(row, row.type, row.metadata, 'metadata') as Promise<CheckpointMetadata>,
    ])
    const checkpoint: StoredCheckpoint = {
      line: { threadId: row.threadId, namespace: row.namespace },
      id: row.id,
      parentId,
      createdAt: record.ts,
      metadata,
      values: record.channel_values ?? {},
      versions: record.channel_versions ?? {},
      seen: record.versions_seen ?? {},
      writes: [],
    }
    return { checkpoint, version: record.v ?? firstWithSends }
  }

  async #withWrites(checkpoint: StoredCheckpoint, rows: readonly WriteRow[]): Promise<StoredCheckpoint> {
    if (rows.length === 0) return checkpoint
    const paths = pathsOf(checkpoint, rows)
    const ordered = rows.toSorted(
      (left, right) =>
        compareCodePoints(paths.get(left.taskId)!, paths.get(right.taskId)!) ||
        compareCodePoints(left.taskId, right.taskId) ||
        left.position - right.position,
    )
    const at = { ...checkpoint.line, id: checkpoint.id }
    const values = await Promise.all(
      ordered.map(({ type, value, channel }) => this.#decode(at, type, value ?? '', channel)),
    )
    return {
      ...checkpoint,
      writes: ordered.map(({ taskId, channel }, index) => [taskId, channel, values[index]] as const),
      taskPaths: Object.fromEntries(paths),
    }
  }

  /** What the parent's tasks sent. */
  async #sends(line: Line, parentId: string): Promise<unknown[]> {
    const tables = this.#openTables()
    const rows = tables.writes(line, parentId)
    const { checkpoint } = await this.#checkpoint(tables.checkpoint(line, parentId)!, undefined)
    const { writes } = await this.#withWrites(checkpoint, rows)
    return writes.filter(([, channel]) => channel === SENDS).map(([, , value]) => value)
  }

  async #decode(
    { threadId, id }: { readonly threadId: string; readonly id: string },
    type: string | null,
    data: Buffer | string,
    part: string,
  ): Promise<unknown> {
    try {
      return await this.#serde.loadsTyped(type ?? 'json', data)
    } catch (error) {
      throw new UnreadableRecordError(this.path, threadId, id, part, type ?? 'json', error)
    }
  }
}

function withSends(checkpoint: StoredCheckpoint, sends: readonly unknown[]): StoredCheckpoint {
  const versions = Object.values(checkpoint.versions)
  return {
    ...checkpoint,
    values: { ...checkpoint.values, [SENDS]: sends },
    versions: { ...checkpoint.versions, [SENDS]: versions.length === 0 ? 1 : maxChannelVersion(...versions) },
  }
}

/** Task id → path, of the tasks that wrote. What belongs to no task comes first, as it is applied first. */
function pathsOf(checkpoint: StoredCheckpoint, rows: readonly WriteRow[]): Map<string, string> {
  const known = taskPaths(checkpoint)
  const paths = new Map<string, string>()
  for (const { taskId, number } of rows.toSorted((left, right) => left.number - right.number)) {
    if (paths.has(taskId)) continue
    const isOfNoTask = taskId === NULL_TASK_ID || !taskId.includes('-')
    const fallback = isOfNoTask ? '' : `${unknownPath}, ${String(number).padStart(10, '0')}`
    paths.set(taskId, known.get(taskId) ?? fallback)
  }
  return paths
}
