import { EMPTY, InvalidUpdateError, UNCHANGED, type Channel } from '@cairn/engine'
import type { ForeignChannel } from '../langgraph/compiled-fields.ts'

/** Holds the channel, which changes in place: of all contents that a run makes of it, the newest has the very one. */
interface Holder {
  channel: ForeignChannel
}

/**
 * A channel class that the engine does not know, such as a subclass of `BaseChannel` in the user's program. Such
 * a channel changes in place, and may hold more than it would store: it is one and the same for as long as the run
 * lasts, and earlier states keep copies.
 */
export function foreignChannel(prototype: ForeignChannel): Channel {
  const changed = (content: unknown, change: (channel: ForeignChannel) => boolean) => {
    const holder = content as Holder
    const { channel } = holder
    holder.channel = copyOf(channel)
    if (change(channel)) return { channel }
    holder.channel = channel
    return UNCHANGED
  }
  const held = (content: unknown) => (content as Holder).channel
  return {
    kind: prototype.lc_graph_name,
    isVolatile: true,
    // LangGraph goes by the name, whatever the class.
    isTransient: prototype.lc_graph_name === 'UntrackedValue',
    initial: () => ({ channel: prototype.fromCheckpoint() }),
    update: (content, updates) => changed(content, (channel) => updateForeign(channel, updates)),
    read: (content) => (held(content).isAvailable() ? held(content).get() : EMPTY),
    consume: (content) => changed(content, (channel) => channel.consume()),
    finish: (content) => changed(content, (channel) => channel.finish()),
    copy: (content) => ({ channel: copyOf(held(content)) }),
    save: (content) => savedOf(held(content)),
    restore: (saved) => ({ channel: prototype.fromCheckpoint(saved) }),
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

/** As a store would keep it, and with what can be seen of what it holds besides. */
function copyOf(channel: ForeignChannel): ForeignChannel {
  const saved = savedOf(channel)
  const copy = channel.fromCheckpoint(saved === EMPTY ? undefined : saved)
  for (const [field, value] of Object.entries(channel)) {
    if (typeof value !== 'function') Reflect.set(copy, field, ownCopy(value)) // a method would change the first
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
    return channel.checkpoint()
  } catch (error) {
    if ((error as Error).name === 'EmptyChannelError') return EMPTY
    throw error
  }
}
