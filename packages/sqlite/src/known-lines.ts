import type { Line } from '@cairn/engine'
import type { CheckpointState, StoredText } from './checkpoint-state.ts'
import type { CompactId } from './compact-id.ts'
import type { CheckpointEntry } from './entries.ts'
import type { LineRow } from './lines.ts'

/** The checkpoint that was committed last to a line. Its state moves on with the next one. */
export interface Tip {
  readonly checkpointId: string
  /** The same, as the line stores it. */
  readonly storedId: CompactId
  /** As it is in the file. As long as it stands there so, the state is right. */
  readonly entry: CheckpointEntry
  readonly state: CheckpointState
}

/** A value in the `value` table, with its text while the commit that stored it lasts. */
export interface RecentText extends StoredText {
  text: string | undefined
}

/** What a store remembers of a line, so that the next commit to it need not read. */
export interface KnownLine {
  row: LineRow
  /** The file's version up to which this is known to be right. */
  version: number
  tip: Tip | undefined
  /** Long values that tasks wrote since the last checkpoint, which will probably hold them. */
  recent: RecentText[]
}

const mostLines = 1024

/** The lines that were committed to last. */
export class KnownLines {
  readonly #lines = new Map<string, KnownLine>()
  #last: KnownLine | undefined

  get(line: Line): KnownLine | undefined {
    const last = this.#last
    if (last !== undefined && last.row.threadId === line.threadId && last.row.namespace === line.namespace)
      return last
    const key = keyOf(line)
    const known = this.#lines.get(key)
    if (known === undefined) return undefined
    this.#lines.delete(key)
    this.#lines.set(key, known)
    this.#last = known
    return known
  }

  /** Takes the place of what was known of the line. */
  add(row: LineRow, version: number): KnownLine {
    const known: KnownLine = { row, version, tip: undefined, recent: [] }
    this.#lines.set(keyOf(row), known)
    this.#last = known
    if (this.#lines.size > mostLines) {
      for (const oldest of this.#lines.keys()) {
        this.#lines.delete(oldest)
        break
      }
    }
    return known
  }

  forget(): void {
    this.#lines.clear()
    this.#last = undefined
  }
}

function keyOf({ threadId, namespace }: Line): string {
  return `${namespace}\0${threadId}`
}
