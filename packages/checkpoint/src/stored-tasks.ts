// Which tasks a stored checkpoint leads to, and how far each of them got: read from the stored form that Cairn and
// LangGraph.js share, without the graph that made it.
//   V1. Tasks are found from the channels that are full and that their node has not seen; a task's id is a hash
//       over its node and trigger, which links it to the writes that are stored beside the checkpoint.
//   V2. Writes whose task cannot be found that way (graphs of the functional API) still count, without a name.
import {
  ERROR,
  INTERRUPT,
  NULL_TASK_ID,
  RESUME,
  SENDS,
  START,
  formerNames,
  isTaskOutput,
  systemIds,
  type PendingWrite,
  type StoredCheckpoint,
} from '@cairn/engine'

export interface StoredTask {
  readonly id: string
  /** `undefined` when the stored form does not tell. */
  readonly node: string | undefined
  /** Orders the tasks of a superstep, by code point; `undefined` without a node. */
  readonly path: string | undefined
  readonly state: StoredTaskState
}

export type StoredTaskState =
  | { readonly kind: 'due' }
  /** Its writes are kept, but the superstep is not complete. */
  | { readonly kind: 'done' }
  | { readonly kind: 'waiting'; readonly questions: readonly StoredQuestion[] }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }

export interface StoredQuestion {
  readonly id: string
  readonly node: string | undefined
  readonly value: unknown
}

/** `stopped`: in the middle, by a crash, by Ctrl+C or at a breakpoint. */
export type ThreadStatus = 'finished' | 'interrupted' | 'failed' | 'stopped'

/** What `storedTasks` looks at. */
export type CheckpointWithTasks = Pick<
  StoredCheckpoint,
  'line' | 'id' | 'metadata' | 'values' | 'versions' | 'seen' | 'writes'
>

/** What the next superstep consists of; empty when the graph has finished. */
export function storedTasks(checkpoint: CheckpointWithTasks): StoredTask[] {
  const candidates = candidatesOf(checkpoint)
  const { writes } = checkpoint
  const written = new Set(writes.map(([taskId]) => taskId))
  const known = candidates.map(({ node, path, ids }): StoredTask => {
    const id = ids.find((candidate) => written.has(candidate)) ?? ids[0]!
    return { id, node, path, state: stateOf(id, node, writes) }
  })
  return [...known, ...tasksWithoutName(new Set(candidates.flatMap(({ ids }) => ids)), known, writes)]
}

/** Task id → task path, of those that a checkpoint may lead to. */
export function taskPaths(checkpoint: CheckpointWithTasks): ReadonlyMap<string, string> {
  return new Map(candidatesOf(checkpoint).flatMap(({ path, ids }) => ids.map((id) => [id, path] as const)))
}

/** How a thread stands whose newest checkpoint leads to these tasks. */
export function threadStatus(tasks: readonly StoredTask[]): ThreadStatus {
  const kinds = new Set(tasks.map((task) => task.state.kind))
  if (kinds.has('failed')) return 'failed'
  if (kinds.has('waiting')) return 'interrupted'
  return tasks.length === 0 ? 'finished' : 'stopped'
}

const branchPrefix = 'branch:to:'
const joinPrefix = 'join:'

interface Candidate {
  readonly node: string
  readonly path: string
  /** One for each trigger that may have fired. */
  readonly ids: readonly string[]
}

function candidatesOf(checkpoint: CheckpointWithTasks): Candidate[] {
  const { id, line, metadata, values } = checkpoint
  // In a checkpoint that a migration made, tasks have the ids that they began with, made from former names.
  const former = formerNames(checkpoint)
  const { namespace } = former ?? line
  const step = String(former?.step ?? ((metadata as { step?: number }).step ?? -2) + 1)
  const idOf = (node: string, ...rest: readonly unknown[]): string => {
    const name = former?.nodes[node] ?? node
    const nameInLine = namespace === '' ? name : `${namespace}|${name}`
    return systemIds.taskId(former?.checkpoint ?? id, JSON.stringify([nameInLine, step, name, ...rest]))
  }
  const sends = values[SENDS]
  const sent = (Array.isArray(sends) ? sends : []).map((send, index): Candidate => {
    const { node } = send as { node: string }
    const path = `~__pregel_push, ${String(index).padStart(10, '0')}, 0000000000`
    return { node, path, ids: [idOf(node, '__pregel_push', String(former?.sends?.[index] ?? index))] }
  })
  const triggered = fullTriggers(checkpoint).map(([node, triggers]): Candidate => ({
    node,
    path: `~__pregel_pull, ${node}`,
    ids: triggers.map((trigger) => idOf(node, '__pregel_pull', [former?.channels[trigger] ?? trigger])),
  }))
  return [...sent, ...triggered]
}

