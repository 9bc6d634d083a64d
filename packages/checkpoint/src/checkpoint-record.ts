// Translates between the checkpoints of the engine's store and LangGraph's records.
import {
  TASKS,
  maxChannelVersion,
  type Checkpoint,
  type CheckpointTuple,
} from '@langchain/langgraph-checkpoint'
import type { CheckpointMetadata, NewCheckpoint, StoredCheckpoint, StoredShape, Version } from '@cairn/engine'
import { propertiesThrough, readThrough } from './read-through.ts'
import { configOf } from './saver-config.ts'

/** The format of records that LangGraph writes now. Others say in their metadata which they have. */
const CURRENT_FORMAT = 4
const FORMAT_KEY = '__checkpoint_format__'

/**
 * Where a saver's records and tuples carry the shape of the graph that made a checkpoint. It is not enumerable: who
 * compares, copies or prints them does not see it.
 */
export const SHAPE: unique symbol = Symbol.for('cairn.shape')

/** The shape that a record or a tuple carries. */
export function shapeIn(carrier: object): StoredShape | undefined {
  return (carrier as { readonly [SHAPE]?: StoredShape })[SHAPE]
}

export function withShape<Carrier extends object>(carrier: Carrier, shape: StoredShape | undefined): Carrier {
  return shape === undefined ? carrier : Object.defineProperty(carrier, SHAPE, { value: shape })
}

/** What is known of a stored checkpoint when its child comes. */
export interface KnownCheckpoint {
  readonly id: string
  readonly channels: ReadonlySet<string>
  readonly versions: Readonly<Record<string, Version>>
}

export function knownOf({ id, values, versions }: StoredCheckpoint): KnownCheckpoint {
  return { id, channels: new Set(Object.keys(values)), versions }
}

export function knownOfRecord({ id, channel_values, channel_versions }: Checkpoint): KnownCheckpoint {
  return { id, channels: new Set(Object.keys(channel_values)), versions: { ...channel_versions } }
}

/**
 * A record as the store takes it. A channel has changed when it is in `newVersions`, when its version is not the
 * parent's, or when the parent does not hold it. Without a parent, or without `newVersions`, all have.
 */
export function toNewCheckpoint(
  record: Checkpoint,
  metadata: CheckpointMetadata,
  newVersions: Readonly<Record<string, Version>> | undefined,
  parent: KnownCheckpoint | undefined,
): NewCheckpoint {
  const { channel_values: values, channel_versions: versions } = record
  const hasChanged = (channel: string): boolean =>
    parent === undefined ||
    newVersions === undefined ||
    Object.hasOwn(newVersions, channel) ||
    !parent.channels.has(channel) ||
    own(versions, channel) !== own(parent.versions, channel)
  const shape = shapeIn(record)
  return {
    id: record.id,
    parentId: parent?.id,
    createdAt: record.ts,
    metadata: record.v === CURRENT_FORMAT ? metadata : { ...metadata, [FORMAT_KEY]: record.v },
    versions,
    seen: record.versions_seen,
    changed: Object.fromEntries(Object.entries(values).filter(([channel]) => hasChanged(channel))),
    removed: [...(parent?.channels ?? [])].filter((channel) => !Object.hasOwn(values, channel)),
    ...(shape !== undefined && { shape }),
  }
}

const checkpointProperties = propertiesThrough<StoredCheckpoint>({
  channel_values: ({ values }) => values,
  channel_versions: ({ versions }) => versions,
  versions_seen: ({ seen }) => seen,
})

const tupleProperties = propertiesThrough<StoredCheckpoint>({ pendingWrites: writesOf })

function writesOf({ writes }: StoredCheckpoint): [string, string, unknown][] {
  return writes.map(([taskId, channel, value]) => [taskId, channel, value])
}

/** Whether its store reads what it holds when that is first looked at. */
function isReadLater(stored: StoredCheckpoint): boolean {
  return Object.getOwnPropertyDescriptor(stored, 'values')?.get !== undefined
}

/** What the store reads when it is first looked at, the tuple reads then too. */
export function toTuple(stored: StoredCheckpoint): CheckpointTuple {
  const { [FORMAT_KEY]: format, ...metadata } = stored.metadata
  const v = typeof format === 'number' ? format : CURRENT_FORMAT
  const checkpoint = { v, id: stored.id, ts: stored.createdAt } as Checkpoint
  const tuple: CheckpointTuple = { config: configOf(stored.line, stored.id), checkpoint, metadata }
  if (isReadLater(stored)) {
    readThrough(checkpoint, stored, checkpointProperties)
    readThrough(tuple, stored, tupleProperties)
  } else {
    checkpoint.channel_values = stored.values
    checkpoint.channel_versions = stored.versions
    checkpoint.versions_seen = stored.seen
    tuple.pendingWrites = writesOf(stored)
  }
  if (stored.parentId !== undefined) tuple.parentConfig = configOf(stored.line, stored.parentId)
  return withShape(tuple, stored.shape)
}

/** Whether sends stand among the writes of the parent, as they did before format 4, and not in a channel. */
export function needsSends({ checkpoint, parentConfig }: CheckpointTuple): boolean {
  return checkpoint.v < CURRENT_FORMAT && parentConfig !== undefined
}

/** Puts the sends of the parent into the channel where they stand since format 4. */
export function addSends(
  tuple: CheckpointTuple,
  parent: StoredCheckpoint | undefined,
  firstVersion: Version,
): void {
  const { channel_values: values, channel_versions: versions } = tuple.checkpoint
  values[TASKS] = parent?.writes.filter(([, channel]) => channel === TASKS).map(([, , value]) => value) ?? []
  versions[TASKS] = maxVersion(Object.values(versions)) ?? firstVersion
}

function maxVersion(versions: readonly Version[]): Version | undefined {
  return versions.length === 0 ? undefined : maxChannelVersion(...versions)
}

function own(versions: Readonly<Record<string, Version>>, channel: string): Version | undefined {
  return Object.hasOwn(versions, channel) ? versions[channel] : undefined
}
