import { DeltaSnapshot, isDeltaSnapshot, type DeltaChannelHistory } from '@langchain/langgraph-checkpoint'
import { EMPTY, UNCHANGED, type Channel, type Plan } from '@cairn/engine'
import type { ForeignChannel } from '../langgraph/compiled-fields.ts'
import { idGiver } from '../langgraph/message-ids.ts'
import { updateForeign } from './foreign-channel.ts'

/** A channel that a checkpoint may not hold, though it was written. */
export interface RebuiltChannel extends Channel {
  /** Checkpoints hold it only now and then: after this many updates at the latest. */
  readonly snapshotFrequency?: number
  /** Its value from the nearest checkpoint that holds it, and what was written since; `EMPTY` for none. */
  rebuild(history: DeltaChannelHistory): unknown
}

/** LangGraph's delta channel, as it and its subclasses describe it. */
interface ForeignDeltaChannel extends ForeignChannel {
  readonly reducer: unknown
  readonly snapshotFrequency: number
  replayWrites(writes: DeltaChannelHistory['writes']): void
}

export function isDeltaChannel(channel: ForeignChannel): channel is ForeignDeltaChannel {
  return channel.lc_graph_name === 'DeltaChannel'
}

/**
 * One call of the channel's reducer takes all updates of a superstep; an Overwrite resets it. The channel itself does
 * both, on a fresh one that holds the content.
 */
export function deltaChannel(prototype: ForeignDeltaChannel): RebuiltChannel {
  const holding = (content: unknown) => prototype.fromCheckpoint(content === EMPTY ? undefined : content)
  return {
    kind: prototype.lc_graph_name,
    snapshotFrequency: prototype.snapshotFrequency,
    initial: () => contentOf(prototype.fromCheckpoint()),
    update(content, updates) {
      const channel = holding(content)
      return updateForeign(channel, updates) ? contentOf(channel) : UNCHANGED
    },
    accept: idGiver(prototype.reducer),
    read: (content) => content,
    save: (content) => new DeltaSnapshot(content),
    restore: unwrapped,
    rebuild({ seed, writes }) {
      const channel = prototype.fromCheckpoint(seed) as ForeignDeltaChannel
      channel.replayWrites(writes)
      return contentOf(channel)
    },
  }
}

/** A channel with a reducer that was a delta channel before its annotation changed. */
export function formerDeltaChannel(channel: Channel, prototype: ForeignChannel): RebuiltChannel {
  return {
    ...channel,
    restore: unwrapped,
    rebuild({ seed, writes }) {
      const replayed = prototype.fromCheckpoint(seed)
      for (const [, , value] of writes) replayed.update([value])
      return contentOf(replayed)
    },
  }
}

type Channels = ReadonlyMap<string, RebuiltChannel>

/** By name: the channels of a plan that checkpoints may not hold, and those of them that are delta channels now. */
export function rebuiltChannels(plan: Plan): { readonly all: Channels; readonly deltas: Channels } {
  let found = rebuiltByPlan.get(plan)
  if (found === undefined) {
    const named = plan.channels.map((channel, slot) => [plan.channelNames[slot]!, channel] as const)
    const all = named.filter((entry): entry is [string, RebuiltChannel] => 'rebuild' in entry[1])
    const deltas = all.filter(([, { snapshotFrequency }]) => snapshotFrequency !== undefined)
    found = { all: new Map(all), deltas: new Map(deltas) }
    rebuiltByPlan.set(plan, found)
  }
  return found
}

const rebuiltByPlan = new WeakMap<Plan, { readonly all: Channels; readonly deltas: Channels }>()

function contentOf(channel: ForeignChannel): unknown {
  return channel.isAvailable() ? channel.get() : EMPTY
}

function unwrapped(saved: unknown): unknown {
  return isDeltaSnapshot(saved) ? saved.value : saved
}

/** Values of a checkpoint, with those of delta channels as a store keeps them whole. */
export function savedDeltas(
  plan: Plan,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { deltas } = rebuiltChannels(plan)
  if (deltas.size === 0) return values
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== EMPTY)
      .map(([name, value]) => [
        name,
        deltas.has(name) && !isDeltaSnapshot(value) ? new DeltaSnapshot(value) : value,
      ]),
  )
}
