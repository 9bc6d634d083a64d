import type { Line } from '@cairn/engine'
import type { CheckpointState } from './checkpoint-state.ts'
import type { CompactId } from './compact-id.ts'
import type { CheckpointEntry } from './entries.ts'
import type { LineRow } from './lines.ts'
import type { ParsedChunk } from './parts/node-text.ts'
import type { Part } from './parts/part.ts'
import { RecentStrings } from './parts/recent-strings.ts'
import { RecentLeaves } from './parts/recent-leaves.ts'

/** The checkpoint that was committed last to a line. Its state moves on with the next one. */
export interface Tip {
  readonly checkpointId: string
  /** The same, as the line stores it. */
  readonly storedId: CompactId
  /** As it is in the file. As long as it stands there so, the state is right. */
  readonly entry: CheckpointEntry
  readonly state: CheckpointState
}

/** What a store remembers of a line, so that the next commit to it need not read. */
export class KnownLine {
  readonly thread: KnownThread
  readonly namespace: string
  /** `undefined` until it is found in the file, or made there. */
  row: LineRow | undefined
  /** The file's version up to which this is known to be right. */
  version = -1
  tip: Tip | undefined
  /** The newest checkpoint, as far as it is known, and the file's version up to which it is. */
  newest: { readonly id: string; readonly version: number } | undefined
  /** Channel → the value it held last. */
  readonly parts = new Map<string, Part>()
  /** `parts` was filled with what the file holds, if anything. */
  isPrimed = false
  readonly recent = new RecentLeaves()

  constructor(thread: KnownThread, namespace: string) {
    this.thread = thread
    this.namespace = namespace
  }
}

/** What is remembered of the rows of a thread. All of it is let go of when rows were changed or taken out. */
export class KnownThread {
  readonly name: string
  /** As they stand in the file; `undefined` until that was looked at. */
  number: number | undefined
  generation: number | undefined
  readonly lines = new Map<string, KnownLine>()
  /** Channel → the value it held last in any line: nested graphs are often given what is around them. */
  readonly latest = new Map<string, Part>()
  /** Row of `value` → what it holds. */
  readonly parts = new Map<number, Part>()
  readonly chunks = new Map<number, ParsedChunk>()
  readonly strings = new RecentStrings()
  /** Length of the texts of those rows. */
  size = 0

  constructor(name: string) {
    this.name = name
  }
}

const mostThreads = 1024
/** Length of all texts that are remembered, in UTF-16 units. */
const mostText = 32 * 1024 * 1024

/** The threads that were used last. */
export class KnownThreads {
  readonly #threads = new Map<string, KnownThread>()
  #last: KnownThread | undefined
  #size = 0

  line({ threadId, namespace }: Line): KnownLine {
    const thread = this.#thread(threadId)
    let line = thread.lines.get(namespace)
    if (line === undefined) thread.lines.set(namespace, (line = new KnownLine(thread, namespace)))
    return line
  }

  /** A row of this length was read or written. */
  note(thread: KnownThread, length: number): void {
    thread.size += length
    if (this.#threads.get(thread.name) !== thread) return
    this.#size += length
  }

  /** Between two transactions: lets go of what has become too much. */
  trim(): void {
    while (this.#size > mostText || this.#threads.size > mostThreads) {
      const [oldest] = this.#threads.keys()
      this.forget(oldest!)
    }
  }

  forget(name: string): void {
    const thread = this.#threads.get(name)
    if (thread === undefined) return
    this.#threads.delete(name)
    this.#size -= thread.size
    if (this.#last === thread) this.#last = undefined
  }

  forgetAll(): void {
    this.#threads.clear()
    this.#last = undefined
    this.#size = 0
  }

  get #isCrowded(): boolean {
    return this.#threads.size > mostThreads / 2 || this.#size > mostText / 2
  }

  #thread(name: string): KnownThread {
    if (this.#last?.name === name) return this.#last
    let thread = this.#threads.get(name)
    if (thread === undefined) this.#threads.set(name, (thread = new KnownThread(name)))
    else if (this.#isCrowded) {
      // The order matters only to whoever is let go of first.
      this.#threads.delete(name)
      this.#threads.set(name, thread)
    }
    this.#last = thread
    return thread
  }
}
