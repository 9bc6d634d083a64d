// The notes of one task that LangGraph's `interrupt()`, `task()` and nested graphs keep: how many questions it has
// asked, which answers it has, what it was given.
import { INTERRUPT, RESUME, NULL_TASK_ID, type Run, type Task } from '@cairn/engine'
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
}

/**
 * @param answers interrupt id → answer, from a command
 * @param namespaceOf the task's namespace, asked for only when there are such answers
 */
export function createScratchpad(
  task: Task,
  run: Run,
  answers: Readonly<Record<string, unknown>> | undefined,
  namespaceOf: () => string,
): Scratchpad {
  const { pending } = run
  const scratchpad: Scratchpad = {
    callCounter: 0,
    interruptCounter: -1,
    subgraphCounter: 0,
    resume: [],
    currentTaskInput: task.input,
    consumeNullResume() {
      const answer = scratchpad.nullResume
      delete scratchpad.nullResume
      return answer
    },
  }
  if (pending.length === 0 && answers === undefined) return scratchpad

  const stored = pending.filter(([taskId, channel]) => channel === RESUME && taskId === task.id)
  scratchpad.resume.push(...stored.flatMap(([, , answer]) => answer))
  const plain = pending.find(([taskId, channel]) => channel === RESUME && taskId === NULL_TASK_ID)
  if (plain !== undefined && mayTakePlainAnswer(task, run)) scratchpad.nullResume = plain[2]

  const byId = { ...storedAnswers(run), ...answers }
  if (Object.keys(byId).length > 0) {
    const next = interruptId(namespaceOf(), scratchpad.resume.length)
    const first = interruptId(namespaceOf(), 0)
    if (next in byId) scratchpad.resume.push(byId[next])
    else if (first in byId) scratchpad.resume.push(byId[first])
  }
  return scratchpad
}

/** A plain answer is for the task that asked; when none did (a static breakpoint), for whoever asks first. */
function mayTakePlainAnswer(task: Task, { pending }: Run): boolean {
  const asked = pending.filter(([, channel]) => channel === INTERRUPT)
  return asked.length === 0 || asked.some(([taskId]) => taskId === task.id)
}

/** Answers by id that an earlier run took and did not come to use: they are stored under their question's id. */
function storedAnswers({ pending }: Run): Record<string, unknown> {
  const answers: Record<string, unknown> = {}
  for (const [id, channel, answer] of pending) {
    if (channel === RESUME && isInterruptId(id)) answers[id] = [answer].flat().at(-1)
  }
  return answers
}

/** 32 hexadecimal digits. */
export function isInterruptId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}
