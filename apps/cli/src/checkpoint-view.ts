// A stored checkpoint as the command line shows it: the user's own channels, and the tasks that come next.
import {
  storedTasks,
  threadStatus,
  type StoredQuestion,
  type StoredTask,
  type ThreadStatus,
} from '@cairn/checkpoint'
import { START } from '@cairn/engine'
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
  readonly tasks: readonly StoredTask[]
}

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
export function namesOf(tasks: readonly StoredTask[]): string[] {
  return countedNames(tasks.map(({ node = '?' }) => node))
}

/** Each name once; `name ×3` for one that comes three times. */
export function countedNames(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([node, count]) => (count === 1 ? node : `${node} ×${count}`))
}

export function openQuestions(view: CheckpointView): StoredQuestion[] {
  return view.tasks.flatMap(({ state }) => (state.kind === 'waiting' ? state.questions : []))
}

export function statusOf(view: CheckpointView): ThreadStatus {
  return threadStatus(view.tasks)
}

const branchPrefix = 'branch:to:'
const joinPrefix = 'join:'

/** `__root__` holds a state that is a single value; `__end__` the result of an entrypoint. */
function isState(channel: string): boolean {
  if (channel.startsWith(branchPrefix) || channel.startsWith(joinPrefix)) return false
  return !channel.startsWith('__') || channel === '__root__' || channel === '__end__'
}

function viewTasks({ checkpoint, metadata, config, pendingWrites = [] }: CheckpointTuple): StoredTask[] {
  const { thread_id: threadId, checkpoint_ns: namespace = '' } = config.configurable ?? {}
  return storedTasks({
    line: { threadId: String(threadId), namespace: String(namespace) },
    id: checkpoint.id,
    metadata: { source: 'loop', step: -2, parents: {}, ...metadata },
    values: checkpoint.channel_values,
    versions: checkpoint.channel_versions,
    seen: checkpoint.versions_seen,
    writes: pendingWrites,
  })
}
