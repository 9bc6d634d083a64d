import { isFailure } from './brief.ts'
import { differences } from '../differential/harness/differences.ts'
import { compareText } from '../differential/harness/masked.ts'
import { normalise } from '../differential/harness/normalise.ts'
import { losesWork } from './loses-work.ts'
import { observeProgram, type Observation } from './observe-program.ts'
import type { Program } from './program.ts'
import { textOfQuestion, type Streamed } from './take-turn.ts'

export interface Comparison {
  /** Whether the program ran, did not compile, or showed something in which the engines are known to differ. */
  readonly kind: 'ran' | 'refused' | 'left out'
  readonly differences: readonly string[]
}

/** Runs the program on LangGraph, and as it says with Cairn. */
export async function compareProgram(program: Program): Promise<Comparison> {
  const expected = await observeProgram(program, true)
  if (!('turns' in expected)) {
    const actual = await observeProgram(program, false)
    return { kind: 'refused', differences: differences(normalise(expected), normalise(actual)) }
  }
  if (
    losesWork(
      program,
      expected.turns.map(({ seen }) => seen),
    )
  )
    return { kind: 'left out', differences: [] }
  const actual = await observeProgram(program, false)
  const before = normalise(withSortedQuestions(inOrder(expected)))
  const after = normalise(withSortedQuestions(inOrder('turns' in actual ? upTo(expected, actual) : actual)))
  return { kind: 'ran', differences: differences(before, after) }
}

/** What comes first is compared first. */
function inOrder(observation: Observation | { readonly error: unknown }): unknown {
  if ('error' in observation) return observation
  const { bare, turns, history, records } = observation
  return [{ bare }, { turns }, { history }, { records }]
}

/** Of a stream that fails, LangGraph drops what its consumer has not taken yet: the other is cut as short. */
function upTo(expected: Observation, actual: Observation): Observation {
  const turns = actual.turns.map((turn, index) => {
    const [given, wanted] = [turn.seen, expected.turns[index]?.seen].map(
      (seen) => (seen as Partial<Streamed> | undefined)?.chunks,
    )
    if (given === undefined || wanted === undefined) return turn
    if (!isFailure(given.at(-1)) || !isFailure(wanted.at(-1))) return turn
    const chunks = [...given.slice(0, -1).slice(0, wanted.length - 1), given.at(-1)]
    return { ...turn, seen: { ...(turn.seen as Streamed), chunks } }
  })
  return { ...actual, turns }
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
