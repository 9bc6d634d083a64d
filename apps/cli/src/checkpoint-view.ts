// What a stored checkpoint says by itself, without the graph that made it: which tasks are due, how far each of
// them got, and what the state is. Reads the stored form that Cairn and LangGraph.js share.
//   V1. Tasks are found from the channels that are full and that their node has not seen; a task's id is a hash
//       over its node and trigger, which links it to the writes that are stored beside the checkpoint.
//   V2. Writes whose task cannot be found that way (graphs of the functional API) still count, without a name.
import { ERROR, INTERRUPT, NULL_TASK_ID, RESUME, SENDS, START, isTaskOutput, systemIds } from '@cairn/engine'
import type { BaseCheckpointSaver, CheckpointTuple } from '@langchain/langgraph'

export interface CheckpointView {
  readonly id: string
  readonly threadId: string
  readonly parentId: string | undefined
  /** -1 for a thread's first input, 0 for the start, then counting supersteps. */
  readonly step: number
  readonly source: string
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** The state: channels that belong to the user. */
  readonly values: Readonly<Record<string, unknown>>
  readonly versions: Readonly<Record<string, number | string>>
  /** What a checkpoint of source `input` has been given; `undefined` otherwise. */
  readonly input: unknown
  /** What the next superstep consists of; empty when the graph has finished. */
  readonly tasks: readonly TaskView[]
}

export interface TaskView {
  readonly id: string
  /** `undefined` when the stored form does not tell. */
  readonly node: string | undefined
  readonly state: TaskState
}

export type TaskState =
  | { readonly kind: 'due' }
  /** Its writes are kept, but the superstep is not complete. */
  | { readonly kind: 'done' }
  | { readonly kind: 'waiting'; readonly questions: readonly Question[] }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }

export interface Question {
  readonly id: string
  readonly node: string | undefined
  readonly value: unknown
}

type PendingWrites = NonNullable<CheckpointTuple['pendingWrites']>

export function viewCheckpoint(tuple: CheckpointTuple): CheckpointView {
  const { checkpoint, metadata } = tuple
  return {
    id: checkpoint.id,
    threadId: String(tuple.config.configurable?.['thread_id']),
    parentId: tuple.parentConfig?.configurable?.['checkpoint_id'] as string | undefined,
    step: metadata?.step ?? 0,
    source: metadata?.source ?? 'loop',
    createdAt: checkpoint.ts,
    metadata: { ...metadata },
    values: Object.fromEntries(
      Object.entries(checkpoint.channel_values).filter(([channel]) => isState(channel)),
    ),
    versions: Object.fromEntries(
      Object.entries(checkpoint.channel_versions).filter(([channel]) => isState(channel)),
    ),
    input: checkpoint.channel_values[START],
    tasks: viewTasks(tuple),
  }
}

/** The newest checkpoint of a thread, or `undefined` when there is no such thread. */
export async function viewHead(
  saver: BaseCheckpointSaver,
  threadId: string,
): Promise<CheckpointView | undefined> {
  const tuple = await saver.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '' } })
  return tuple === undefined ? undefined : viewCheckpoint(tuple)
}

/** All checkpoints of a thread, newest first; nested graphs are left out. */
export async function viewThread(saver: BaseCheckpointSaver, threadId: string): Promise<CheckpointView[]> {
  const views: CheckpointView[] = []
  const config = { configurable: { thread_id: threadId, checkpoint_ns: '' } }
  for await (const tuple of saver.list(config)) views.push(viewCheckpoint(tuple))
  return views
}

/** Nodes that have not finished, each once; `?` for those without a name. */
export function nextNodes(view: CheckpointView): string[] {
  return namesOf(view.tasks.filter((task) => task.state.kind !== 'done'))
}

/** Every node of the superstep that starts here; `name ×3` for one that has several tasks. */
export function namesOf(tasks: readonly TaskView[]): string[] {
  const counts = new Map<string, number>()
  for (const { node = '?' } of tasks) counts.set(node, (counts.get(node) ?? 0) + 1)
  return [...counts].map(([node, count]) => (count === 1 ? node : `${node} ×${count}`))
}

export function openQuestions(view: CheckpointView): Question[] {
  return view.tasks.flatMap(({ state }) => (state.kind === 'waiting' ? state.questions : []))
}

