// Random programs on both engines. `CAIRN_RANDOM_PROGRAMS` says how many, `CAIRN_RANDOM_SEED` which; a failure prints
// its seed and the program, smallest first.
import * as fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import { arbitraryProgram } from './arbitrary-program.ts'
import { compareProgram } from './compare-program.ts'

const numRuns = Number(process.env['CAIRN_RANDOM_PROGRAMS'] ?? 200)
/** The same programs in every run, so that what fails is due to what was changed. */
const seed = Number(process.env['CAIRN_RANDOM_SEED'] || 1)

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined) // stalled joins are meant
})

test(
  'random programs run as in LangGraph',
  async () => {
    const ends = { ran: 0, refused: 0, 'left out': 0 }
    const property = fc.asyncProperty(arbitraryProgram, async (program) => {
      const { kind, differences } = await compareProgram(program)
      ends[kind]++
      expect(differences).toEqual([])
    })
    await fc.assert(property, { numRuns, seed })
    expect(ends.ran, 'most programs are no mistakes').toBeGreaterThan(ends.refused + ends['left out'])
  },
  Math.max(60_000, numRuns * 1_000),
)
