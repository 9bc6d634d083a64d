import { isDeepStrictEqual } from 'node:util'
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
  /** To the one question that is open, or to several that are the same. */
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
 * An answer is consumed once, by the question it was given to. One that comes where none is open is for the node that
 * asks first when the thread goes on: its question may be gone because the state was edited, or because the thread
 * stands at a breakpoint.
 * @throws {AmbiguousResumeError} a plain answer while several questions are open, unless they are all the same
 * @throws {StaleResumeError} an answer to a question that is not open, or to a thread that has ended
 */
export function checkAnswer(
  answer: Answer,
  open: readonly OpenQuestion[],
  thread: { readonly id: string; mayGoOn(): boolean; nodeOf(taskId: string): string },
): void {
  if (open.length === 0) {
    if (thread.mayGoOn()) return
    throw new StaleResumeError(thread.id, answer.kind === 'byId' ? Object.keys(answer.values) : [], [])
  }
  if (answer.kind === 'byId') {
    const ids = Object.keys(answer.values)
    const openIds = open.flatMap(({ id }) => id ?? [])
    if (!ids.some((id) => openIds.includes(id))) throw new StaleResumeError(thread.id, ids, openIds)
  } else if (answeredBy(answer, open) === undefined) {
    throw new AmbiguousResumeError(
      thread.id,
      open.map(({ id, value, taskId }) => ({ id, value, node: thread.nodeOf(taskId) })),
    )
  }
}

/**
 * The questions that an answer is for. A plain one is for the only question, or for all of several that are the same;
 * `undefined` when they differ.
 */
export function answeredBy(answer: Answer, open: readonly OpenQuestion[]): OpenQuestion[] | undefined {
  const known = open.filter(({ id }) => id !== undefined) // others take no answer: their node just runs again
  if (answer.kind === 'byId') return known.filter(({ id = '' }) => id in answer.values)
  return known.every(({ value }) => isDeepStrictEqual(value, known[0]!.value)) ? known : undefined
}

/** Those of the open questions that ask the same as one of `told`, and are others. */
export function sameQuestions(told: readonly OpenQuestion[], open: readonly OpenQuestion[]): OpenQuestion[] {
  const ids = new Set(told.map(({ id }) => id))
  return open.filter(
    ({ id, value }) => !ids.has(id) && told.some((question) => isDeepStrictEqual(question.value, value)),
  )
}

/** What a command puts beside the checkpoint, by task: its own writes and a plain answer belong to none. */
export type CommandRecord = readonly [taskId: string, writes: readonly Write[]]

/**
 * Its own writes come after those of earlier commands beside this checkpoint, in one record, since a store keeps the
 * first write at its position. Answers replace earlier ones, so each has a record of its own: by id under the id of
 * its question. A plain answer stands under the ids of its `questions` as well, which tells whoever goes on with the
 * thread that it is for no other.
 *
 * @param isElsewhere the command is for a copy of the checkpoint: it is none that was given before
 */
export function commandRecords(
  { writes, answer }: RunStart & { kind: 'command' },
  pending: readonly PendingWrite[],
  questions: readonly OpenQuestion[],
  isElsewhere: boolean,
): CommandRecord[] {
  const byId = new Map(Object.entries(answer?.kind === 'byId' ? answer.values : {}))
  if (answer?.kind === 'plain') for (const { id } of questions) byId.set(id!, answer.value)
  const earlier = writesOfCommands(pending)
  // Whoever died with a command may give it again.
  const isKnown = (id: string) => pending.some(([taskId, channel]) => taskId === id && channel === RESUME)
  const isRepeated = !isElsewhere && [...byId.keys()].every(isKnown) && endsWith(earlier, writes)

  const records: CommandRecord[] = [...byId].map(([id, value]) => [id, [[RESUME, [value]]]])
  if (answer?.kind === 'plain') records.push([NULL_TASK_ID, [[RESUME, answer.value]]])
  // Last, for a saver that keeps one record at a time: a command that was kept in part is told by its answer.
  if (writes.length > 0 && !isRepeated) records.push([NULL_TASK_ID, [...earlier, ...writes]])
  return records
}

/** What lies beside the checkpoint once these records do. */
export function withRecords(
  pending: readonly PendingWrite[],
  records: readonly CommandRecord[],
): readonly PendingWrite[] {
  let next = pending
  for (const [id, writes] of records) {
    const isAnswer = writes[0]![0] === RESUME
    const others = next.filter(([taskId, channel]) => taskId !== id || (channel === RESUME) !== isAnswer)
    next = [...others, ...writes.map(([channel, value]): PendingWrite => [id, channel, value])]
  }
  return next
}

function writesOfCommands(pending: readonly PendingWrite[]): Write[] {
  return pending.flatMap(([taskId, channel, value]): Write[] =>
    taskId === NULL_TASK_ID && channel !== RESUME ? [[channel, value]] : [],
  )
}

function endsWith(earlier: readonly Write[], writes: readonly Write[]): boolean {
  return isDeepStrictEqual(earlier.slice(Math.max(0, earlier.length - writes.length)), writes)
}
