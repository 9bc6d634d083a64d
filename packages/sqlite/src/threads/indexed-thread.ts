import { storedTasks, threadStatus, type ThreadStatus } from '@cairn/checkpoint'
import type { CheckpointMetadata, StoredCheckpoint } from '@cairn/engine'
import { canonicalJson } from './canonical-json.ts'

/** What the index keeps of a thread, but for its text. */
export interface IndexedThread {
  /** Id of the newest checkpoint. */
  readonly checkpoint: string
  readonly status: ThreadStatus
  readonly step: number
  /** Names of the nodes of the next superstep, one for each task; `?` for those without one. */
  readonly tasks: readonly string[]
  /** Of those that have not finished. */
  readonly next: readonly string[]
  /** Milliseconds since the epoch. */
  readonly updated: number
}

/** Metadata that the engine itself keeps. */
const engineKeys = new Set(['source', 'step', 'parents', 'writes', 'counters_since_delta_snapshot'])
/** Longer ones, as text, are nothing to search by. */
const longestValue = 1000

export function indexedThread(head: StoredCheckpoint): IndexedThread {
  const tasks = storedTasks(head)
  const unfinished = tasks.filter(({ state }) => state.kind !== 'done')
  const nodesOf = (some: typeof tasks): string[] => some.map(({ node = '?' }) => node)
  const { step } = head.metadata as Partial<CheckpointMetadata>
  return {
    checkpoint: head.id,
    status: threadStatus(tasks),
    step: typeof step === 'number' ? step : 0,
    tasks: nodesOf(tasks),
    next: nodesOf(unfinished),
    updated: millisecondsOf(head.createdAt),
  }
}

/** Key → JSON text, of what whoever ran the graph put into the metadata of a checkpoint. */
export function searchableMetadata(metadata: CheckpointMetadata): [key: string, value: string][] {
  return Object.entries(metadata).flatMap(([key, value]): [string, string][] => {
    if (engineKeys.has(key) || value === undefined) return []
    try {
      const text = canonicalJson(value)
      return text.length <= longestValue ? [[key, text]] : []
    } catch {
      // What is no JSON cannot be searched by.
      return []
    }
  })
}

export function millisecondsOf(createdAt: string): number {
  const ms = Date.parse(createdAt)
  return Number.isNaN(ms) ? 0 : ms
}