/** node → the channels that trigger it: full, and newer than what it has seen. Sorted by node, as they run. */
function fullTriggers({ values, versions, seen }: CheckpointWithTasks): [node: string, triggers: string[]][] {
  const triggers = new Map<string, string[]>()
  for (const [channel, value] of Object.entries(values)) {
    const node = triggeredNode(channel, value)
    if (node === undefined) continue
    const version = versions[channel]
    const seenVersion = seen[node]?.[channel]
    if (version === undefined || (seenVersion !== undefined && version <= seenVersion)) continue
    triggers.set(node, [...(triggers.get(node) ?? []), channel])
  }
  return [...triggers].toSorted(([left], [right]) => (left < right ? -1 : 1))
}

/** A deferred node's channels hold `[value, isReleased]`. */
function triggeredNode(channel: string, value: unknown): string | undefined {
  if (channel === START) return START
  if (channel.startsWith(branchPrefix)) {
    const isHeldBack = Array.isArray(value) && value[1] !== true
    return isHeldBack ? undefined : channel.slice(branchPrefix.length)
  }
  if (!channel.startsWith(joinPrefix) || !Array.isArray(value)) return undefined
  const end = channel.lastIndexOf(':')
  const parents = channel.slice(joinPrefix.length, end)
  const [first, isReleased] = value as unknown[]
  const isDeferred = Array.isArray(first)
  const arrived = (isDeferred ? first : value) as readonly string[]
  const isComplete = arrived.toSorted().join('+') === parents.split('+').toSorted().join('+')
  return isComplete && (!isDeferred || isReleased === true) ? channel.slice(end + 1) : undefined
}

function stateOf(taskId: string, node: string | undefined, writes: readonly PendingWrite[]): StoredTaskState {
  const own = writes.filter(([id]) => id === taskId)
  if (own.some(([, channel]) => isTaskOutput(channel))) return { kind: 'done' }
  const failure = own.find(([, channel]) => channel === ERROR)
  if (failure !== undefined) return { kind: 'failed', ...failureOf(failure[2]) }
  const interrupts = own
    .filter(([, channel]) => channel === INTERRUPT)
    .flatMap(([, , value]) => value as unknown[])
  const given = own.filter(([, channel]) => channel === RESUME).flatMap(([, , value]) => value as unknown[])
  const questions = interrupts.flatMap((interrupt): StoredQuestion[] => {
    const { id, value } = interrupt as { id?: string; value: unknown }
    return id === undefined || isAnswered(id, given, writes) ? [] : [{ id, node, value }]
  })
  return questions.length === 0 ? { kind: 'due' } : { kind: 'waiting', questions }
}

/** An answer is stored before its task runs again, so a run that died in between leaves both. */
function isAnswered(questionId: string, given: readonly unknown[], writes: readonly PendingWrite[]): boolean {
  return writes.some(([taskId, channel, value]) => {
    if (channel !== RESUME) return false
    if (taskId === questionId) return true
    return (
      taskId === NULL_TASK_ID && !given.some((answer) => JSON.stringify(answer) === JSON.stringify(value))
    )
  })
}

function failureOf(value: unknown): { name: string; message: string } {
  const { name, message } = (value ?? {}) as { name?: string; message?: string }
  return { name: name ?? 'Error', message: message ?? JSON.stringify(value) }
}

function tasksWithoutName(
  candidates: ReadonlySet<string>,
  known: readonly StoredTask[],
  writes: readonly PendingWrite[],
): StoredTask[] {
  const ids = new Set(
    writes.map(([taskId]) => taskId).filter((id) => !candidates.has(id) && id !== NULL_TASK_ID),
  )
  const found = [...ids].map((id): StoredTask => ({
    id,
    node: undefined,
    path: undefined,
    state: stateOf(id, undefined, writes),
  }))
  const asking = found.filter(({ state }) => state.kind === 'waiting' || state.kind === 'failed')
  const shown = new Set(
    known.flatMap(({ state }) => (state.kind === 'waiting' ? state.questions.map(({ id }) => id) : [])),
  )
  return asking.filter(
    ({ state }) => state.kind !== 'waiting' || state.questions.some(({ id }) => !shown.has(id)),
  )
}
