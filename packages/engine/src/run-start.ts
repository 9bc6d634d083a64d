import { INTERRUPT, NULL_TASK_ID, RESUME, isTaskOutput } from './control.ts'
import { AmbiguousResumeError, StaleResumeError } from './errors.ts'
import type { Question } from './task.ts'
import type { PendingWrite } from './store.ts'
import type { Write } from './write.ts'

/** How a run begins. */
export type RunStart =
  /** New input; tasks that an earlier run left unfinished are given up. */
  | { readonly kind: 'input'; readonly writes: readonly Write[] }
  /** On from where the thread stands. */
  | { readonly kind: 'continue' }
  /** On from there, with writes to the state, destinations and answers. */
  | { readonly kind: 'command'; readonly writes: readonly Write[]; readonly answer?: Answer }

export type Answer =
  /** To the one question that is open. */
  | { readonly kind: 'plain'; readonly value: unknown }
  | { readonly kind: 'byId'; readonly values: Readonly<Record<string, unknown>> }

/** Where in a thread's history a run begins. */
export interface Position {
  /** The caller named a checkpoint. */
  readonly isAddressed: boolean
  /** The thread has gone on since that checkpoint. */
  readonly isSuperseded: boolean
  /** The named checkpoint belongs to a nested graph. */
  readonly isNestedAddress: boolean
}

export const atHead: Position = { isAddressed: false, isSuperseded: false, isNestedAddress: false }

export interface OpenQuestion extends Question {
  readonly taskId: string
}

/** The questions whose tasks have not finished, in the order of their tasks. */
export function openQuestions(pending: readonly PendingWrite[]): OpenQuestion[] {
  const finished = new Set(pending.filter(([, channel]) => isTaskOutput(channel)).map(([taskId]) => taskId))
  return pending
    .filter(([taskId, channel]) => channel === INTERRUPT && !finished.has(taskId))
    .flatMap(([taskId, , questions]) =>
      [questions as Question | Question[]].flat().map((question) => ({ ...question, taskId })),
    )
}

/**
 * An answer is consumed once, by the question it was given to.
 * @throws {AmbiguousResumeError} a plain answer while several questions are open
 * @throws {StaleResumeError} an answer to a question that is not open
 */
export function checkAnswer(
  answer: Answer,
  open: readonly OpenQuestion[],
  thread: { readonly id: string; readonly hasBreakpoints: boolean; nodeOf(taskId: string): string },
): void {
  const openIds = open.flatMap(({ id }) => id ?? [])
  if (answer.kind === 'byId') {
    const stale = Object.keys(answer.values).filter((id) => !openIds.includes(id))
    if (stale.length > 0) throw new StaleResumeError(thread.id, stale, openIds)
  } else if (open.length > 1) {
    throw new AmbiguousResumeError(
      thread.id,
      open.map(({ id, value, taskId }) => ({ id, value, node: thread.nodeOf(taskId) })),
    )
  } else if (open.length === 0 && !thread.hasBreakpoints) {
    throw new StaleResumeError(thread.id, [], [])
  }
}

/** The writes that keep an answer: a plain one under no task, others under the id of their question. */
export function answerWrites(answer: Answer, pending: readonly PendingWrite[]): PendingWrite[] {
  if (answer.kind === 'plain') return [[NULL_TASK_ID, RESUME, answer.value]]
  return Object.entries(answer.values).map(([id, value]) => {
    const earlier = pending.filter(([taskId, channel]) => taskId === id && channel === RESUME).slice(0, 1)
    return [id, RESUME, [...earlier.map(([, , before]) => before), value]]
  })
}
