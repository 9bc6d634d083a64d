import { EMPTY, UNCHANGED, type Channel } from '../channel.ts'
import { InvalidUpdateError } from '../errors.ts'

export interface ReducerOptions<Value, Update> {
  /** The next value from the current one and one update. Must not depend on anything else. */
  reduce(current: Value, update: Update): Value
  /** The value before the first update; without it, the first update becomes the value as it is. */
  initial?: () => Value
  /** Recognises an update that replaces the value instead of being reduced into it. */
  replacement?(update: Update): { readonly value: Value } | undefined
}

/**
 * Folds the updates of a superstep into its value, in the order of their tasks. A replacement wins over the
 * plain updates that follow it in its superstep; a second replacement there is an error. The very first update
 * becomes the value, and counts as no replacement.
 */
export function reducer<Value, Update = Value>(
  options: ReducerOptions<Value, Update>,
): Channel<Value, Value, Update> {
  const { reduce, initial, replacement } = options
  return {
    kind: 'BinaryOperatorAggregate',
    initial: () => (initial === undefined ? EMPTY : held(initial())),
    update(content, updates) {
      if (updates.length === 0) return UNCHANGED
      let current = content
      let rest = updates
      if (current === EMPTY) {
        const replaced = replacement?.(updates[0]!)
        current = held(replaced === undefined ? (updates[0] as unknown as Value) : replaced.value)
        rest = updates.slice(1)
      }
      let isReplaced = false
      for (const update of rest) {
        const replaced = replacement?.(update)
        if (replaced !== undefined) {
          if (isReplaced) {
            throw new InvalidUpdateError({
              code: 'INVALID_UPDATE',
              message: 'it got more than one Overwrite in one superstep. Let one node overwrite it.',
              updates,
            })
          }
          current = held(replaced.value)
          isReplaced = true
        } else if (current !== EMPTY && !isReplaced) {
          current = held(reduce(current, update))
        }
      }
      return current
    },
    read: (content) => content,
  }
}

/** `undefined` is nothing: a reducer that returns it empties its channel. */
function held<T>(value: T): T | typeof EMPTY {
  return value === undefined ? EMPTY : value
}
