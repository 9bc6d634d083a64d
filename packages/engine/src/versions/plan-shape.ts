// What a plan looks like to the threads that it has run: which nodes and channels there are, who triggers whom, who
// waits for whom. It is kept with each checkpoint, so that a later version of the graph can tell what it would lose.
//   F1. The text is canonical: two plans that look the same have the same text, in whatever order their nodes and
//       channels were defined. The order of a node's triggers counts: tasks are named after the first that fired.
//   F2. What nodes and reducers do is no part of it.
import { hash } from 'node:crypto'
import type { Plan, PlanNode } from '../plan.ts'
import type { StoredShape } from '../store.ts'

/** The text of a `StoredShape`, read. */
export interface PlanShape {
  readonly format: 1
  readonly graph: string
  readonly version: string
  readonly channels: Readonly<Record<string, ChannelShape>>
  readonly nodes: Readonly<Record<string, NodeShape>>
}

export interface ChannelShape {
  readonly kind: string
  /** Those for whom a join waits. */
  readonly names?: readonly string[]
  /** How many of them are enough, when not all are needed. */
  readonly quorum?: number
  /** A topic that takes each value once. */
  readonly isUnique?: boolean
}

export interface NodeShape {
  readonly triggers: readonly string[]
  readonly errorHandler?: string
  /** Graphs that are known to run inside the node. */
  readonly graphs?: readonly PlanShape[]
}

const shapeByPlan = new WeakMap<Plan, StoredShape>()
const readByText = new Map<string, PlanShape>()
/** Shapes that are remembered as read: those of a few versions of a few graphs. */
const mostRead = 64

/** The shape of a plan: made when it is first asked for, and the same object ever after. */
export function shapeOf(plan: Plan): StoredShape {
  let shape = shapeByPlan.get(plan)
  if (shape === undefined) {
    const text = JSON.stringify(describePlan(plan, []))
    shape = Object.freeze({ hash: hash('sha256', text, 'hex'), text })
    shapeByPlan.set(plan, shape)
  }
  return shape
}

/** A stored shape, read; `undefined` for one in a format that a later release has written. */
export function readShape({ text }: StoredShape): PlanShape | undefined {
  const known = readByText.get(text)
  if (known !== undefined) return known
  const shape = JSON.parse(text) as PlanShape
  if (shape.format !== 1) return undefined
  if (readByText.size >= mostRead) readByText.delete(readByText.keys().next().value!)
  readByText.set(text, shape)
  return shape
}

/** @param around plans that this one is nested in: a graph may be nested in itself */
function describePlan(plan: Plan, around: readonly Plan[]): PlanShape {
  const channels = plan.channelNames.map((name, slot): [string, ChannelShape] => [
    name,
    { kind: plan.channels[slot]!.kind, ...plan.channels[slot]!.traits },
  ])
  const within = [...around, plan]
  return {
    format: 1,
    graph: plan.name,
    version: plan.version,
    channels: byName(channels),
    nodes: byName(plan.nodes.map((node) => [node.name, describeNode(node, within)])),
  }
}

function describeNode(node: PlanNode, around: readonly Plan[]): NodeShape {
  const graphs = nestedPlans(node)
    .filter((plan) => !around.includes(plan))
    .map((plan) => describePlan(plan, around))
  return {
    triggers: node.triggers,
    ...(node.errorHandler !== undefined && { errorHandler: node.errorHandler }),
    ...(graphs.length > 0 && { graphs }),
  }
}

/** Plans of the graphs that are known to run inside a node. */
export function nestedPlans(node: PlanNode): readonly Plan[] {
  return node.nested?.() ?? []
}

function byName<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}
