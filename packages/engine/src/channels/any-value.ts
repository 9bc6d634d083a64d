import { EMPTY, UNCHANGED, type Channel } from '../channel.ts'

/** Keeps the last of any number of values; empty again after a superstep without one. */
export function anyValue<Value>(): Channel<Value, Value, Value> {
  return {
    kind: 'AnyValue',
    isVolatile: true,
    initial: () => EMPTY,
    update(content, updates) {
      if (updates.length > 0) return updates[updates.length - 1]!
      return content === EMPTY ? UNCHANGED : EMPTY
    },
    read: (content) => content,
  }
}
