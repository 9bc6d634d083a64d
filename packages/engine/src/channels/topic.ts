import { EMPTY, UNCHANGED, type Channel } from '../channel.ts'

export interface TopicContent<Value> {
  readonly values: readonly Value[]
  /** Every value that was ever taken, when they are to be unique. */
  readonly seen?: ReadonlySet<Value>
}

/**
 * Keeps the values of the last superstep, or of all with `isAccumulating`. A written array is flattened one
 * level. With `isUnique`, a value that was taken once is not taken again.
 */
export function topic<Value>(
  options: { isAccumulating?: boolean; isUnique?: boolean } = {},
): Channel<TopicContent<Value>, readonly Value[], Value | readonly Value[]> {
  const { isAccumulating = false, isUnique = false } = options
  const none: TopicContent<Value> = isUnique ? { values: [], seen: new Set() } : { values: [] }
  return {
    kind: 'Topic',
    ...(isUnique && { traits: { isUnique } }),
    isVolatile: !isAccumulating,
    initial: () => none,
    update(content, updates) {
      const { values: before, seen } = content === EMPTY ? none : content
      if (updates.length === 0) {
        if (isAccumulating || before.length === 0) return UNCHANGED
        return seen === undefined ? none : { values: [], seen }
      }
      const values: Value[] = isAccumulating ? [...before] : []
      const taken = seen === undefined ? undefined : new Set(seen)
      for (const value of updates.flat() as Value[]) {
        if (taken?.has(value)) continue
        taken?.add(value)
        values.push(value)
      }
      const isSame = isAccumulating ? values.length === before.length : values.length + before.length === 0
      if (isSame) return UNCHANGED
      return taken === undefined ? { values } : { values, seen: taken }
    },
    read: (content) => (content === EMPTY || content.values.length === 0 ? EMPTY : content.values),
    save: ({ values, seen }) => (seen === undefined ? values : [[...seen], values]),
    restore(saved) {
      if (!isUnique) return { values: saved as Value[] }
      const [seen, values] = saved as [Value[], Value[]]
      return { values, seen: new Set(seen) }
    },
  }
}
