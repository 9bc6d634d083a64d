// A checkpoint as it is exported: how it differs from its parent.
import type { Codec } from '../codec/codec.ts'
import { compareCodePoints } from '../code-point-order.ts'
import type { SeenVersions, StoredCheckpoint, StoredShape, Version } from '../store.ts'
import type { CheckpointRecord, Gone } from './export-format.ts'
import type { Edit, Json } from './json-edit.ts'
import { KnownValue } from './known-value.ts'

/** A checkpoint whose values are the JSON that the codec gives. */
export interface Snapshot {
  readonly id: string
  readonly createdAt: string
  readonly metadata: Json
  readonly versions: Readonly<Record<string, Version>>
  readonly seen: SeenVersions
  readonly values: ReadonlyMap<string, KnownValue>
  readonly shape: StoredShape | undefined
}

/** @param like a checkpoint that may have the same values: what is known of them is used again */
export function snapshotOf(stored: StoredCheckpoint, codec: Codec, like?: Snapshot): Snapshot {
  const values = new Map<string, KnownValue>()
  for (const channel of Object.keys(stored.values)) {
    const text = codec.encode(stored.values[channel])
    const known = like?.values.get(channel)
    values.set(channel, known?.text === text ? known : new KnownValue(text))
  }
  return {
    id: stored.id,
    createdAt: stored.createdAt,
    metadata: JSON.parse(codec.encode(stored.metadata)) as Json,
    versions: stored.versions,
    seen: stored.seen,
    values,
    shape: stored.shape,
  }
}

export function checkpointRecord(snapshot: Snapshot, parent: Snapshot | undefined): CheckpointRecord {
  const { id, createdAt, metadata } = snapshot
  const versions = differences(snapshot.versions, parent?.versions ?? {}, (before, after) => before === after)
  const seen = differences(snapshot.seen, parent?.seen ?? {}, isSameSeen)
  const gone = {
    ...(versions.gone.length > 0 && { versions: versions.gone }),
    ...(seen.gone.length > 0 && { seen: seen.gone }),
    ...goneValues(snapshot, parent),
  } satisfies Gone
  return {
    type: 'checkpoint',
    id,
    parent: parent?.id ?? null,
    createdAt,
    metadata,
    versions: versions.changed,
    seen: Object.fromEntries(
      Object.entries(seen.changed).map(([node, ofNode]) => [node, sortedByName(ofNode)]),
    ),
    values: valueEdits(snapshot, parent),
    ...(Object.keys(gone).length > 0 && { gone }),
    ...(snapshot.shape !== undefined && { shape: snapshot.shape.hash }),
  }
}

function valueEdits({ values }: Snapshot, parent: Snapshot | undefined): Record<string, Edit> {
  const edits: [string, Edit][] = []
  for (const [channel, value] of values) {
    const before = parent?.values.get(channel)
    if (before === value || before?.text === value.text) continue
    const edit = before === undefined ? { set: value.json } : value.editFrom(before)
    if (edit !== undefined) edits.push([channel, edit])
  }
  return sortedByName(Object.fromEntries(edits))
}

function goneValues({ values }: Snapshot, parent: Snapshot | undefined): Pick<Gone, 'values'> {
  const gone = [...(parent?.values.keys() ?? [])].filter((channel) => !values.has(channel))
  return gone.length === 0 ? {} : { values: gone.toSorted(compareCodePoints) }
}

interface Differences<Value> {
  readonly changed: Record<string, Value>
  readonly gone: readonly string[]
}

function differences<Value>(
  after: Readonly<Record<string, Value>>,
  before: Readonly<Record<string, Value>>,
  isSame: (before: Value, after: Value) => boolean,
): Differences<Value> {
  const changed = Object.entries(after).filter(
    ([name, value]) => !Object.hasOwn(before, name) || !isSame(before[name]!, value),
  )
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name))
  return { changed: sortedByName(Object.fromEntries(changed)), gone: gone.toSorted(compareCodePoints) }
}

type SeenByNode = SeenVersions[string]

function isSameSeen(before: SeenByNode, after: SeenByNode): boolean {
  const channels = Object.keys(after)
  return (
    channels.length === Object.keys(before).length &&
    channels.every((channel) => Object.hasOwn(before, channel) && before[channel] === after[channel])
  )
}

/** So that the same checkpoint gives the same text, wherever it was kept. */
function sortedByName<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(record).toSorted(([left], [right]) => compareCodePoints(left, right)),
  )
}
