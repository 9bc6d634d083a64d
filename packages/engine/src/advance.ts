// The barrier of a superstep, after Pregel (Malewicz et al., 2010): what its tasks wrote becomes the state of
// the next one. Pure: the same state and tasks always give the same result.
//   A1. Tasks are applied by path, never in the order in which they finished.
//   A2. Nobody saw a sibling's write before this point.
//   A3. Each channel gets at most two new versions: one when it is consumed, one when it is updated.
import { EMPTY, UNCHANGED } from './channel.ts'
import { InvalidUpdateError, brief } from './errors.ts'
import type { Plan, PlanNode } from './plan.ts'
import type { State } from './state.ts'
import type { Write } from './write.ts'

/** What the barrier needs to know of a task. */
export interface AppliedTask {
  /** `undefined` for an input or a command, which no node wrote. */
  readonly node: PlanNode | undefined
  /** Positions of the node's triggers that made it due; empty for a task that was sent or called. */
  readonly fired: readonly number[]
  readonly writes: readonly Write[]
}

export interface Advance {
  readonly state: State
  /** Slots of the channels that were updated and hold something: their subscribers may be due. */
  readonly updated: readonly number[]
  /** Slots of all channels with a new version. */
  readonly changed: ReadonlySet<number>
}

/**
 * Applies tasks, given in the order of their paths.
 * @throws {InvalidUpdateError} naming the channel that refused its updates.
 */
export function advance(plan: Plan, state: State, tasks: readonly AppliedTask[]): Advance {
  const contents = state.contents.slice()
  const versions = state.versions.slice()
  const changed = new Set<number>()
  const updated: number[] = []

  const seen = markSeen(state, tasks)
  const isSuperstep = tasks.some((task) => task.node !== undefined)
  let newest = state.newest

  const consumedVersion = newest + 1
  for (const slot of firedSlots(tasks)) {
    const content = plan.channels[slot]!.consume?.(contents[slot])
    if (content === undefined || content === UNCHANGED) continue
    contents[slot] = content
    versions[slot] = newest = consumedVersion
    changed.add(slot)
  }

  const updatedVersion = newest + 1
  const put = (slot: number, content: unknown) => {
    if (content === UNCHANGED) return
    contents[slot] = content
    versions[slot] = newest = updatedVersion
    changed.add(slot)
    if (plan.channels[slot]!.read(content) !== EMPTY) updated.push(slot)
  }

  const updates = groupByChannel(plan, tasks)
  for (const [slot, values] of updates) put(slot, updateChannel(plan, slot, contents[slot], values))
  if (isSuperstep) {
    for (const slot of plan.volatileSlots) {
      const isHeld = plan.channels[slot]!.read(contents[slot]) !== EMPTY
      if (isHeld && !updates.has(slot)) put(slot, updateChannel(plan, slot, contents[slot], []))
    }
    if (!updated.some((slot) => plan.subscribers[slot]!.length > 0 || slot === plan.sendsSlot)) {
      for (const slot of plan.deferredSlots) put(slot, plan.channels[slot]!.finish!(contents[slot]))
    }
  }
  return { state: { contents, versions, seen, newest }, updated, changed }
}

function markSeen(state: State, tasks: readonly AppliedTask[]): State['seen'] {
  let seen: (readonly number[])[] | undefined
  for (const { node, fired } of tasks) {
    if (node === undefined || fired.length === 0) continue
    seen ??= state.seen.slice()
    const row = seen[node.slot]!.slice()
    for (const position of fired) row[position] = state.versions[node.triggerSlots[position]!]!
    seen[node.slot] = row
  }
  return seen ?? state.seen
}

function firedSlots(tasks: readonly AppliedTask[]): Set<number> {
  const slots = new Set<number>()
  for (const { node, fired } of tasks) for (const position of fired) slots.add(node!.triggerSlots[position]!)
  return slots
}

function groupByChannel(plan: Plan, tasks: readonly AppliedTask[]): Map<number, unknown[]> {
  const updates = new Map<number, unknown[]>()
  for (const { writes } of tasks) {
    for (const [channel, value] of writes) {
      const slot = plan.slotByChannel.get(channel)
      if (slot === undefined) continue // a control write, or a channel of an older version of the graph
      const values = updates.get(slot)
      if (values === undefined) updates.set(slot, [value])
      else values.push(value)
    }
  }
  return updates
}

/**
 * The content of a channel after these updates, or `UNCHANGED`.
 * @throws {InvalidUpdateError} naming the channel
 */
export function updateChannel(
  plan: Plan,
  slot: number,
  content: unknown,
  values: readonly unknown[],
): unknown {
  try {
    return plan.channels[slot]!.update(content, values)
  } catch (error) {
    if (!(error instanceof InvalidUpdateError)) throw error
    const channel = plan.channelNames[slot]!
    throw new InvalidUpdateError({
      code: error.code,
      channel,
      kind: plan.channels[slot]!.kind,
      message: `Invalid update for channel "${channel}" with values ${brief(values, 200)}: ${error.message}`,
      updates: values,
      cause: error,
    })
  }
}
