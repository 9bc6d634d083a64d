// Takes checkpoints out of a line, a few in each transaction, beside whoever runs its thread.
//   P1. After each transaction every checkpoint that is left is what it was, but for its parent: that is the nearest
//       ancestor that is left. Its id, values, writes and all else stay.
//   P2. A transaction first looks whether the line is as it was scanned. If somebody has branched off in the
//       meantime, or written beside a checkpoint that is to go, it changes nothing.
import { crc32 } from 'node:zlib'
import { type Placing, packWhole, parseHead, sourceOf } from '../checkpoint-head.ts'
import { expandId } from '../compact-id.ts'
import type { Connection } from '../connection.ts'
import type { HousekeepingTables } from './housekeeping-tables.ts'
import { LineTree } from './line-tree.ts'
import { type ScannedCheckpoint, type ScannedLine, stateOf } from './thread-scan.ts'
import { ThreadChangedError, type ThreadVersion } from './thread-version.ts'
import type { TimeSlices } from './time-slices.ts'
import { writeWhenFree } from './write-when-free.ts'

interface Removing {
  readonly connection: Connection
  readonly tables: HousekeepingTables
  readonly version: ThreadVersion
  readonly slices: TimeSlices
  /** These are gone for good. */
  onRemoved(checkpoints: readonly ScannedCheckpoint[]): void
}

/** @throws {ThreadChangedError} when the thread has to be scanned anew; what is gone by then was to go. */
export async function removeCheckpoints(
  line: ScannedLine,
  removed: readonly ScannedCheckpoint[],
  removing: Removing,
): Promise<void> {
  const { connection, tables, version, slices } = removing
  // The newest first: whatever is whole then is never made whole again for the next one.
  const left = removed.toSorted((one, other) => (one.node.id < other.node.id ? -1 : 1))
  const removal = new Removal(line, await LineTree.of(line, slices), tables)
  while (left.length > 0) {
    const gone: ScannedCheckpoint[] = []
    await writeWhenFree(connection, () => {
      version.assertUnchanged()
      removal.assertNothingAppended()
      // Others may have added values since.
      tables.values.forget()
      do {
        const checkpoint = left.pop()!
        removal.remove(checkpoint)
        gone.push(checkpoint)
      } while (left.length > 0 && !slices.isOver)
      if (left.length === 0) tables.rows.deleteLineIfEmpty(line.row.id)
      version.advance({ leavesValues: true })
    })
    removing.onRemoved(gone)
    await slices.next()
  }
}

class Removal {
  readonly #line: ScannedLine
  readonly #tables: HousekeepingTables
  readonly #tree: LineTree
  /** Of the checkpoints that are left, and of others after which the last one is left. */
  readonly #ids: string[]
  readonly #placing: Placing

  constructor(line: ScannedLine, tree: LineTree, tables: HousekeepingTables) {
    this.#line = line
    this.#tables = tables
    this.#tree = tree
    this.#ids = [...line.checkpoints.keys()]
    this.#placing = {
      placeOf: () => {
        throw new TypeError('a checkpoint that is in the file has a place for each of its values')
      },
      rowOf: (text) => tables.values.insert(line.row.thread, { text, sum: crc32(text) }),
    }
  }

  /** The end of a nested call may be among those to go, so nobody may have gone on from there. */
  assertNothingAppended(): void {
    const { row } = this.#line
    if (!row.namespace.includes(':')) return
    while (this.#ids.length > 0 && this.#tree.get(this.#ids.at(-1)!) === undefined) this.#ids.pop()
    const [newest] = this.#tables.entries.newest(row, 1)
    const found = newest === undefined ? undefined : expandId(newest.id)
    if (found !== this.#ids.at(-1)) throw new ThreadChangedError()
  }

  remove({ storedId, node, taskCount }: ScannedCheckpoint): void {
    const { rows } = this.#tables
    const { id: line } = this.#line.row
    if (rows.countTasks(line, storedId) !== taskCount) throw new ThreadChangedError()
    const parentId = this.#tree.parentOf(node.id)
    const parent = parentId === undefined ? null : (this.#tree.get(parentId)?.storedId ?? null)
    for (const child of this.#tree.childrenOf(node.id)) this.#moveTo(parent, child)
    rows.deleteCheckpoint(line, storedId)
    this.#tree.remove(node.id)
  }

  /** Gives a checkpoint another parent. What it took from the one before it holds itself from now on. */
  #moveTo(parent: ScannedCheckpoint['storedId'] | null, { storedId }: ScannedCheckpoint): void {
    const { entries, names } = this.#tables
    const { id: line } = this.#line.row
    const entry = entries.checkpoint(line, storedId)
    if (entry === undefined) throw new ThreadChangedError()
    if (entry.depth === 0) {
      entries.updateCheckpoint(line, storedId, { ...entry, parent })
      return
    }
    const state = stateOf(line, entry, this.#tables)
    const [source, step] = parseHead(entry.head)
    const channels = [...state.values.keys()]
    const packed = packWhole(state, sourceOf(source), step, channels, this.#placing, names)
    entries.updateCheckpoint(line, storedId, { ...entry, parent, depth: 0, ...packed })
  }
}
