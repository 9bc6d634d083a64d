import { EMPTY, UNCHANGED, type Channel } from '../channel.ts'
import { InvalidUpdateError } from '../errors.ts'

/** Keeps a value for one superstep. With `isGuarded`, a second write in a superstep is an error. */
export function ephemeral<Value>(options: { isGuarded?: boolean } = {}): Channel<Value, Value, Value> {
  const { isGuarded = true } = options
  return {
    kind: 'EphemeralValue',
    isVolatile: true,
    initial: () => EMPTY,
    update(content, updates) {
      if (updates.length === 0) return content === EMPTY ? UNCHANGED : EMPTY
      if (isGuarded && updates.length > 1) {
        throw new InvalidUpdateError({
          code: 'CONCURRENT_WRITE',
          message: `it got ${updates.length} values in one superstep, but takes one.`,
          updates,
        })
      }
      return updates[updates.length - 1]!
    },
    read: (content) => content,
  }
}
