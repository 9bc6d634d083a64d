// Takes the rows of `value` out that nothing refers to any more. Rows are marked as they stand at one moment; what
// nobody refers to then nobody can come to refer to later, unless he remembers it from before the generation of the
// thread was advanced, and whoever finds that it was forgets all rows.
import { crc32 } from 'node:zlib'
import { type CompactId, expandId } from '../compact-id.ts'
import type { Connection } from '../connection.ts'
import type { HousekeepingTables } from './housekeeping-tables.ts'
import { rowsOfCheckpoint, rowsOfNode, rowsOfPlace, rowsOfTask } from './row-references.ts'
import { type ScannedCheckpoint, stateOf } from './thread-scan.ts'
import type { EntryKey } from './thread-rows.ts'
import type { ThreadVersion } from './thread-version.ts'
import type { TimeSlices } from './time-slices.ts'
import { writeWhenFree } from './write-when-free.ts'

const pageLength = 200

/** Rows that nothing refers to. */
export interface DeadRows {
  readonly rows: readonly number[]
  readonly bytes: number
}

interface Marking {
  readonly tables: HousekeepingTables
  readonly threadId: string
  readonly thread: number
  readonly slices: TimeSlices
}

/**
 * Within a transaction that lasts until it is done.
 * @param gone checkpoints that are there still, but are looked at as if they were not
 */
export async function findDeadRows(
  { tables, threadId, thread, slices }: Marking,
  gone: ReadonlySet<string> = new Set(),
): Promise<DeadRows> {
  const { lines, rows } = tables
  const marks = new Marks(tables, gone)
  for (const { id: line } of lines.matching(threadId, undefined)) {
    let page = rows.entries(line, pageLength)
    while (page.length > 0) {
      for (const key of page) {
        marks.addEntry(line, key)
        if (slices.isOver) await slices.next()
      }
      page = rows.entries(line, pageLength, page.at(-1))
    }
  }
  const dead: number[] = []
  let bytes = 0
  let page = rows.values(thread, pageLength, 0)
  while (page.length > 0) {
    for (const value of page) {
      if (marks.has(value.row)) continue
      dead.push(value.row)
      bytes += value.bytes
    }
    await slices.rest()
    page = rows.values(thread, pageLength, page.at(-1)!.row)
  }
  return { rows: dead, bytes }
}

/** Names for the checkpoints that are looked at as gone. */
export async function goneKeys(
  checkpoints: readonly ScannedCheckpoint[],
  slices: TimeSlices,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  for (const { line, storedId } of checkpoints) {
    keys.add(goneKey(line.row.id, storedId))
    if (slices.isOver) await slices.next()
  }
  return keys
}

function goneKey(line: number, checkpoint: CompactId): string {
  return `${line} ${expandId(checkpoint)}`
}

class Marks {
  readonly #tables: HousekeepingTables
  readonly #gone: ReadonlySet<string>
  readonly #marked = new Set<number>()

  constructor(tables: HousekeepingTables, gone: ReadonlySet<string>) {
    this.#tables = tables
    this.#gone = gone
  }

  has(row: number): boolean {
    return this.#marked.has(row)
  }

  addEntry(line: number, { checkpoint, task, isCheckpoint }: EntryKey): void {
    const { entries } = this.#tables
    if (this.#gone.has(goneKey(line, checkpoint))) return
    if (!isCheckpoint) {
      const { head, data } = entries.task(line, checkpoint, task)!
      this.#add(rowsOfTask(head, data))
      return
    }
    const entry = entries.checkpoint(line, checkpoint)!
    const isLeftAlone =
      entry.depth > 0 && entry.parent !== null && this.#gone.has(goneKey(line, entry.parent))
    if (!isLeftAlone) this.#add(rowsOfCheckpoint(entry.head, entry.data))
    else {
      // What it has from those before it would have to stay.
      for (const place of stateOf(line, entry, this.#tables).values.values()) this.#add(rowsOfPlace(place))
    }
  }

  /** Marks these rows, and those that they refer to. */
  #add(rows: readonly number[]): void {
    const open = [...rows]
    for (let row = open.pop(); row !== undefined; row = open.pop()) {
      if (this.#marked.has(row)) continue
      this.#marked.add(row)
      if (!this.#tables.rows.isNode(row)) continue
      const node = this.#tables.values.read(row, crc32)
      if (node !== undefined) open.push(...rowsOfNode(node.text))
    }
  }
}

/**
 * Takes the rows out, a few in each transaction.
 * @throws {ThreadChangedError} when they have to be looked for anew
 */
export async function deleteRows(
  connection: Connection,
  { tables, slices }: Pick<Marking, 'tables' | 'slices'>,
  version: ThreadVersion,
  { rows }: DeadRows,
): Promise<void> {
  const left = [...rows]
  do {
    await writeWhenFree(connection, () => {
      version.assertUnchanged()
      while (left.length > 0) {
        tables.rows.deleteValue(version.thread, left.pop()!)
        if (slices.isOver) break
      }
      version.advance({ leavesValues: left.length > 0 })
    })
    await slices.next()
  } while (left.length > 0)
}
