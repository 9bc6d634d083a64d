import { EMPTY } from './channel.ts'
import type { Plan, PlanNode } from './plan.ts'
import { readChannel, readInput, type State } from './state.ts'

/** A task to another node with its own input, as it lies in the channel of the sends. */
export interface SendPacket {
  readonly node: string
  readonly args: unknown
  readonly timeout?: unknown
}

/** A task that is due, before it becomes one. */
export type Due =
  | { readonly kind: 'send'; readonly node: PlanNode; readonly index: number; readonly packet: SendPacket }
  | {
      readonly kind: 'trigger'
      readonly node: PlanNode
      readonly fired: readonly number[]
      readonly input: unknown
    }

/**
 * The tasks of the next superstep: what was sent, in order, then the nodes that are due. Only subscribers of the
 * `updated` channels are looked at, by name; without a list every node is, in the order of definition.
 */
export function dueTasks(plan: Plan, state: State, updated: readonly number[] | undefined): Due[] {
  const due: Due[] = []
  for (const [index, packet] of sentPackets(plan, state).entries()) {
    const node = plan.nodeByName.get(packet.node)
    if (node !== undefined) due.push({ kind: 'send', node, index, packet })
  }
  for (const node of updated === undefined ? plan.nodes : subscribersOf(plan, updated)) {
    const fired = firedTriggers(plan, state, node)
    if (fired.length === 0) continue
    const input = readInput(plan, state, node)
    if (input !== EMPTY) due.push({ kind: 'trigger', node, fired, input })
  }
  return due
}

/** Where packets were sent that no node of the plan takes: the graph had them when the thread was last run. */
export function unknownTargets(plan: Plan, state: State): string[] {
  const packets = sentPackets(plan, state)
  if (packets.length === 0) return noTargets
  return packets.map(({ node }) => node).filter((node) => !plan.nodeByName.has(node))
}

const noTargets: string[] = []

function sentPackets(plan: Plan, state: State): readonly SendPacket[] {
  if (plan.sendsSlot === -1) return none
  const packets = readChannel(plan, state, plan.sendsSlot)
  return packets === EMPTY ? none : (packets as readonly SendPacket[])
}

const none: readonly SendPacket[] = []

function subscribersOf(plan: Plan, slots: readonly number[]): readonly PlanNode[] {
  if (slots.length === 1) return plan.subscribers[slots[0]!]! // already in order
  const nodes = new Set<PlanNode>()
  for (const slot of slots) for (const node of plan.subscribers[slot]!) nodes.add(node)
  return nodes.size < 2 ? [...nodes] : [...nodes].toSorted((a, b) => a.rank - b.rank)
}

/** Positions of the triggers that hold something newer than the node has seen. */
function firedTriggers(plan: Plan, state: State, node: PlanNode): readonly number[] {
  const fired: number[] = []
  const seen = state.seen[node.slot]!
  for (const [position, slot] of node.triggerSlots.entries()) {
    if (state.versions[slot]! <= seen[position]!) continue
    if (readChannel(plan, state, slot) !== EMPTY) fired.push(position)
  }
  return fired
}
