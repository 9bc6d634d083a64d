import type { Codec } from './codec/codec.ts'
import { compareCodePoints } from './code-point-order.ts'
import { CONTROL_POSITION } from './control.ts'
import type { TextVersion } from './growing-text.ts'
import type {
  CheckpointMetadata,
  Line,
  SeenVersions,
  StoredCheckpoint,
  StoredShape,
  Version,
} from './store.ts'

/** A checkpoint as `MemoryStore` keeps it. Nobody else holds any part of it, and none of it changes. */
export interface KeptCheckpoint {
  readonly id: string
  readonly parentId: string | undefined
  readonly createdAt: string
  readonly metadata: string
  readonly values: ReadonlyMap<string, TextVersion>
  readonly versions: Readonly<Record<string, Version>>
  readonly seen: SeenVersions
  readonly shape: StoredShape | undefined
}

/** The writes of one task as they come, encoded. */
export interface KeptTaskWrites {
  readonly checkpointId: string
  readonly taskId: string
  readonly taskPath: string
  readonly writes: readonly (readonly [channel: string, text: string])[]
}

interface PlacedWrite {
  readonly taskPath: string
  readonly taskId: string
  readonly position: number
  readonly channel: string
  readonly text: string
}

/** The checkpoints of one line, and the writes beside them. */
export class MemoryLine {
  readonly line: Line
  readonly #codec: Codec
  readonly #checkpoints = new Map<string, KeptCheckpoint>()
  /** Ids of the checkpoints, the oldest first. */
  readonly #ids: string[] = []
  /** Checkpoint id → task id → the task's writes, one for each position. */
  readonly #writes = new Map<string, Map<string, PlacedWrite[]>>()

  constructor(line: Line, codec: Codec) {
    this.line = { threadId: line.threadId, namespace: line.namespace }
    this.#codec = codec
  }

  get newestId(): string | undefined {
    return this.#ids.at(-1)
  }

  get ids(): readonly string[] {
    return this.#ids
  }

  kept(id: string): KeptCheckpoint | undefined {
    return this.#checkpoints.get(id)
  }

  addCheckpoint(checkpoint: KeptCheckpoint): void {
    if (!this.#checkpoints.has(checkpoint.id)) this.#addId(checkpoint.id)
    this.#checkpoints.set(checkpoint.id, checkpoint)
  }

  addWrites({ checkpointId, taskId, taskPath, writes }: KeptTaskWrites): void {
    if (writes.length === 0) return
    const replaces = writes.every(([channel]) => CONTROL_POSITION.has(channel))
    const places = this.#placesOf(checkpointId, taskId)
    writes.forEach(([channel, text], index) => {
      const position = CONTROL_POSITION.get(channel) ?? index
      const known = places.findIndex((place) => place.position === position)
      if (known === -1) places.push({ taskPath, taskId, position, channel, text })
      else if (replaces) places[known] = { taskPath, taskId, position, channel, text }
    })
  }

  /** Fresh values each time. */
  restore(kept: KeptCheckpoint): StoredCheckpoint {
    const placed = this.#replayOrder(kept.id)
    return {
      line: { ...this.line },
      id: kept.id,
      parentId: kept.parentId,
      createdAt: kept.createdAt,
      metadata: this.#codec.decode(kept.metadata) as CheckpointMetadata,
      values: Object.fromEntries(this.#decodedValues(kept)),
      versions: { ...kept.versions },
      seen: copySeen(kept.seen),
      writes: placed.map(({ taskId, channel, text }) => [taskId, channel, this.#codec.decode(text)]),
      taskPaths: Object.fromEntries(placed.map(({ taskId, taskPath }) => [taskId, taskPath])),
      ...(kept.shape !== undefined && { shape: kept.shape }),
    }
  }

  *#decodedValues({ values }: KeptCheckpoint): Iterable<[string, unknown]> {
    for (const [channel, text] of values) yield [channel, this.#codec.decode(text.read())]
  }

  #replayOrder(checkpointId: string): PlacedWrite[] {
    return [...(this.#writes.get(checkpointId)?.values() ?? [])].flat().toSorted(comparePlaces)
  }

  #placesOf(checkpointId: string, taskId: string): PlacedWrite[] {
    let tasks = this.#writes.get(checkpointId)
    if (tasks === undefined) this.#writes.set(checkpointId, (tasks = new Map()))
    let places = tasks.get(taskId)
    if (places === undefined) tasks.set(taskId, (places = []))
    return places
  }

  #addId(id: string): void {
    let index = this.#ids.length
    // Ids grow (S4), so this ends at once, unless checkpoints are copied here from elsewhere.
    while (index > 0 && this.#ids[index - 1]! > id) index--
    this.#ids.splice(index, 0, id)
  }
}

function comparePlaces(left: PlacedWrite, right: PlacedWrite): number {
  return (
    compareCodePoints(left.taskPath, right.taskPath) ||
    compareCodePoints(left.taskId, right.taskId) ||
    left.position - right.position
  )
}

export function copySeen(seen: SeenVersions): SeenVersions {
  const copy: Record<string, Readonly<Record<string, Version>>> = { ...seen }
  // An own `__proto__` is one in the copy too, so assigning to it changes no prototype.
  for (const node of Object.keys(copy)) copy[node] = { ...copy[node] }
  return copy
}
