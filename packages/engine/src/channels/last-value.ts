import { EMPTY, UNCHANGED, type Channel } from '../channel.ts'
import { InvalidUpdateError } from '../errors.ts'

/** Keeps the last value written. Two writes in one superstep are an error. */
export function lastValue<Value>(options: { initial?: () => Value } = {}): Channel<Value, Value, Value> {
  const { initial } = options
  return {
    kind: 'LastValue',
    initial: () => (initial === undefined ? EMPTY : initial()),
    update(_content, updates) {
      if (updates.length === 0) return UNCHANGED
      if (updates.length > 1) {
        throw new InvalidUpdateError({
          code: 'CONCURRENT_WRITE',
          message:
            `it got ${updates.length} values in one superstep, but keeps one. ` +
            'Give it a reducer, or join the nodes before they write.',
          updates,
        })
      }
      return updates[0]!
    },
    read: (content) => content,
  }
}
