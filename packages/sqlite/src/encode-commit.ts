import {
  CONTROL_POSITION,
  type CheckpointMetadata,
  type Commit,
  type NewCheckpoint,
  type SeenVersions,
  type TaskWrites,
} from '@cairn/engine'
import { UnserialisableValueError } from '@cairn/engine/codec'
import { UnstorableValueError } from './errors.ts'
import type { KnownLine } from './known-threads.ts'
import type { Part } from './parts/part.ts'
import type { FreshParts, ValueParts } from './parts/value-parts.ts'
import { type StoredLeaves, withoutRows } from './parts/without-rows.ts'

/** One write of a task, as it is stored. Each control channel has a negative position of its own. */
export interface EncodedWrite {
  readonly position: number
  readonly channel: string
  readonly part: Part
}

export interface EncodedTask {
  readonly checkpointId: string
  readonly taskId: string
  readonly taskPath: string
  readonly writes: readonly EncodedWrite[]
  /** It holds control writes only, which replace what stands at their positions. */
  readonly replaces: boolean
}

export interface EncodedCheckpoint {
  readonly checkpoint: Omit<NewCheckpoint, 'changed' | 'metadata'>
  readonly metadata: EncodedMetadata
  readonly changed: readonly (readonly [channel: string, part: Part])[]
}

/** `source` and `step` differ from checkpoint to checkpoint, the rest hardly ever. */
export interface EncodedMetadata {
  readonly source: string | null
  readonly step: number | null
  /** What is not in the other two. */
  readonly rest: string
}

/** A commit whose values nobody can change any more. */
export interface EncodedCommit {
  /** What was known of the line when its values were encoded: its parts may be in rows of that thread. */
  readonly line: KnownLine
  readonly tasks: readonly EncodedTask[]
  readonly checkpoint: EncodedCheckpoint | undefined
}

/**
 * Takes all values of a commit as they are. This comes before the transaction, so that a value that cannot be stored
 * costs nothing but the error.
 * @throws {UnstorableValueError}
 */
export function encodeCommit(commit: Commit, line: KnownLine, values: ValueParts): EncodedCommit {
  const encoder = new CommitEncoder(values, line)
  const tasks = commit.writes.map((task) => encoder.task(task))
  const checkpoint = commit.checkpoint === undefined ? undefined : encoder.checkpoint(commit.checkpoint)
  return { line, tasks, checkpoint }
}

/** The same commit with values that are in no row of the file, but for leaves that are `stored`. */
export function encodedAnew(
  { line, tasks, checkpoint }: EncodedCommit,
  values: ValueParts,
  stored: StoredLeaves,
): EncodedCommit {
  return {
    line,
    tasks: tasks.map((task) => ({
      ...task,
      writes: task.writes.map((write) => ({ ...write, part: withoutRows(write.part, values, stored) })),
    })),
    checkpoint: checkpoint && {
      ...checkpoint,
      changed: checkpoint.changed.map(
        ([channel, part]) => [channel, withoutRows(part, values, stored)] as const,
      ),
    },
  }
}

class CommitEncoder {
  readonly #values: ValueParts
  readonly #line: KnownLine
  /** What a task writes is often what the channel then holds. Within one call nobody can change it in between. */
  readonly #fresh: FreshParts

  constructor(values: ValueParts, line: KnownLine) {
    this.#values = values
    this.#line = line
    this.#fresh = { byObject: new Map(), byText: line.recent }
  }

  task({ checkpointId, taskId, taskPath, writes }: TaskWrites): EncodedTask {
    let replaces = true
    const encoded = writes.map(([channel, value], index) => {
      const fixed = CONTROL_POSITION.get(channel)
      if (fixed === undefined) replaces = false
      return { position: fixed ?? index, channel, part: this.#part(value, channel, taskId) }
    })
    return { checkpointId, taskId, taskPath, writes: encoded, replaces }
  }

  checkpoint(checkpoint: NewCheckpoint): EncodedCheckpoint {
    const metadata = this.#metadata(checkpoint.metadata)
    const changed: [string, Part][] = []
    for (const channel of Object.keys(checkpoint.changed)) {
      changed.push([channel, this.#part(checkpoint.changed[channel], channel, undefined)])
    }
    const { parts, recent, thread } = this.#line
    for (const [channel, part] of changed) {
      parts.set(channel, part)
      thread.latest.set(channel, part)
    }
    recent.age()
    const { id, parentId, createdAt, shape } = checkpoint
    const versions = { ...checkpoint.versions }
    const seen: Record<string, SeenVersions[string]> = { ...checkpoint.seen }
    // An own `__proto__` is one in the copy too, so assigning to it changes no prototype.
    for (const node of Object.keys(seen)) seen[node] = { ...seen[node] }
    const removed = [...checkpoint.removed]
    const kept = { id, parentId, createdAt, versions, seen, removed, ...(shape !== undefined && { shape }) }
    return { checkpoint: kept, metadata, changed }
  }

  #metadata(metadata: CheckpointMetadata): EncodedMetadata {
    const { source, step, ...rest } = metadata
    const isUsual = typeof source === 'string' && Number.isSafeInteger(step)
    return isUsual
      ? { source, step, rest: this.#text(rest, 'metadata') }
      : { source: null, step: null, rest: this.#text(metadata, 'metadata') }
  }

  #part(value: unknown, channel: string, taskId: string | undefined): Part {
    const { parts, thread } = this.#line
    const before = parts.get(channel) ?? thread.latest.get(channel)
    return this.#stored(value, channel, taskId, () => this.#values.of(value, before, this.#fresh))
  }

  #text(value: unknown, channel: string): string {
    return this.#stored(value, channel, undefined, () => this.#values.codec.encode(value))
  }

  #stored<Stored>(value: unknown, channel: string, taskId: string | undefined, store: () => Stored): Stored {
    try {
      return store()
    } catch (error) {
      if (!(error instanceof UnserialisableValueError)) throw error
      throw new UnstorableValueError(this.#whole(value, error), this.#line.thread.name, channel, taskId)
    }
  }

  /** What cannot be stored may be within a part; the path is to begin at the value. */
  #whole(value: unknown, error: UnserialisableValueError): UnserialisableValueError {
    try {
      this.#values.codec.encode(value)
      return error
    } catch (whole) {
      return whole instanceof UnserialisableValueError ? whole : error
    }
  }
}
