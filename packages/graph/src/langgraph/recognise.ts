// LangGraph recognises its classes by fields, so that copies of the package work together. So do we.
import { Send } from '@langchain/langgraph'

/** A compiled graph of any engine, alone or as a step of a sequence. */
export function isCompiledGraph(candidate: unknown): boolean {
  if (typeof candidate !== 'object' || candidate === null) return false
  if ((candidate as { lg_is_pregel?: unknown }).lg_is_pregel === true) return true
  const { steps } = candidate as { steps?: unknown }
  return Array.isArray(steps) && steps.some(isCompiledGraph)
}

/** The compiled graph that something is, or those among the steps of a sequence. */
export function compiledGraphsIn(candidate: object): object[] {
  if ((candidate as { lg_is_pregel?: unknown }).lg_is_pregel === true) return [candidate]
  const { steps } = candidate as { steps?: unknown }
  return Array.isArray(steps) ? (steps as object[]).flatMap(compiledGraphsIn) : []
}

/** A plain function that LangGraph wrapped to be a node: `func` may be called as it is. */
export interface NodeFunction {
  readonly func: (input: unknown, config: unknown) => unknown
  /** When it returns a Runnable, that one is invoked with the same input. */
  readonly recurse: boolean
}

export function isNodeFunction(runnable: unknown): runnable is NodeFunction {
  const { func, trace, config, lc_namespace: namespace } = runnable as Record<string, unknown>
  return (
    typeof func === 'function' &&
    trace === false &&
    config === undefined &&
    (namespace as string[])[0] === 'langgraph'
  )
}

export function isRunnable(
  value: unknown,
): value is { invoke(input: unknown, config: unknown): Promise<unknown> } {
  return (
    typeof value === 'object' && value !== null && (value as { lc_runnable?: unknown }).lc_runnable === true
  )
}

/** A send, whichever copy of LangGraph made it; `undefined` for anything else. */
export function sendOf(value: unknown): Send | undefined {
  if (value instanceof Send) return value
  if (typeof value !== 'object' || value === null || (value as Send).lg_name !== 'Send') return undefined
  const { node, args, timeout } = value as Send
  return new Send(node, args, timeout === undefined ? {} : { timeout })
}

/** The node that a destination names; for what is no name, a text that says what it was. */
export function nameOf(destination: unknown): string {
  return typeof destination === 'string' ? destination : JSON.stringify(destination)
}
