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

/**
 * The questions whose tasks have not finished, in the order of their tasks. What a called task asks is kept with
 * its caller too, and counts once.
 */
export function openQuestions(pending: readonly PendingWrite[]): OpenQuestion[] {
  const finished = new Set(pending.filter(([, channel]) => isTaskOutput(channel)).map(([taskId]) => taskId))
  const known = new Set<string>()
  return pending
    .filter(([taskId, channel]) => channel === INTERRUPT && !finished.has(taskId))
    .flatMap(([taskId, , questions]) =>
      [questions as Question | Question[]].flat().map((question) => ({ ...question, taskId })),
    )
    .filter(({ id }) => {
      const isNew = id === undefined || !known.has(id)
      if (id !== undefined) known.add(id)
      return isNew
    })
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

/**
 * What a command puts beside the checkpoint, by task: its own writes and a plain answer belong to none, other
 * answers stand under the id of their question. An answer that was given before is replaced. A plain answer to
 * `question` stands under its id as well, which tells whoever goes on with the thread that it is for no other.
 */
export function commandWrites(
  { writes, answer }: RunStart & { kind: 'command' },
  question: string | undefined,
): Map<string, readonly Write[]> {
  const byTask = new Map<string, readonly Write[]>()
  const own: Write[] = answer?.kind === 'plain' ? [...writes, [RESUME, answer.value]] : [...writes]
  if (own.length > 0) byTask.set(NULL_TASK_ID, own)
  const answers = answer?.kind === 'byId' ? answer.values : {}
  for (const [id, value] of Object.entries(answers)) byTask.set(id, [[RESUME, [value]]])
  if (answer?.kind === 'plain' && question !== undefined) byTask.set(question, [[RESUME, [answer.value]]])
  return byTask
}
