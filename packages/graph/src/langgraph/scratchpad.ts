// The notes of one task that LangGraph's `interrupt()`, `task()` and nested graphs keep: how many questions it has
// asked, which answers it has, what it was given.
import { isDeepStrictEqual } from 'node:util'
import {
  INTERRUPT,
  NULL_TASK_ID,
  RESUME,
  openQuestions,
  type PendingWrite,
  type Run,
  type Task,
} from '@cairn/engine'
import { interruptId } from './interrupt-id.ts'

export interface Scratchpad {
  callCounter: number
  interruptCounter: number
  subgraphCounter: number
  /** Answers to the questions of this task, by their position. */
  readonly resume: unknown[]
  /** An answer that names no question. */
  nullResume?: unknown
  consumeNullResume(): unknown
  readonly currentTaskInput: unknown
  /** Interrupt id → answer that an earlier run took and did not use; for Cairn's graphs within this task. */
  readonly storedAnswers?: Readonly<Record<string, unknown>> | undefined
}

/** Whether a task on Cairn's engine made it, and not one of LangGraph's. */
export function isOwnScratchpad(scratchpad: unknown): boolean {
  return typeof scratchpad === 'object' && scratchpad !== null && 'storedAnswers' in scratchpad
}

/** Answers by the id of their question. */
export interface KnownAnswers {
  /** From a command of this run. */
  readonly answers: Readonly<Record<string, unknown>> | undefined
  /** From a command of an earlier run, which did not come to use them. */
  readonly stored: Readonly<Record<string, unknown>> | undefined
}

/**
 * @param namespaceOf the task's namespace, asked for only when there are such answers
 * @param caller of the task that called this one: an answer that a called task takes is none for the caller
 */
export function createScratchpad(
  task: Task,
  run: Run,
  { answers, stored }: KnownAnswers,
  namespaceOf: () => string,
  caller?: Scratchpad,
): Scratchpad {
  const { pending } = run
  const scratchpad: Scratchpad = {
    callCounter: 0,
    interruptCounter: -1,
    subgraphCounter: 0,
    resume: [],
    currentTaskInput: task.input,
    storedAnswers: stored,
    consumeNullResume() {
      const answer = scratchpad.nullResume
      delete scratchpad.nullResume
      if (answer !== undefined) caller?.consumeNullResume()
      return answer
    },
  }
  if (pending.length === 0 && answers === undefined && stored === undefined) return scratchpad

  const { resume } = scratchpad
  const own = pending.filter(([id, channel]) => channel === RESUME && id === task.id)
  resume.push(...own.flatMap(([, , answer]) => answer))
  const known = { ...stored, ...answers }
  if (Object.keys(known).length > 0) {
    const next = interruptId(namespaceOf(), resume.length)
    const first = interruptId(namespaceOf(), 0)
    const id = next in known ? next : answers !== undefined && first in answers ? first : undefined
    if (id !== undefined) {
      resume.push(known[id])
      caller?.consumeNullResume()
      return scratchpad
    }
  }
  const plain = pending.find(([id, channel]) => channel === RESUME && id === NULL_TASK_ID)
  if (plain !== undefined && isFor(task, plain[2], run)) scratchpad.nullResume = plain[2]
  return scratchpad
}

/**
 * Whether a plain answer, which may be of an earlier run, is for this task. It is for the task that asked; when none
 * did (a static breakpoint), for whoever asks first.
 */
function isFor(task: Task, answer: unknown, { pending }: Run): boolean {
  const used = pending.filter(
    ([id, channel]) => channel === RESUME && id !== NULL_TASK_ID && !isInterruptId(id),
  )
  const isUsed = (answers: unknown) => isDeepStrictEqual([answers].flat().at(-1), answer)
  if (used.some(([id, , answers]) => id === task.id && isUsed(answers))) return false
  const asked = pending.filter(([, channel]) => channel === INTERRUPT)
  if (asked.length === 0) return true
  if (!asked.some(([id]) => id === task.id)) return false
  // The engine keeps it under the id of its question as well, LangGraph does not.
  if (pending.some(([id, channel]) => channel === RESUME && isInterruptId(id))) {
    const open = openQuestions(pending.filter(([id]) => id === task.id))
    const stored = storedAnswers(pending)
    return open.some(({ id }) => id !== undefined && isDeepStrictEqual(stored[id], answer))
  }
  return !used.some(([, , answers]) => isUsed(answers))
}

/** Answers that are stored under the ids of questions which are open. */
export function storedAnswers(pending: readonly PendingWrite[]): Record<string, unknown> {
  const open = new Set(openQuestions(pending).map(({ id }) => id))
  const answers: Record<string, unknown> = {}
  for (const [id, channel, answer] of pending) {
    if (channel === RESUME && open.has(id)) answers[id] = [answer].flat().at(-1)
  }
  return answers
}

/** 32 hexadecimal digits. */
export function isInterruptId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}
