import type { Codec } from '../codec/codec.ts'
import type { CheckpointMetadata, Line, NewCheckpoint, StoredShape, TaskWrites, Version } from '../store.ts'
import { CONTROL_POSITION } from '../control.ts'
import type { Write } from '../write.ts'
import { snapshotOf } from './checkpoint-difference.ts'
import type { CheckpointRecord, WritesRecord } from './export-format.ts'
import type { GatheredCommits } from './gathered-commits.ts'
import { applyEdit, type Edit, type Json } from './json-edit.ts'
import { damaged, RecordFault } from './parse-record.ts'

/** What a checkpoint holds, as far as its children say how they differ from it. */
interface Held {
  readonly id: string
  readonly versions: Readonly<Record<string, Version>>
  readonly seen: NewCheckpoint['seen']
  readonly values: ReadonlyMap<string, Json>
}

/** One line of checkpoints on its way into a store. */
export class ImportedLine {
  readonly line: Line
  readonly #writer: GatheredCommits
  readonly #codec: Codec
  readonly #shapes: ReadonlyMap<string, StoredShape>
  #last: Held | undefined
  #waiting: { readonly checkpoint: NewCheckpoint; readonly writes: TaskWrites[] } | undefined

  /** @param shapes hash → shape, of the whole thread */
  constructor(line: Line, writer: GatheredCommits, codec: Codec, shapes: ReadonlyMap<string, StoredShape>) {
    this.line = line
    this.#shapes = shapes
    this.#writer = writer
    this.#codec = codec
  }

  async addCheckpoint(record: CheckpointRecord): Promise<void> {
    await this.end()
    const parent = record.parent === null ? undefined : await this.#parent(record.parent)
    const values = new Map(parent?.values)
    for (const channel of record.gone?.values ?? []) values.delete(channel)
    for (const [channel, edit] of Object.entries(record.values)) {
      values.set(channel, edited(values.get(channel), edit))
    }
    this.#last = {
      id: record.id,
      versions: merged(parent?.versions, record.versions, record.gone?.versions),
      seen: merged(parent?.seen, record.seen, record.gone?.seen),
      values,
    }
    const changed = Object.keys(record.values).map((channel) => [
      channel,
      this.#decode(values.get(channel)!, channel),
    ])
    this.#waiting = {
      checkpoint: {
        id: record.id,
        parentId: parent?.id,
        createdAt: record.createdAt,
        metadata: this.#decode(record.metadata, 'metadata') as CheckpointMetadata,
        versions: this.#last.versions,
        seen: this.#last.seen,
        changed: Object.fromEntries(changed) as NewCheckpoint['changed'],
        removed: record.gone?.values ?? [],
        ...this.#shapeOf(record),
      },
      writes: [],
    }
  }

  addWrites({ task: taskId, path, writes }: WritesRecord): void {
    if (this.#waiting === undefined) throw damaged('writes stand before any checkpoint')
    const { checkpoint, writes: others } = this.#waiting
    // Without a path, the order in which they stand has to be kept all the same.
    const taskPath = path ?? String(others.length).padStart(10, '0')
    const decoded = writes.map(([channel, value]): Write => [channel, this.#decode(value, channel)])
    // Control writes have a place of their own, and must not move the others from theirs.
    const inPlace = [...decoded.filter(isNoControl), ...decoded.filter((write) => !isNoControl(write))]
    others.push({ checkpointId: checkpoint.id, taskId, taskPath, writes: inPlace })
  }

  /** Commits the last checkpoint, which waited for its writes. */
  async end(): Promise<void> {
    if (this.#waiting === undefined) return
    await this.#writer.commit({ line: this.line, ...this.#waiting })
    this.#waiting = undefined
  }

  #shapeOf({ shape: hash }: CheckpointRecord): Pick<NewCheckpoint, 'shape'> {
    if (hash === undefined) return {}
    const shape = this.#shapes.get(hash)
    if (shape === undefined) throw damaged(`the shape ${hash} does not stand before its checkpoint`)
    return { shape }
  }

  async #parent(id: string): Promise<Held> {
    if (this.#last?.id === id) return this.#last
    const stored = await this.#writer.load(this.line, id)
    if (stored === undefined) throw damaged(`the parent ${id} does not stand before its child`)
    const { values, versions, seen } = snapshotOf(stored, this.#codec)
    return { id, versions, seen, values: new Map([...values].map(([channel, { json }]) => [channel, json])) }
  }

  #decode(value: Json, channel: string): unknown {
    try {
      return this.#codec.decode(JSON.stringify(value))
    } catch (cause) {
      throw new RecordFault(
        'EXPORT_INVALID',
        `The value of "${channel}" cannot be read: ${(cause as Error).message}`,
        'Give a "codec" that has the extensions it was exported with.',
        { cause },
      )
    }
  }
}

function edited(before: Json | undefined, edit: Edit): Json {
  try {
    return applyEdit(before, edit)
  } catch (error) {
    throw damaged((error as Error).message.replace(/\.$/, ''), error)
  }
}

function isNoControl([channel]: Write): boolean {
  return !CONTROL_POSITION.has(channel)
}

function merged<Value>(
  before: Readonly<Record<string, Value>> | undefined,
  changed: Readonly<Record<string, Value>>,
  gone: readonly string[] = [],
): Readonly<Record<string, Value>> {
  const entries = new Map(Object.entries(before ?? {}))
  for (const name of gone) entries.delete(name)
  for (const [name, value] of Object.entries(changed)) entries.set(name, value)
  return Object.fromEntries(entries)
}
