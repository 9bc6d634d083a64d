import { EMPTY } from './channel.ts'
import type { Plan, PlanNode } from './plan.ts'
import type { SeenVersions, StoredCheckpoint, Version } from './store.ts'

/** The channels of a run between two supersteps. Never changed: a superstep makes a new one. */
export interface State {
  /** By channel slot. */
  readonly contents: readonly unknown[]
  /** By channel slot; 0: never written. */
  readonly versions: readonly number[]
  /** By node slot, then by position of the trigger: the version that the node has consumed. */
  readonly seen: readonly (readonly number[])[]
  /** The highest version there is. */
  readonly newest: number
}

/** The state of a thread to which nothing has happened. */
export function emptyState(plan: Plan): State {
  return {
    contents: plan.channels.map((channel) => channel.initial()),
    versions: plan.channels.map(() => 0),
    seen: plan.nodes.map((node) => node.triggerSlots.map(() => 0)),
    newest: 0,
  }
}

/** The state that a checkpoint holds. What it has of channels and nodes that the plan lacks is left out. */
export function restoreState(plan: Plan, checkpoint: StoredCheckpoint): State {
  const { values, versions, seen } = checkpoint
  return {
    contents: plan.channels.map((channel, slot) => {
      const name = plan.channelNames[slot]!
      if (channel.isTransient === true || !Object.hasOwn(values, name)) return channel.initial()
      const saved = values[name]
      if (saved === undefined) return channel.initial() // as in LangGraph, it comes back as nothing
      return channel.restore === undefined ? saved : channel.restore(saved)
    }),
    ...versionsOf(plan, versions, seen),
  }
}

/** The same contents under the versions that a checkpoint gives them. */
export function withVersions(
  plan: Plan,
  { contents }: State,
  { versions, seen }: Pick<StoredCheckpoint, 'versions' | 'seen'>,
): State {
  return { contents, ...versionsOf(plan, versions, seen) }
}

function versionsOf(
  plan: Plan,
  versions: StoredCheckpoint['versions'],
  seen: SeenVersions,
): Omit<State, 'contents'> {
  return {
    versions: versionsBySlot(plan, versions),
    seen: plan.nodes.map((node) => node.triggers.map((trigger) => versionNumber(seen[node.name]?.[trigger]))),
    newest: Object.values(versions).reduce<number>(
      (highest, version) => Math.max(highest, versionNumber(version)),
      0,
    ),
  }
}

/** By channel slot; 0 for a channel that is not among them. */
export function versionsBySlot(plan: Plan, versions: Readonly<Record<string, Version>>): number[] {
  return plan.channelNames.map((name) => versionNumber(versions[name]))
}

/** What readers of a channel see, or `EMPTY`. */
export function readChannel(plan: Plan, state: State, slot: number): unknown {
  return plan.channels[slot]!.read(state.contents[slot])
}

/** Values of the channels that hold something, by name. */
export function readChannels(plan: Plan, state: State, slots: readonly number[]): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const slot of slots) {
    const value = readChannel(plan, state, slot)
    if (value !== EMPTY) values[plan.channelNames[slot]!] = value
  }
  return values
}

/** The input of a task of this node, or `EMPTY` when what it has to read is not there. */
export function readInput(plan: Plan, state: State, node: PlanNode): unknown {
  if (node.inputOf !== undefined) return node.inputOf(readChannels(plan, state, node.readSlots))
  if (typeof node.reads === 'string') return readChannel(plan, state, node.readSlots[0]!)
  return node.reads === undefined ? undefined : readChannels(plan, state, node.readSlots)
}

/** The versions a node has consumed, as stores keep them: a trigger it never saw is absent. */
export function seenByName(node: PlanNode, seen: readonly number[]): SeenVersions[string] {
  const versions: Record<string, Version> = {}
  node.triggers.forEach((trigger, position) => {
    if (seen[position]! > 0) versions[trigger] = seen[position]!
  })
  return versions
}

/** How far a channel has come, whatever form a saver gives its versions; 0 for one that was never written. */
export function versionNumber(version: Version | undefined): number {
  if (version === undefined || version === '') return 0
  return typeof version === 'number' ? version : Number.parseInt(version, 10)
}
