import { Command, type StateSnapshot } from '@langchain/langgraph'
import type { LedgerNotes } from './ledger-notes.ts'
import type { CrashGraph, Shape } from './shape.ts'

/**
 * Brings a thread to its end, from wherever it stands: with the input when nothing was saved, with answers when
 * questions are open, and else by going on.
 */
export async function drive(
  graph: CrashGraph,
  shape: Shape,
  config: object,
  notes: LedgerNotes,
): Promise<StateSnapshot> {
  for (;;) {
    const state = await graph.getState(config)
    // Not `next`, from which LangGraph leaves out a task that has asked for the second time.
    if (state.createdAt !== undefined && state.tasks.length === 0) return state
    notes.beginRun()
    await graph.invoke(whatIsDue(state, shape), config)
  }
}

function whatIsDue(
  state: StateSnapshot,
  { input, answers = {}, answersById = false, update }: Shape,
): unknown {
  if (state.createdAt === undefined) return input
  const questions = state.tasks.flatMap(({ interrupts }) => interrupts)
  if (questions.length === 0) return null
  if (!answersById) {
    const resume = answers[String(questions[0]!.value)]
    return new Command({ resume, ...(update !== undefined && { update }) })
  }
  const byId = questions.map(({ id, value }) => [id, answers[String(value)]] as const)
  return new Command({ resume: Object.fromEntries(byId) as Record<string, unknown> })
}
