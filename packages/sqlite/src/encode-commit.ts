import {
  CONTROL_POSITION,
  type CheckpointMetadata,
  type Commit,
  type NewCheckpoint,
  type TaskWrites,
} from '@cairn/engine'
import { type Codec, UnserialisableValueError } from '@cairn/engine/codec'
import { UnstorableValueError } from './errors.ts'

/** One write of a task, as text. Each control channel has a negative position of its own. */
export interface EncodedWrite {
  readonly position: number
  readonly channel: string
  readonly text: string
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
  readonly checkpoint: NewCheckpoint
  readonly metadata: EncodedMetadata
  readonly changed: readonly (readonly [channel: string, text: string])[]
}

/** `source` and `step` differ from checkpoint to checkpoint, the rest hardly ever. */
export interface EncodedMetadata {
  readonly source: string | null
  readonly step: number | null
  /** What is not in the other two. */
  readonly rest: string
}

export interface EncodedCommit {
  readonly tasks: readonly EncodedTask[]
  readonly checkpoint: EncodedCheckpoint | undefined
}

/**
 * Turns all values of a commit into text. This comes before the transaction, so that a value that cannot be stored
 * costs nothing but the error.
 * @throws {UnstorableValueError}
 */
export function encodeCommit(commit: Commit, codec: Codec): EncodedCommit {
  const encoder = new CommitEncoder(codec, commit.line.threadId)
  return {
    tasks: commit.writes.map((task) => encoder.task(task)),
    checkpoint: commit.checkpoint === undefined ? undefined : encoder.checkpoint(commit.checkpoint),
  }
}

class CommitEncoder {
  readonly #codec: Codec
  readonly #threadId: string
  /** What a task writes is often what the channel then holds. Within one call nobody can change it in between. */
  readonly #texts = new Map<object, string>()

  constructor(codec: Codec, threadId: string) {
    this.#codec = codec
    this.#threadId = threadId
  }

  task({ checkpointId, taskId, taskPath, writes }: TaskWrites): EncodedTask {
    let replaces = true
    const encoded = writes.map(([channel, value], index) => {
      const fixed = CONTROL_POSITION.get(channel)
      if (fixed === undefined) replaces = false
      return { position: fixed ?? index, channel, text: this.#encode(value, channel, taskId) }
    })
    return { checkpointId, taskId, taskPath, writes: encoded, replaces }
  }

  checkpoint(checkpoint: NewCheckpoint): EncodedCheckpoint {
    const changed: [string, string][] = []
    for (const channel of Object.keys(checkpoint.changed)) {
      changed.push([channel, this.#encode(checkpoint.changed[channel], channel, undefined)])
    }
    return { checkpoint, metadata: this.#metadata(checkpoint.metadata), changed }
  }

  #metadata(metadata: CheckpointMetadata): EncodedMetadata {
    const { source, step, ...rest } = metadata
    const isUsual = typeof source === 'string' && Number.isSafeInteger(step)
    return isUsual
      ? { source, step, rest: this.#encode(rest, 'metadata', undefined) }
      : { source: null, step: null, rest: this.#encode(metadata, 'metadata', undefined) }
  }

  #encode(value: unknown, channel: string, taskId: string | undefined): string {
    if (typeof value !== 'object' || value === null) return this.#text(value, channel, taskId)
    let text = this.#texts.get(value)
    if (text === undefined) this.#texts.set(value, (text = this.#text(value, channel, taskId)))
    return text
  }

  #text(value: unknown, channel: string, taskId: string | undefined): string {
    try {
      return this.#codec.encode(value)
    } catch (error) {
      if (!(error instanceof UnserialisableValueError)) throw error
      throw new UnstorableValueError(error, this.#threadId, channel, taskId)
    }
  }
}
