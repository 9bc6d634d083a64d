import { isDeepStrictEqual } from 'node:util'
import type { Screen } from './screen.ts'

/** Something that the tour was to show did not come about. */
export class CheckFailedError extends Error {
  readonly code = 'CHECK_FAILED'
  override readonly name = 'CheckFailedError'
}

/** Says that something holds, or throws a `CheckFailedError` with what was expected and found. */
export type Check = (claim: string, found: unknown, expected: unknown) => void

export function checksOn(screen: Screen): { readonly check: Check; count(): number } {
  let count = 0
  return {
    check(claim, found, expected) {
      if (!isDeepStrictEqual(found, expected)) {
        screen.fails(claim)
        throw new CheckFailedError(
          `This did not hold: ${claim}\n  expected ${JSON.stringify(expected)}\n  found    ${JSON.stringify(found)}`,
        )
      }
      count++
      screen.holds(claim)
    },
    count: () => count,
  }
}
