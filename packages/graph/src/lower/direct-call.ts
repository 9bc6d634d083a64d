import type { Runnable } from '@langchain/core/runnables'
import type { PregelNodeFields } from '../langgraph/compiled-fields.ts'
import { SEND } from '../langgraph/config-keys.ts'
import { isNodeFunction } from '../langgraph/recognise.ts'
import type { RunConfig } from '../langgraph/run-config.ts'
import type { Write } from '@cairn/engine'

/** A channel that gets what the node returned, or a part of it. */
interface Target {
  readonly channel: string
  readonly pick: (value: unknown) => unknown
}

/**
 * The way around the machinery of Runnables for the one kind of node that an entrypoint has: a function, and a
 * writer that puts what it returned to channels. `undefined` for any other node.
 */
export function directCall(
  node: PregelNodeFields,
): ((input: unknown, config: RunConfig) => Promise<void>) | undefined {
  const { bound } = node
  if (!isNodeFunction(bound) || bound.recurse) return undefined
  const targets = targetsOf(node.getWriters())
  if (targets === undefined) return undefined
  return async (input, config) => {
    const result = await bound.func(input, config)
    const send = config.configurable?.[SEND] as (writes: Write[]) => void
    send(targets.map(({ channel, pick }) => [channel, pick(result)]))
  }
}

interface ChannelEntry {
  readonly channel?: unknown
  readonly value?: unknown
  readonly skipNone?: boolean
  readonly mapper?: { readonly func?: (value: unknown) => unknown; readonly lc_namespace: string[] }
}

const passthrough = Symbol.for('LG_PASSTHROUGH')

function targetsOf(writers: readonly Runnable[]): Target[] | undefined {
  const [writer, ...others] = writers as unknown as { readonly writes?: readonly ChannelEntry[] }[]
  if (writer?.writes === undefined || others.length > 0) return undefined
  const targets = writer.writes.map(({ channel, value, skipNone, mapper }): Target | undefined => {
    const isWhole = typeof value === 'object' && value !== null && passthrough in value
    if (typeof channel !== 'string' || !isWhole || skipNone === true) return undefined
    if (mapper?.func === undefined || mapper.lc_namespace[0] !== 'langgraph') return undefined
    return { channel, pick: mapper.func }
  })
  return targets.every((target) => target !== undefined) ? targets : undefined
}
