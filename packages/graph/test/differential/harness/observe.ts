import type { StateSnapshot } from '@langchain/langgraph'

/** What became of something that may fail. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** The result, or the error as a value: name, message, `lc_error_code`. */
export async function outcomeOf(run: () => unknown): Promise<Outcome> {
  try {
    return { value: await run() }
  } catch (error) {
    return { error }
  }
}

/** As `outcomeOf`, for errors whose message is a matter of taste: only name and code are compared. */
export async function kindOfOutcome(run: () => unknown): Promise<Outcome> {
  const outcome = await outcomeOf(run)
  if (!('error' in outcome)) return outcome
  const { name, lc_error_code: code } = outcome.error as Error & { lc_error_code?: string }
  return { error: { name, code } }
}

/**
 * Every item, in order, and the error that ended it, if one did. Items are copied as they come: LangGraph's
 * accumulating channels go on changing what they have given.
 */
export async function collect<T>(stream: AsyncIterable<T> | Promise<AsyncIterable<T>>): Promise<unknown[]> {
  const items: unknown[] = []
  try {
    for await (const item of await stream) items.push(copied(item))
  } catch (error) {
    items.push({ thrown: error })
  }
  return items
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]))
}

interface WithHistory {
  getStateHistory(config: object): AsyncIterable<StateSnapshot>
}

/** Snapshots of a thread, newest first. */
export async function historyOf(
  graph: WithHistory,
  config: object = { configurable: { thread_id: 't' } },
): Promise<StateSnapshot[]> {
  const history: StateSnapshot[] = []
  for await (const snapshot of graph.getStateHistory(config)) history.push(snapshot)
  return history
}
