// Reads what retention has to know of a thread: its checkpoints in all lines, and what lies beside them.
import { applyHead, parseHead, sourceOf } from '../checkpoint-head.ts'
import { type CheckpointState, emptyState } from '../checkpoint-state.ts'
import { type CompactId, expandId } from '../compact-id.ts'
import type { CheckpointEntry } from '../entries.ts'
import type { LineRow } from '../lines.ts'
import type { NameTable } from '../names.ts'
import type { CheckpointNode } from '../retention/checkpoint-node.ts'
import { isUnfinished } from '../retention/unfinished.ts'
import type { HousekeepingTables } from './housekeeping-tables.ts'
import { parseMetadata, type StoredMetadata } from './stored-metadata.ts'
import type { EntryKey } from './thread-rows.ts'
import type { TimeSlices } from './time-slices.ts'

/** Rows that are looked for at a time. */
const pageLength = 200

export interface ScannedCheckpoint {
  readonly line: ScannedLine
  readonly storedId: CompactId
  readonly node: CheckpointNode
  /** How many tasks have written beside it. */
  readonly taskCount: number
  /** What its entry and those of its tasks take, about. */
  readonly bytes: number
}

export interface ScannedLine {
  readonly row: LineRow
  /** By id, in the order of the ids. */
  readonly checkpoints: ReadonlyMap<string, ScannedCheckpoint>
}

type Tables = Pick<HousekeepingTables, 'entries' | 'names' | 'rows'>

/** Within a transaction that lasts until it is done. */
export async function scanLine(row: LineRow, tables: Tables, slices: TimeSlices): Promise<ScannedLine> {
  const scan = new LineScan(row, tables)
  let page = tables.rows.entries(row.id, pageLength)
  while (page.length > 0) {
    for (const key of page) {
      scan.add(key)
      if (slices.isOver) await slices.next()
    }
    page = tables.rows.entries(row.id, pageLength, page.at(-1))
  }
  return await scan.line(slices)
}

interface Found {
  readonly storedId: CompactId
  /** Absent for writes whose checkpoint is not there. */
  outline?: Outline
  readonly writes: (readonly [taskId: string, channel: string])[]
  taskCount: number
  bytes: number
}

type Outline = Pick<CheckpointNode, 'parentId' | 'createdAtMs' | 'step'>

class LineScan {
  readonly #row: LineRow
  readonly #tables: Tables
  readonly #found = new Map<string, Found>()
  readonly #metadataOf = new Map<string, StoredMetadata>()
  readonly #deltas = new Set<string>()
  /** Checkpoints that a superstep went on from. */
  readonly #passed = new Set<string>()
  /** Most checkpoints have the metadata of the one before. */
  #last: { readonly text: string; readonly metadata: StoredMetadata } | undefined

  constructor(row: LineRow, tables: Tables) {
    this.#row = row
    this.#tables = tables
  }

  add({ checkpoint, task, isCheckpoint, bytes }: EntryKey): void {
    const { entries, names } = this.#tables
    const id = expandId(checkpoint)
    let found = this.#found.get(id)
    if (found === undefined) {
      found = { storedId: checkpoint, writes: [], taskCount: 0, bytes: 0 }
      this.#found.set(id, found)
    }
    found.bytes += bytes
    if (isCheckpoint) {
      found.outline = this.#outline(id, entries.checkpoint(this.#row.id, checkpoint)!)
      return
    }
    found.taskCount++
    const taskId = expandId(task)
    const { head } = entries.task(this.#row.id, checkpoint, task)!
    for (const channel of channelsOf(head, names)) found.writes.push([taskId, channel])
  }

  async line(slices: TimeSlices): Promise<ScannedLine> {
    const checkpoints = new Map<string, ScannedCheckpoint>()
    const line: ScannedLine = { row: this.#row, checkpoints }
    for (const [id, { storedId, outline, writes, taskCount, bytes }] of this.#found) {
      if (outline === undefined) continue
      const metadata = this.#metadataOf.get(id)!
      const node: CheckpointNode = {
        namespace: this.#row.namespace,
        id,
        ...outline,
        callers: metadata.callers,
        isUnfinished: isUnfinished(writes, this.#passed.has(id)),
        ...(this.#deltas.size === 0 ? withoutDeltas : this.#deltasAt(storedId, metadata)),
      }
      checkpoints.set(id, { line, storedId, node, taskCount, bytes })
      if (slices.isOver) await slices.next()
    }
    return line
  }

  #outline(id: string, entry: CheckpointEntry): Outline {
    const { parent, created, data } = entry
    const [source, step, length] = parseHead(entry.head)
    const parentId = parent === null ? undefined : expandId(parent)
    const inherited = length < 0 && parentId !== undefined ? this.#metadataOf.get(parentId) : undefined
    const text =
      length < 0 && inherited === undefined
        ? stateOf(this.#row.id, entry, this.#tables).metadata
        : data.slice(1, 1 + length)
    this.#metadataOf.set(id, inherited ?? this.#metadata(text))
    if (parentId !== undefined && sourceOf(source) === 'loop') this.#passed.add(parentId)
    return {
      parentId,
      createdAtMs: typeof created === 'number' ? created : Date.parse(created),
      step: step ?? undefined,
    }
  }

  #metadata(text: string): StoredMetadata {
    if (this.#last?.text === text) return this.#last.metadata
    const metadata = parseMetadata(text)
    for (const channel of metadata.deltas) this.#deltas.add(channel)
    this.#last = { text, metadata }
    return metadata
  }

  #deltasAt(
    storedId: CompactId,
    { deltas, isVersioned }: StoredMetadata,
  ): Pick<CheckpointNode, 'needs' | 'holds'> {
    const entry = this.#tables.entries.checkpoint(this.#row.id, storedId)!
    const { values, versions } = stateOf(this.#row.id, entry, this.#tables)
    return {
      // A channel that has no version was never written, unless the thread is older than versions of such writes.
      needs: deltas.filter((channel) => !values.has(channel) && (versions.has(channel) || !isVersioned)),
      holds: [...this.#deltas].filter((channel) => values.has(channel)),
    }
  }
}

const withoutDeltas = { needs: [], holds: [] }

/**
 * What an entry leads to, with those before it, back to one that holds a whole checkpoint.
 * @throws {TypeError} when one of them is missing or damaged.
 */
export function stateOf(
  line: number,
  entry: CheckpointEntry,
  { entries, names }: Pick<Tables, 'entries' | 'names'>,
): CheckpointState {
  const chain = [entry]
  for (let at = entry; at.depth > 0;) {
    const before = at.parent === null ? undefined : entries.checkpoint(line, at.parent)
    // Those before have less depth, so this ends.
    if (before === undefined || before.depth >= at.depth) {
      throw new TypeError('a checkpoint that it builds on is missing')
    }
    chain.push((at = before))
  }
  const state = emptyState()
  for (const each of chain.toReversed()) applyHead(state, parseHead(each.head), each.data, names)
  return state
}

/** `head` has `position, channel, place` for each write. */
function channelsOf(head: string, names: NameTable): string[] {
  return (JSON.parse(head) as number[]).flatMap((number, at) => (at % 3 === 1 ? names.textOf(number) : []))
}
