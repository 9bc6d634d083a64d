import type { BaseCheckpointSaver, CheckpointTuple } from '@langchain/langgraph'
import type { CheckpointPendingWrite } from '@langchain/langgraph-checkpoint'
import { ERROR, INTERRUPT, RESUME, isTaskOutput } from '@cairn/engine'
import type { RunConfig } from './run-config.ts'

/** What LangGraph makes the snapshot of a state from. */
export interface SnapshotOptions {
  readonly config: RunConfig
  readonly saved?: CheckpointTuple
  readonly saver: BaseCheckpointSaver
  /** Whether nested graphs are shown with their own states. */
  readonly recurse?: boolean
  /** Whether it is the present state, with what finished tasks have written already. */
  readonly applyPendingWrites?: boolean
}

/**
 * The record of a checkpoint without what is over: questions of tasks that have finished since, that they had been
 * given up before, and answers, which LangGraph's snapshots take for a task's output.
 */
export function withOpenWrites(saved: CheckpointTuple): CheckpointTuple {
  const { pendingWrites = [] } = saved
  if (!pendingWrites.some(([, channel]) => channel === INTERRUPT || channel === ERROR)) return saved
  const finished = new Set(pendingWrites.filter(([, channel]) => isTaskOutput(channel)).map(([id]) => id))
  const isOver = ([taskId, channel, value]: CheckpointPendingWrite) =>
    finished.has(taskId) && (channel === INTERRUPT || (channel === ERROR && isAbortion(value)))
  const hasQuestions = pendingWrites.some(([, channel]) => channel === INTERRUPT)
  return {
    ...saved,
    pendingWrites: pendingWrites.filter((write) => !isOver(write) && !(hasQuestions && write[1] === RESUME)),
  }
}

function isAbortion(error: unknown): boolean {
  return (error as { name?: string } | null)?.name === 'AbortError'
}
