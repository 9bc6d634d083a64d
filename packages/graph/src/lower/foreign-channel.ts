import { EMPTY, UNCHANGED, type Channel } from '@cairn/engine'
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
    update: (content, updates) => changed(content, (copy) => copy.update([...updates])),
    read: (content) =>
      (content as ForeignChannel).isAvailable() ? (content as ForeignChannel).get() : EMPTY,
    consume: (content) => changed(content, (copy) => copy.consume()),
    finish: (content) => changed(content, (copy) => copy.finish()),
    save: (content) => savedOf(content as ForeignChannel),
    restore: (saved) => prototype.fromCheckpoint(saved),
  }
}

function copyOf(channel: ForeignChannel): ForeignChannel {
  const saved = savedOf(channel)
  return channel.fromCheckpoint(saved === EMPTY ? undefined : saved)
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
