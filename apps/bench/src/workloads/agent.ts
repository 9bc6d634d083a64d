import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** A question, for each round a message that calls the tool and one with its result, and an answer. */
export function agent(rounds: number): ProgramWorkload {
  return {
    id: 'agent',
    title: `prebuilt agent, ${count(rounds)} rounds of a tool, scripted model, no saver`,
    unit: { name: 'round', count: rounds },
    work: { kind: 'agent', rounds },
    storage: 'none',
    expected: { messages: 2 + 2 * rounds, sum: rounds },
  }
}
