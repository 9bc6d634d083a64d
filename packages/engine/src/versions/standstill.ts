// Where a thread has stopped, read without the graph that brought it there: from what its checkpoint holds, and from the
// shape of that graph if it is known. Without one, only what the names of the channels tell is known.
import { NULL_TASK_ID, SENDS, isTaskOutput } from '../control.ts'
import type { SendPacket } from '../due.ts'
import { uuid5 } from '../ids.ts'
import { versionNumber } from '../state.ts'
import type { PendingWrite, SeenVersions, StoredCheckpoint, Version } from '../store.ts'
import { nodeTriggeredBy, joinOf } from './control-channels.ts'
import { formerNames, type FormerNames } from './former-names.ts'
import { readShape, type ChannelShape } from './plan-shape.ts'

/** A task that is due where the thread stopped. */
export interface DueTask {
  readonly node: string
  /** Channels that made it due; none for one that was sent. */
  readonly fired: readonly string[]
  /** Among the sends. */
  readonly index?: number
  /** What is kept of it stands under one of these. */
  readonly ids: readonly string[]
  /** It has finished, and waits for others of its superstep. */
  readonly isFinished: boolean
}

export interface Standstill {
  readonly version: string
  readonly values: Readonly<Record<string, unknown>>
  readonly versions: Readonly<Record<string, Version>>
  readonly seen: SeenVersions
  readonly writes: readonly PendingWrite[]
  readonly tasks: readonly DueTask[]
  /** Channels of the graph that brought the thread here; `undefined` when its shape is not known. */
  readonly channels: Readonly<Record<string, ChannelShape>> | undefined
  readonly nodes: readonly string[] | undefined
  /** What the tasks are named after. */
  readonly naming: FormerNames
}

/** Where the version of a graph is told in the metadata, by those that cannot keep a shape. */
export const VERSION_KEY = 'graph_version'

/** The version of the graph that made a checkpoint; `1` for one that does not say. */
export function versionOf({ shape, metadata }: Pick<StoredCheckpoint, 'shape' | 'metadata'>): string {
  const told = shape === undefined ? metadata[VERSION_KEY] : readShape(shape)?.version
  return typeof told === 'string' ? told : '1'
}

export function standstillOf(stored: StoredCheckpoint): Standstill {
  const shape = stored.shape === undefined ? undefined : readShape(stored.shape)
  const version = versionOf(stored)
  const naming = formerNames(stored) ?? {
    at: stored.id,
    from: version,
    to: version,
    checkpoint: stored.id,
    namespace: stored.line.namespace,
    step: stored.metadata.step + 1,
    nodes: {},
    channels: {},
  }
  const standstill = {
    version,
    values: stored.values,
    versions: stored.versions,
    seen: stored.seen,
    writes: stored.writes,
    channels: shape?.channels,
    nodes: shape === undefined ? undefined : Object.keys(shape.nodes),
    naming,
  }
  const triggers = Object.entries(shape?.nodes ?? {}).map(([node, each]) => [node, each.triggers] as const)
  const tasks = dueTasks(standstill, shape === undefined ? triggersByName(standstill) : triggers)
  return { ...standstill, tasks }
}

/** Packets that wait in the channel of the sends. */
export function sentPackets(values: Standstill['values']): readonly SendPacket[] {
  const packets = values[SENDS]
  return Array.isArray(packets) ? (packets as SendPacket[]) : []
}

/** Who has arrived at a join. */
export function arrivedAt(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return (Array.isArray(value[0]) ? value[0] : value).filter((each) => typeof each === 'string')
}

type Parts = Omit<Standstill, 'tasks'>

function dueTasks(parts: Parts, nodes: readonly (readonly [string, readonly string[]])[]): DueTask[] {
  const finished = new Set(
    parts.writes
      .filter(([id, channel]) => id !== NULL_TASK_ID && isTaskOutput(channel))
      .map(([taskId]) => taskId),
  )
  const withIds = (node: string, fired: readonly string[], index?: number): DueTask => {
    const ids = taskIds(parts.naming, node, fired, index)
    const isFinished = ids.some((id) => finished.has(id))
    return { node, fired, ids, isFinished, ...(index !== undefined && { index }) }
  }
  const sent = sentPackets(parts.values).map(({ node }, index) => withIds(node, [], index))
  const triggered = nodes
    .map(([node, triggers]) => [node, triggers.filter((channel) => hasFired(parts, node, channel))] as const)
    .filter(([, fired]) => fired.length > 0)
  return [...sent, ...triggered.map(([node, fired]) => withIds(node, fired))]
}

/** What the names of the channels tell of who is made due by them. */
function triggersByName({ versions }: Parts): (readonly [string, readonly string[]])[] {
  const byNode = new Map<string, string[]>()
  for (const channel of Object.keys(versions)) {
    const node = nodeTriggeredBy(channel) ?? joinOf(channel)?.node
    if (node !== undefined) byNode.set(node, [...(byNode.get(node) ?? []), channel])
  }
  return [...byNode]
}

function hasFired({ values, versions, seen, channels }: Parts, node: string, channel: string): boolean {
  if (!Object.hasOwn(values, channel) || values[channel] === undefined) return false
  if (versionNumber(versions[channel]) <= versionNumber(seen[node]?.[channel])) return false
  return isOpen(channel, channels?.[channel], values[channel])
}

/** Whether readers of a channel see something, when it holds this. */
function isOpen(channel: string, shape: ChannelShape | undefined, value: unknown): boolean {
  const isReleased = () => Array.isArray(value) && value[1] === true
  switch (shape?.kind) {
    case 'NamedBarrierValue':
      return arrivedAt(value).length >= wantedBy(shape)
    case 'NamedBarrierValueAfterFinish':
      return arrivedAt(value).length >= wantedBy(shape) && isReleased()
    case 'LastValueAfterFinish':
      return isReleased()
    case 'Topic':
      return Array.isArray(value) && value.length > 0
    case undefined: {
      const join = joinOf(channel)
      return join === undefined || arrivedAt(value).length >= (join.rule === 'join' ? join.parents.length : 1)
    }
    default:
      return true
  }
}

function wantedBy({ quorum, names = [] }: ChannelShape): number {
  return quorum ?? names.length
}

/** As `TaskNames` makes them, for each channel that may have come first. */
export function taskIds(
  { checkpoint, namespace, step, nodes, channels, sends }: FormerNames,
  node: string,
  fired: readonly string[],
  index: number | undefined,
): string[] {
  const former = nodes[node] ?? node
  const head = [namespace === '' ? former : `${namespace}|${former}`, String(step), former]
  const ends: unknown[][] =
    index === undefined
      ? fired.map((channel) => ['__pregel_pull', [channels[channel] ?? channel]])
      : [['__pregel_push', String(sends?.[index] ?? index)]]
  return ends.map((end) => uuid5(checkpoint, JSON.stringify([...head, ...end])))
}
