// A graph as the loop wants it: names became integer slots, and who triggers whom was worked out once.
//   P1. A plan is frozen and holds no state of a run: one plan serves any number of runs at once.
//   P2. Nodes stand in the order of their definition; `rank` orders them by name, which is the order in which
//       their writes are applied.
import type { Attempt } from './attempt.ts'
import type { Channel } from './channel.ts'
import { SENDS } from './control.ts'
import { InvalidPlanError } from './errors.ts'
import type { RetryPolicy } from './retry.ts'
import type { TimeoutPolicy } from './timeout.ts'
import { migrationMistakes, type Migration } from './versions/migration.ts'

/** Runs one attempt of a task: reads `attempt.input`, puts writes with `attempt.write`, may return a promise. */
export type NodeBody = (attempt: Attempt) => void | Promise<void>

export interface NodeDefinition {
  readonly body: NodeBody
  /** Channels that make the node due when they are written; the first that was is the one the task is named after. */
  readonly triggers: readonly string[]
  /** What a task gets: one channel's value, or an object of those that hold something. Default: nothing. */
  readonly reads?: string | readonly string[]
  /**
   * Makes a task's input of what the node reads, by channel; `EMPTY` says that the node is not to run yet.
   * Default: as it was read.
   */
  readonly inputOf?: (values: Readonly<Record<string, unknown>>) => unknown
  readonly retry?: RetryPolicy
  readonly timeout?: TimeoutPolicy
  /** Takes over, in the same superstep, when the node has failed for good. */
  readonly errorHandler?: string
  /** Machinery: never listed among tasks and never a static breakpoint. */
  readonly isHidden?: boolean
  /** Plans of the graphs that are known to run inside it. Called when the graph's shape is first asked for. */
  nested?(): readonly Plan[]
}

export interface PlanDefinition {
  readonly name: string
  /** Told in the checkpoints, for migrations to begin from. Default: `1`. */
  readonly version?: string
  /** How threads of earlier versions come to this one. */
  readonly migrations?: readonly Migration[]
  readonly channels: Readonly<Record<string, Channel>>
  readonly nodes: Readonly<Record<string, NodeDefinition>>
}

export interface PlanNode extends NodeDefinition {
  readonly name: string
  readonly slot: number
  /** Position among all nodes ordered by name. */
  readonly rank: number
  readonly triggerSlots: readonly number[]
  readonly readSlots: readonly number[]
}

export interface Plan {
  readonly name: string
  readonly version: string
  readonly migrations: readonly Migration[]
  readonly nodes: readonly PlanNode[]
  readonly nodeByName: ReadonlyMap<string, PlanNode>
  readonly channels: readonly Channel[]
  readonly channelNames: readonly string[]
  readonly slotByChannel: ReadonlyMap<string, number>
  /** channel slot → the nodes it triggers. */
  readonly subscribers: readonly (readonly PlanNode[])[]
  /** Slots of the channels that change in a superstep in which nobody writes to them. */
  readonly volatileSlots: readonly number[]
  /** Slots of the channels that wait until no node is due. */
  readonly deferredSlots: readonly number[]
  /** Slots of the channels that look at each update before it is kept. */
  readonly acceptingSlots: readonly number[]
  /** Slots of the channels that may change an update when they apply it. */
  readonly keepingSlots: readonly number[]
  /** Slots of the channels that a store keeps. */
  readonly storedSlots: readonly number[]
  /** Slot of the channel that holds the sends, or -1. */
  readonly sendsSlot: number
}

/**
 * Makes a definition into a plan.
 * @throws {InvalidPlanError} listing every channel that a node names and the definition lacks.
 */
export function createPlan(definition: PlanDefinition): Plan {
  const channelNames = Object.keys(definition.channels)
  const channels = Object.values(definition.channels)
  const slotByChannel = new Map(channelNames.map((name, slot) => [name, slot]))
  checkNames(definition, slotByChannel)

  const byName = Object.keys(definition.nodes).toSorted()
  const rankByName = new Map(byName.map((name, rank) => [name, rank]))
  const nodes = Object.entries(definition.nodes).map(([name, node], slot): PlanNode => {
    const reads = node.reads === undefined ? [] : typeof node.reads === 'string' ? [node.reads] : node.reads
    return Object.freeze({
      ...node,
      name,
      slot,
      rank: rankByName.get(name)!,
      triggerSlots: node.triggers.map((channel) => slotByChannel.get(channel)!),
      readSlots: reads.map((channel) => slotByChannel.get(channel)!),
    })
  })

  const slots = channels.map((_, slot) => slot)
  return Object.freeze({
    name: definition.name,
    version: definition.version ?? '1',
    migrations: definition.migrations ?? [],
    nodes,
    nodeByName: new Map(nodes.map((node) => [node.name, node])),
    channels,
    channelNames,
    slotByChannel,
    subscribers: subscribersBySlot(channels.length, nodes),
    volatileSlots: slots.filter((slot) => channels[slot]!.isVolatile === true),
    deferredSlots: slots.filter((slot) => channels[slot]!.finish !== undefined),
    acceptingSlots: slots.filter((slot) => channels[slot]!.accept !== undefined),
    keepingSlots: slots.filter((slot) => channels[slot]!.keep !== undefined),
    storedSlots: slots.filter((slot) => channels[slot]!.isTransient !== true),
    sendsSlot: slotByChannel.get(SENDS) ?? -1,
  })
}

function checkNames(definition: PlanDefinition, slotByChannel: ReadonlyMap<string, number>): void {
  const { name, nodes } = definition
  const problems = Object.entries(nodes).flatMap(([node, { triggers, reads = [], errorHandler }]) => [
    ...[...triggers, ...[reads].flat()]
      .filter((channel) => !slotByChannel.has(channel))
      .map((channel) => `node "${node}" names the channel "${channel}", which the graph does not have`),
    ...(errorHandler !== undefined && !(errorHandler in nodes)
      ? [`node "${node}" names the error handler "${errorHandler}", which is no node of the graph`]
      : []),
  ])
  const has = { node: (each: string) => each in nodes, channel: (each: string) => slotByChannel.has(each) }
  problems.push(...migrationMistakes(definition, has))
  if (problems.length > 0) throw new InvalidPlanError(name, problems)
}

/** Each list in the order of the nodes' names. */
function subscribersBySlot(channelCount: number, nodes: readonly PlanNode[]): PlanNode[][] {
  const subscribers: PlanNode[][] = Array.from({ length: channelCount }, () => [])
  for (const node of nodes.toSorted((a, b) => a.rank - b.rank)) {
    for (const slot of new Set(node.triggerSlots)) subscribers[slot]!.push(node)
  }
  return subscribers
}
