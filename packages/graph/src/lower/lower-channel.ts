import {
  AnyValue,
  BinaryOperatorAggregate,
  EphemeralValue,
  LastValue,
  NamedBarrierValue,
  Topic,
  UntrackedValueChannel,
} from '@langchain/langgraph/channels'
import {
  anyValue,
  barrier,
  deferredValue,
  ephemeral,
  lastValue,
  reducer,
  topic,
  untracked,
  type Channel,
} from '@cairn/engine'
import type { ForeignChannel } from '../langgraph/compiled-fields.ts'
import { keptMessages } from '../langgraph/kept-messages.ts'
import { overwriteOf } from '../langgraph/overwrite.ts'
import { deltaChannel, formerDeltaChannel, isDeltaChannel } from './delta-channel.ts'
import { foreignChannel } from './foreign-channel.ts'

type Initial = (() => unknown) | undefined

/**
 * The engine's channel for one of LangGraph's. Exactly LangGraph's own classes have one; a subclass, or a class of
 * the user's, keeps its behaviour behind an adapter.
 */
export function lowerChannel(channel: ForeignChannel): Channel {
  const lower = known.get(channel.constructor) ?? internal(channel)
  if (lower !== undefined) return lower(channel)
  return isDeltaChannel(channel) ? deltaChannel(channel) : foreignChannel(channel)
}

const known = new Map<unknown, (channel: ForeignChannel) => Channel>([
  [LastValue, (channel) => asChannel(lastValue(initialOf(channel)))],
  [AnyValue, () => asChannel(anyValue())],
  [EphemeralValue, (channel) => asChannel(ephemeral({ isGuarded: field<boolean>(channel, 'guard') }))],
  [
    UntrackedValueChannel,
    (channel) => asChannel(untracked({ isGuarded: field<boolean>(channel, 'guard'), ...initialOf(channel) })),
  ],
  [
    BinaryOperatorAggregate,
    (channel) => ({
      ...formerDeltaChannel(
        asChannel(
          reducer({
            reduce: field<(current: unknown, update: unknown) => unknown>(channel, 'operator'),
            replacement: overwriteOf,
            ...initialOf(channel),
          }),
        ),
        channel,
      ),
      keep: keptMessages,
    }),
  ],
  [
    Topic,
    (channel) =>
      asChannel(
        topic({
          isAccumulating: field<boolean>(channel, 'accumulate'),
          isUnique: field<boolean>(channel, 'unique'),
        }),
      ),
  ],
  [NamedBarrierValue, (channel) => asChannel(barrier({ names: namesOf(channel) }))],
])

/** Classes that the package does not export; only its compiler makes them. */
function internal(channel: ForeignChannel): ((channel: ForeignChannel) => Channel) | undefined {
  switch (channel.lc_graph_name) {
    case 'LastValueAfterFinish':
      return () => asChannel(deferredValue())
    case 'NamedBarrierValueAfterFinish':
      return () => asChannel(barrier({ names: namesOf(channel), isDeferred: true }))
    default:
      return undefined
  }
}

function initialOf(channel: ForeignChannel): { initial?: () => unknown } {
  const initial = field<Initial>(channel, 'initialValueFactory')
  return initial === undefined ? {} : { initial }
}

function namesOf(channel: ForeignChannel): string[] {
  return [...field<Set<string>>(channel, 'names')]
}

function field<T>(channel: ForeignChannel, name: string): T {
  return (channel as unknown as Record<string, unknown>)[name] as T
}

/** A plan holds channels of all types; each only ever sees its own content. */
function asChannel<Content, Value, Update>(channel: Channel<Content, Value, Update>): Channel {
  return channel
}
