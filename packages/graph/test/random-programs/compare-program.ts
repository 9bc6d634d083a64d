import { differences } from '../differential/harness/differences.ts'
import { compareText } from '../differential/harness/masked.ts'
import { normalise } from '../differential/harness/normalise.ts'
import { losesWork } from './loses-work.ts'
import { observeProgram } from './observe-program.ts'
import type { Program } from './program.ts'
import { textOfQuestion } from './take-turn.ts'

export interface Comparison {
  /** Whether the program ran, did not compile, or showed something in which the engines are known to differ. */
  readonly kind: 'ran' | 'refused' | 'left out'
  readonly differences: readonly string[]
}

/** Runs the program on LangGraph, and as it says with Cairn. */
export async function compareProgram(program: Program): Promise<Comparison> {
  const expected = await observeProgram(program, true)
  const hasRun = 'turns' in expected
  if (
    hasRun &&
    losesWork(
      program,
      expected.turns.map(({ seen }) => seen),
    )
  )
    return { kind: 'left out', differences: [] }
  const actual = await observeProgram(program, false)
  const [before, after] = [expected, actual].map((seen) => normalise(withSortedQuestions(seen)))
  return { kind: hasRun ? 'ran' : 'refused', differences: differences(before, after) }
}

/** Questions come in the order in which they were asked on LangGraph, and in that of their nodes on Cairn. */
function withSortedQuestions(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withSortedQuestions)
    return items.length > 1 && items.every(isQuestionShown)
      ? items.toSorted((a, b) => compareText(textOfQuestion(a), textOfQuestion(b)))
      : items
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSortedQuestions(inner)]))
}

function isQuestionShown(value: unknown): value is { id: string; value: string } {
  return typeof value === 'object' && value !== null && Object.keys(value).join() === 'id,value'
}