export type ThreadStatus = 'finished' | 'interrupted' | 'failed' | 'stopped'

/** `stopped`: in the middle, by a crash, by Ctrl+C or at a breakpoint. */
export function statusOf(view: CheckpointView): ThreadStatus {
  const kinds = new Set(view.tasks.map((task) => task.state.kind))
  if (kinds.has('failed')) return 'failed'
  if (kinds.has('waiting')) return 'interrupted'
  return view.tasks.length === 0 ? 'finished' : 'stopped'
}

const branchPrefix = 'branch:to:'
const joinPrefix = 'join:'

/** `__root__` holds a state that is a single value; `__end__` the result of an entrypoint. */
function isState(channel: string): boolean {
  if (channel.startsWith(branchPrefix) || channel.startsWith(joinPrefix)) return false
  return !channel.startsWith('__') || channel === '__root__' || channel === '__end__'
}

interface Candidate {
  readonly node: string
  readonly ids: readonly string[]
}

function viewTasks({ checkpoint, metadata, pendingWrites = [] }: CheckpointTuple): TaskView[] {
  const step = String((metadata?.step ?? -2) + 1)
  const idOf = (node: string, ...rest: readonly unknown[]): string =>
    systemIds.taskId(checkpoint.id, JSON.stringify([node, step, node, ...rest]))
  const candidates: Candidate[] = []
  const sends = checkpoint.channel_values[SENDS]
  for (const [index, send] of (Array.isArray(sends) ? sends : []).entries()) {
    const { node } = send as { node: string }
    candidates.push({ node, ids: [idOf(node, '__pregel_push', String(index))] })
  }
  for (const [node, triggers] of fullTriggers(checkpoint)) {
    candidates.push({ node, ids: triggers.map((trigger) => idOf(node, '__pregel_pull', [trigger])) })
  }
  const written = new Set(pendingWrites.map(([taskId]) => taskId))
  const known = candidates.map(({ node, ids }) => {
    const id = ids.find((candidate) => written.has(candidate)) ?? ids[0]!
    return { id, node, state: stateOf(id, node, pendingWrites) }
  })
  return [...known, ...tasksWithoutName(new Set(candidates.flatMap(({ ids }) => ids)), known, pendingWrites)]
}

/** node → the channels that trigger it: full, and newer than what it has seen. Sorted by node, as they run. */
function fullTriggers(checkpoint: CheckpointTuple['checkpoint']): [node: string, triggers: string[]][] {
  const triggers = new Map<string, string[]>()
  for (const [channel, value] of Object.entries(checkpoint.channel_values)) {
    const node = triggeredNode(channel, value)
    if (node === undefined) continue
    const version = checkpoint.channel_versions[channel]
    const seen = checkpoint.versions_seen[node]?.[channel]
    if (version === undefined || (seen !== undefined && version <= seen)) continue
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

function stateOf(taskId: string, node: string | undefined, writes: PendingWrites): TaskState {
  const own = writes.filter(([id]) => id === taskId)
  if (own.some(([, channel]) => isTaskOutput(channel))) return { kind: 'done' }
  const failure = own.find(([, channel]) => channel === ERROR)
  if (failure !== undefined) return { kind: 'failed', ...failureOf(failure[2]) }
  const interrupts = own
    .filter(([, channel]) => channel === INTERRUPT)
    .flatMap(([, , value]) => value as unknown[])
  const given = own.filter(([, channel]) => channel === RESUME).flatMap(([, , value]) => value as unknown[])
  const questions = interrupts.flatMap((interrupt): Question[] => {
    const { id, value } = interrupt as { id?: string; value: unknown }
    return id === undefined || isAnswered(id, given, writes) ? [] : [{ id, node, value }]
  })
  return questions.length === 0 ? { kind: 'due' } : { kind: 'waiting', questions }
}

/** An answer is stored before its task runs again, so a run that died in between leaves both. */
function isAnswered(questionId: string, given: readonly unknown[], writes: PendingWrites): boolean {
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
  known: readonly TaskView[],
  writes: PendingWrites,
): TaskView[] {
  const ids = new Set(
    writes.map(([taskId]) => taskId).filter((id) => !candidates.has(id) && id !== NULL_TASK_ID),
  )
  const found = [...ids].map((id): TaskView => ({
    id,
    node: undefined,
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
