// LangChain's streams of events take a run's chunks from its stream, and all else from callbacks: which of them comes
// first depends on how many turns of the microtask queue lie between. A run that is followed so takes about as many as
// LangGraph's, for its events to come in LangGraph's order. No other run waits.
import type { Chunk } from './chunk.ts'

const followers: ReadonlySet<unknown> = new Set(['event_stream_tracer', 'log_stream_tracer'])

/** Whether one of LangChain's streams of events is among these callbacks. */
export function isFollowed(
  callbacks: readonly object[] | { readonly handlers: readonly object[] } | undefined,
): boolean {
  if (callbacks === undefined) return false
  const handlers = 'handlers' in callbacks ? callbacks.handlers : callbacks
  return handlers.some((handler) => 'name' in handler && followers.has(handler.name))
}

/** From the end of a superstep to the start of the nodes after it. */
export const turnsBeforeNode = 11

/** From the last superstep of a nested graph to its end, and from there to the node that called it. */
export const turnsBeforeEnd = 25
export const turnsAfterEnd = 9

/**
 * From a chunk to its place in the stream. What a superstep tells comes later than what tasks tell, unless the stream still has to do
 * with the chunks before them.
 */
export function turnsToChunk([, mode]: Chunk, isAwaited: boolean, wasAwaited: boolean): number {
  if (mode === 'values' || mode === 'checkpoints') return isAwaited ? 10 : wasAwaited ? 3 : 0
  return isAwaited ? 1 : 0
}

/** From the result of a node to its end, or to its first conditional edge. */
export function turnsOfWriters({ runnable, edges, joins, routes }: Writers): number {
  const hasFunction = runnable !== undefined
  const hasFollowers = joins.length > 0 || edges.some((edge) => edge !== '__end__')
  return (hasFunction ? 27 : 19) + (hasFollowers ? 11 : 0) + (routes.length > 0 ? 8 : 0)
}

/** From the answer of a conditional edge to the end of its run, which begins a turn late. */
export const turnsOfRoute = 6

/** From the result of a called task to its end. */
export const turnsOfCall = 12

interface Writers {
  /** `undefined` for the start node. */
  readonly runnable: unknown
  readonly edges: readonly string[]
  readonly joins: readonly string[]
  readonly routes: readonly unknown[]
}

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}
