// What a thread would lose if it went on with a plan. Nothing that is only added, and nothing that nobody waits for,
// is a loss.
import { NULL_TASK_ID, RETURN, SENDS, isTaskOutput } from '../control.ts'
import type { SendPacket } from '../due.ts'
import { nearest } from '../errors.ts'
import type { Plan } from '../plan.ts'
import { isControlChannel, joinOf, nodeTriggeredBy } from './control-channels.ts'
import type { ChannelShape } from './plan-shape.ts'
import { arrivedAt, sentPackets, type DueTask, type Standstill } from './standstill.ts'

/** One thing that would be lost. `near`: what it may be called now. */
export type Loss =
  /** A task is due, or has finished and waits for others, and the plan would not run its node or not see that it is due. */
  | {
      readonly kind: 'task'
      readonly node: string
      readonly isFinished: boolean
      /** `gone`: the node; `untriggered`: what made it due. */
      readonly why: 'gone' | 'untriggered'
      /** What made it due. */
      readonly channel: string | undefined
      readonly near: readonly string[]
    }
  /** So many tasks were sent to a node that is gone. */
  | { readonly kind: 'send'; readonly node: string; readonly count: number; readonly near: readonly string[] }
  /** A join has begun to fill that is gone, or no longer waits for who has arrived. */
  | {
      readonly kind: 'join'
      readonly channel: string
      readonly arrived: readonly string[]
      readonly near: readonly string[]
    }
  /** A channel of the state holds a value that the plan has no place for. */
  | {
      readonly kind: 'channel'
      readonly channel: string
      readonly was: string
      /** `undefined`: the channel is gone. */
      readonly is: string | undefined
      readonly near: readonly string[]
    }
  /** A finished task, or a command, has written to a channel that is gone, and no checkpoint holds it yet. */
  | {
      readonly kind: 'write'
      readonly channel: string
      /** `undefined`: not known, or no node. */
      readonly node: string | undefined
      readonly near: readonly string[]
    }

/** Whether a thread has more to do, whatever the plan: tasks are due, or a command has not been taken. */
export function hasPendingWork({ tasks, writes }: Standstill): boolean {
  return (
    tasks.length > 0 || writes.some(([taskId, channel]) => taskId === NULL_TASK_ID && isTaskOutput(channel))
  )
}

export function lostWork(plan: Plan, standstill: Standstill): Loss[] {
  const tasks = [
    ...lostSends(plan, standstill),
    ...standstill.tasks.flatMap((task) => lostTask(plan, standstill, task)),
  ]
  const explained = new Set(tasks.map((loss) => (loss.kind === 'task' ? loss.channel : undefined)))
  return [
    ...tasks,
    ...lostJoins(plan, standstill).filter((loss) => loss.kind !== 'join' || !explained.has(loss.channel)),
    ...lostChannels(plan, standstill),
    ...lostWrites(plan, standstill),
  ]
}

/** What was sent, and what finished tasks and commands will send. */
function lostSends(plan: Plan, standstill: Standstill): Loss[] {
  const { values, writes } = standstill
  const written = writes.flatMap(([, channel, packet]) => (channel === SENDS ? [packet as SendPacket] : []))
  const targets = [...sentPackets(values), ...written].map(({ node }) => node)
  const gone = [...new Set(targets)].filter((node) => !plan.nodeByName.has(node))
  return gone.map((node) => ({
    kind: 'send',
    node,
    count: targets.filter((each) => each === node).length,
    near: nearNodes(plan, standstill, node),
  }))
}

function lostTask(plan: Plan, standstill: Standstill, { node, fired, index, isFinished }: DueTask): Loss[] {
  if (index !== undefined) return []
  const found = plan.nodeByName.get(node)
  const [channel] = fired
  if (found === undefined) {
    const near = nearNodes(plan, standstill, node)
    return [{ kind: 'task', node, isFinished, why: 'gone', channel, near }]
  }
  const isSeen = fired.some((name) => found.triggers.includes(name) && isKept(plan, standstill, name))
  return isSeen ? [] : [{ kind: 'task', node, isFinished, why: 'untriggered', channel, near: found.triggers }]
}

function lostJoins(plan: Plan, { values, channels }: Standstill): Loss[] {
  return Object.entries(values).flatMap(([channel, value]): Loss[] => {
    const isJoin =
      channels === undefined
        ? joinOf(channel) !== undefined
        : channels[channel]?.kind.startsWith('NamedBarrierValue') === true
    const arrived = isJoin ? arrivedAt(value) : []
    if (arrived.length === 0) return []
    const slot = plan.slotByChannel.get(channel)
    const now = slot === undefined ? undefined : plan.channels[slot]!
    const was = channels?.[channel]?.kind
    const isSame = now !== undefined && (was === undefined || was === now.kind)
    if (isSame && arrived.every((name) => now.traits?.names?.includes(name) !== false)) return []
    return [{ kind: 'join', channel, arrived, near: nearJoins(plan, channel) }]
  })
}

