import { Command, type StateSnapshot } from '@langchain/langgraph'
import type { OpenedThread } from './open-thread.ts'
import type { Shape } from './shape.ts'

/**
 * Brings a thread to its end, from wherever it stands: with the input when nothing was saved, with answers when
 * questions are open, and else by going on.
 */
export async function drive({ graph, shape, config, notes }: OpenedThread): Promise<void> {
  for (;;) {
    const state = await graph.getState(config)
    // Not `next`, which is empty already when only the last checkpoint is missing.
    if (state.createdAt !== undefined && state.tasks.length === 0) return
    notes.beginRun()
    await graph.invoke(whatIsDue(state, shape), config)
  }
}

export interface OpenQuestion {
  readonly id: string
  readonly value: unknown
}

export function openQuestions({ tasks }: StateSnapshot): OpenQuestion[] {
  return tasks.flatMap(({ interrupts }) => interrupts.map(({ id, value }) => ({ id: id!, value })))
}

function whatIsDue(
  state: StateSnapshot,
  { input, answers = {}, answersById = false, updates = {} }: Shape,
): unknown {
  if (state.createdAt === undefined) return input
  const questions = openQuestions(state)
  if (questions.length === 0) return null
  if (!answersById) {
    const question = String(questions[0]!.value)
    return new Command({ resume: answers[question], update: updates[question] ?? {} })
  }
  const byId = questions.map(({ id, value }) => [id, answers[String(value)]] as const)
  return new Command({ resume: Object.fromEntries(byId) as Record<string, unknown> })
}
