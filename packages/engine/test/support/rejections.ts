import { afterEach, beforeEach, expect } from 'vitest'
import { turn } from './deferred.ts'

/** Makes each test of the file fail when a promise is rejected in it that nobody handles. */
export function refuseUnhandledRejections(): void {
  const reasons: unknown[] = []
  const note = (reason: unknown) => void reasons.push(reason)
  beforeEach(() => {
    reasons.length = 0
    process.on('unhandledRejection', note)
  })
  afterEach(async () => {
    await turn()
    await turn()
    process.off('unhandledRejection', note)
    expect(reasons).toEqual([])
  })
}
