import { describe, expect, test } from 'vitest'
import { differences } from './differences.ts'
import { observeRuns, type Compilable, type RunsOptions } from './differential.ts'
import { oracle, pairs, type Pair } from './nesting.ts'
import { normalise } from './normalise.ts'

/** Registers a test for each pair of engines, which compares with LangGraph within LangGraph. */
export function nested(name: string, scenario: (pair: Pair) => unknown): void {
  describe(`${name}, as in LangGraph`, () => {
    test.for(pairs)('$name', async (pair) => {
      const expected = normalise(await scenario(oracle))
      expect(expected, 'the scenario has to return what it saw').toBeDefined()
      expect(differences(expected, normalise(await scenario(pair)))).toEqual([])
    })
  })
}

/** As `sameRuns`, for each pair of engines. */
export function nestedRuns(
  name: string,
  build: (pair: Pair) => unknown,
  options: RunsOptions | readonly unknown[],
): void {
  nested(name, (pair) => observeRuns(() => build(pair) as Compilable, options))
}
