import type { Commit } from '@cairn/engine'
import { checkpointAt, commitOf } from '../commits.ts'

/** So much of it that the log goes into the database in between. */
export function paddedCommit(number: number): Commit {
  return commitOf(checkpointAt(number, { changed: paddedValues(number), versions: { number: number + 1 } }))
}

export function paddedValues(number: number): Record<string, unknown> {
  return { number, padding: `${number} `.repeat(20_000) }
}
