// Graphs that nobody can replace where they are used, because a function or a private field holds them: their methods
// lead to the adopted graph.
import { ambientConfig } from '../langgraph/ambient.ts'
import { SCRATCHPAD } from '../langgraph/config-keys.ts'
import type { RunConfig } from '../langgraph/run-config.ts'
import { isOwnScratchpad } from '../langgraph/scratchpad.ts'

type Method = (...args: unknown[]) => unknown

const running = ['invoke', 'stream', '_streamIterator'] as const
const all = [
  ...running,
  'streamEvents',
  'streamLog',
  'batch',
  'getState',
  'getStateHistory',
  'updateState',
  'bulkUpdateState',
  'withConfig',
] as const

/** Those that several graphs declare are redirected once. */
const redirected = new WeakSet<object>()

/** Calls from a task on Cairn's engine go to `adopted`; all others to the graph itself, as before. */
export function redirectWithin(graph: object, adopted: object): void {
  if (graph === adopted || redirected.has(graph) || !Object.isExtensible(graph)) return
  redirected.add(graph)
  for (const name of running) {
    const own = (graph as Record<string, Method>)[name]!
    const other = (adopted as Record<string, Method>)[name]!
    define(graph, name, {
      value: (input: unknown, config?: RunConfig) =>
        isWithinTask(config) ? other.call(adopted, input, config) : own.call(graph, input, config),
    })
  }
}

/** Everything goes to `adopted`. For a graph that nobody else has seen. */
export function redirect(graph: object, adopted: object): void {
  for (const name of all) {
    const other = (adopted as Record<string, Method>)[name]!
    define(graph, name, { value: (...args: unknown[]) => other.apply(adopted, args) })
  }
  for (const name of ['checkpointer', 'store'] as const) {
    const fields = adopted as Record<string, unknown>
    define(graph, name, { get: () => fields[name], set: (value: unknown) => (fields[name] = value) })
  }
}

function define(graph: object, name: string, property: PropertyDescriptor): void {
  Object.defineProperty(graph, name, { configurable: true, enumerable: false, ...property })
}

function isWithinTask(config: RunConfig | undefined): boolean {
  const configurable = config?.configurable ?? ambientConfig()?.configurable
  return isOwnScratchpad(configurable?.[SCRATCHPAD])
}
