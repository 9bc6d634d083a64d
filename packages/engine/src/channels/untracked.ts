import { EMPTY, UNCHANGED, type Channel } from '../channel.ts'
import { InvalidUpdateError } from '../errors.ts'

/** Keeps the last value written for as long as the run lasts; no store ever sees it. */
export function untracked<Value>(
  options: { isGuarded?: boolean; initial?: () => Value } = {},
): Channel<Value, Value, Value> {
  const { isGuarded = true, initial } = options
  return {
    kind: 'UntrackedValue',
    isTransient: true,
    initial: () => (initial === undefined ? EMPTY : initial()),
    update(_content, updates) {
      if (updates.length === 0) return UNCHANGED
      if (isGuarded && updates.length > 1) {
        throw new InvalidUpdateError({
          code: 'CONCURRENT_WRITE',
          message: `it got ${updates.length} values in one superstep, but keeps one.`,
          updates,
        })
      }
      return updates[updates.length - 1]!
    },
    read: (content) => content,
  }
}
