import { EMPTY, UNCHANGED, type Channel } from '../channel.ts'

export interface DeferredContent<Value> {
  readonly value: Value
  readonly isReleased: boolean
}

/** Keeps the last value written, hidden until no node is due any more; empty again when consumed. */
export function deferredValue<Value>(): Channel<DeferredContent<Value>, Value, Value> {
  return {
    kind: 'LastValueAfterFinish',
    initial: () => EMPTY,
    update(_content, updates) {
      if (updates.length === 0) return UNCHANGED
      return { value: updates[updates.length - 1]!, isReleased: false }
    },
    read: (content) => (content !== EMPTY && content.isReleased ? content.value : EMPTY),
    consume: (content) => (content !== EMPTY && content.isReleased ? EMPTY : UNCHANGED),
    finish: (content) =>
      content !== EMPTY && !content.isReleased ? { value: content.value, isReleased: true } : UNCHANGED,
    save: ({ value, isReleased }) => [value, isReleased],
    restore(saved) {
      const [value, isReleased] = saved as [Value, boolean]
      return { value, isReleased }
    },
  }
}