/** What the shape of the thread's own graph does not know was not its state. */
function lostChannels(plan: Plan, standstill: Standstill): Loss[] {
  return Object.entries(standstill.channels ?? {}).flatMap(([channel, was]): Loss[] => {
    if (isControlChannel(channel) || was.kind.startsWith('NamedBarrierValue')) return []
    if (!holds(standstill, channel, was) || isKept(plan, standstill, channel)) return []
    const slot = plan.slotByChannel.get(channel)
    const is = slot === undefined ? undefined : plan.channels[slot]!.kind
    const near = is === undefined ? nearChannels(plan, standstill, channel) : []
    return [{ kind: 'channel', channel, was: was.kind, is, near }]
  })
}

/** What nobody has written is no loss. A delta channel holds something though its value stands elsewhere. */
function holds({ values, versions }: Standstill, channel: string, { kind, isUnique }: ChannelShape): boolean {
  if (versions[channel] === undefined) return false
  const value = values[channel]
  if (value === undefined) return kind === 'DeltaChannel'
  return !(kind === 'Topic' && Array.isArray(value) && value.length === 0 && isUnique !== true)
}

function lostWrites(plan: Plan, standstill: Standstill): Loss[] {
  const { writes, tasks, channels, versions, naming } = standstill
  const known = new Set<string>()
  return writes.flatMap(([taskId, channel]): Loss[] => {
    if (!isTaskOutput(channel) || channel === RETURN) return []
    if (plan.slotByChannel.has(channel)) return []
    const node = tasks.find(({ ids }) => ids.includes(taskId))?.node
    const wasThere =
      channels === undefined ? versions[channel] !== undefined : Object.hasOwn(channels, channel)
    const isCounted = wasThere || naming.channels[channel] !== undefined
    const key = `${node ?? taskId}\n${channel}`
    if (!isCounted || known.has(key)) return []
    known.add(key)
    const target = nodeTriggeredBy(channel)
    if (target !== undefined && !plan.nodeByName.has(target)) {
      const near = nearNodes(plan, standstill, target)
      return [{ kind: 'task', node: target, isFinished: false, why: 'gone', channel, near }]
    }
    return [{ kind: 'write', channel, node, near: nearChannels(plan, standstill, channel) }]
  })
}

/** Whether the plan reads a channel of this name as it is kept. */
function isKept(plan: Plan, { channels }: Standstill, name: string): boolean {
  const slot = plan.slotByChannel.get(name)
  if (slot === undefined) return false
  const was = channels?.[name]
  return was === undefined || keepsValue(was, plan.channels[slot]!)
}

const plain = new Set(['LastValue', 'BinaryOperatorAggregate', 'AnyValue', 'EphemeralValue'])
const lasting = new Set(['LastValue', 'BinaryOperatorAggregate', 'DeltaChannel'])

/** Whether a channel of one kind holds on to what one of another kind has kept. */
function keepsValue(was: ChannelShape, now: Plan['channels'][number]): boolean {
  if (was.kind === now.kind) return was.isUnique === now.traits?.isUnique
  if (was.kind === 'DeltaChannel') return now.kind === 'BinaryOperatorAggregate'
  return plain.has(was.kind) && lasting.has(now.kind)
}

function nearNodes(plan: Plan, { nodes }: Standstill, gone: string): string[] {
  const names = plan.nodes
    .filter(({ name, isHidden }) => isHidden !== true && !name.startsWith('__'))
    .map(({ name }) => name)
  return nearNames(gone, names, nodes)
}

function nearChannels(plan: Plan, { channels }: Standstill, gone: string): string[] {
  const names = plan.channelNames.filter((name) => !isControlChannel(name) && !name.startsWith('__'))
  return nearNames(gone, names, channels && Object.keys(channels))
}

/** What is new is what something was renamed to: the nearest of that, or the only one. */
function nearNames(gone: string, names: readonly string[], before: readonly string[] | undefined): string[] {
  const added = before === undefined ? [...names] : names.filter((name) => !before.includes(name))
  const parts = added.filter((name) => isPart(gone, name) || isPart(name, gone))
  const near = [...new Set([...nearest(gone, added), ...parts])].slice(0, 3)
  if (near.length > 0) return near
  return before !== undefined && added.length === 1 ? added : nearest(gone, names)
}

function isPart(part: string, name: string): boolean {
  return part.length > 2 && name.toLowerCase().includes(part.toLowerCase())
}

/** Joins into the same node, or of the same parents. */
function nearJoins(plan: Plan, channel: string): string[] {
  const gone = joinOf(channel)
  const text = (names: readonly string[] | undefined) => names?.toSorted().join('+')
  return plan.channelNames.filter((name) => {
    const join = joinOf(name)
    if (join === undefined || name === channel || gone === undefined) return false
    return join.node === gone.node || text(join.parents) === text(gone.parents)
  })
}
