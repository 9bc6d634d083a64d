// Random programs on both engines. `CAIRN_RANDOM_PROGRAMS` says how many, `CAIRN_RANDOM_SEED` which; a failure prints
// its seed and the program, smallest first.
import * as fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import { differences } from '../differential/harness/differences.ts'
import { cairn, langGraph } from '../differential/harness/differential.ts'
import { normalise } from '../differential/harness/normalise.ts'
import { arbitraryProgram } from './arbitrary-program.ts'
import { observeProgram } from './observe-program.ts'

const numRuns = Number(process.env['CAIRN_RANDOM_PROGRAMS'] ?? 60)
const seed = process.env['CAIRN_RANDOM_SEED'] || undefined

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined) // stalled joins are meant
})

test(
  'random programs run as in LangGraph',
  async () => {
    const ends = { ran: 0, refused: 0 }
    const property = fc.asyncProperty(arbitraryProgram, async (program) => {
      const expected = normalise(await observeProgram(program, langGraph)) as object
      ends['turns' in expected ? 'ran' : 'refused']++
      expect(differences(expected, normalise(await observeProgram(program, cairn)))).toEqual([])
    })
    await fc.assert(property, { numRuns, ...(seed !== undefined && { seed: Number(seed) }) })
    expect(ends.ran, 'most programs are no mistakes').toBeGreaterThan(ends.refused)
  },
  Math.max(60_000, numRuns * 1_000),
)
