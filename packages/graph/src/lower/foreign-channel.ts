import { EMPTY, InvalidUpdateError, UNCHANGED, type Channel } from '@cairn/engine'
import type { ForeignChannel } from '../langgraph/compiled-fields.ts'

/**
 * A channel class that the engine does not know, such as a subclass of `BaseChannel` in the user's program. Such
 * a channel changes in place; here each change is made on a copy, so that an earlier state keeps its content.
 */
export function foreignChannel(prototype: ForeignChannel): Channel {
  const changed = (content: unknown, change: (copy: ForeignChannel) => boolean) => {
    const copy = copyOf(content as ForeignChannel)
    return change(copy) ? copy : UNCHANGED
  }
  return {
    kind: prototype.lc_graph_name,
    isVolatile: true,
    initial: () => prototype.fromCheckpoint(),
    update: (content, updates) => changed(content, (copy) => updateForeign(copy, updates)),
    read: (content) =>
      (content as ForeignChannel).isAvailable() ? (content as ForeignChannel).get() : EMPTY,
    consume: (content) => changed(content, (copy) => copy.consume()),
    finish: (content) => changed(content, (copy) => copy.finish()),
    save: (content) => savedOf(content as ForeignChannel),
    restore: (saved) => prototype.fromCheckpoint(saved),
  }
}

/** @throws {InvalidUpdateError} the engine's, for LangGraph's error of this name */
export function updateForeign(channel: ForeignChannel, updates: readonly unknown[]): boolean {
  try {
    return channel.update([...updates])
  } catch (cause) {
    const { name, message } = (cause ?? {}) as Error
    if (name !== 'InvalidUpdateError') throw cause
    throw new InvalidUpdateError({ code: 'INVALID_UPDATE', message, updates, cause })
  }
}

/** As a store would keep it, and with what the channel holds besides, for as long as the run lasts. */
function copyOf(channel: ForeignChannel): ForeignChannel {
  const saved = savedOf(channel)
  const copy = channel.fromCheckpoint(saved === EMPTY ? undefined : saved)
  for (const [field, value] of Object.entries(channel)) {
    if (typeof value !== 'function') Reflect.set(copy, field, ownCopy(value)) // a method would go on changing the first
  }
  return copy
}

function ownCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice()
  if (value instanceof Set) return new Set(value)
  return value instanceof Map ? new Map(value) : value
}

/** LangGraph's channels say that they are empty by throwing. */
function savedOf(channel: ForeignChannel): unknown {
  try {
    const saved = channel.checkpoint()
    return saved === undefined ? EMPTY : saved
  } catch (error) {
    if ((error as Error).name === 'EmptyChannelError') return EMPTY
    throw error
  }
}
