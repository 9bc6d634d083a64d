// The ambient config: what `interrupt()`, `getConfig()`, `task()`, tools and models inside a node find without
// being given it. LangChain keeps one AsyncLocalStorage for all its packages; its value is a run tree of LangSmith,
// with the config hidden in its `extra`. Building a real tree for each node is the largest single cost of
// LangGraph's loop, so a node without tracing gets a shallow copy of one shared, switched-off tree.
import { AsyncLocalStorage } from 'node:async_hooks'
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import type { RunConfig } from './run-config.ts'

const storageKey = Symbol.for('ls:tracing_async_local_storage')
const configKey = Symbol.for('lc:child_config')
const contextVariablesKey = Symbol.for('lc:context_variables')

interface Ambient {
  extra?: Record<symbol, unknown>
  [contextVariablesKey]?: unknown
}

let switchedOff: object | undefined

function storage(): AsyncLocalStorage<Ambient> {
  const shared = (globalThis as Record<symbol, unknown>)[storageKey]
  if (shared instanceof AsyncLocalStorage) return shared as AsyncLocalStorage<Ambient>
  throw new Error(
    'LangChain has no AsyncLocalStorage, which importing "@langchain/langgraph" installs. ' +
      'Import "@cairn/graph" (or "@langchain/langgraph") before anything that replaces it.',
  )
}

/** A tree that traces nothing: what LangChain itself puts there when no tracer is active. */
function switchedOffTree(): object {
  return (switchedOff ??= AsyncLocalStorageProviderSingleton.runWithConfig({}, () =>
    storage().getStore(),
  ) as object)
}

/** The config around this call, if any. */
export function ambientConfig(): RunConfig | undefined {
  return AsyncLocalStorageProviderSingleton.getRunnableConfig() as RunConfig | undefined
}

/** Runs `body` with this config around it, for nodes that nobody traces. */
export function withAmbientConfig<T>(config: RunConfig, body: () => T): T {
  const shared = storage()
  const around = shared.getStore()
  const ambient = Object.create(switchedOffTree()) as Ambient
  ambient.extra = { [configKey]: config }
  if (around !== undefined && contextVariablesKey in around)
    ambient[contextVariablesKey] = around[contextVariablesKey]
  return shared.run(ambient, body)
}

/** The same for nodes that a handler watches: with the run tree that a tracer supplies, if one is among them. */
export function withTracedConfig<T>(config: RunConfig, body: () => T): T {
  return hasTracer(config.callbacks)
    ? AsyncLocalStorageProviderSingleton.runWithConfig<T>(config, body)
    : withAmbientConfig(config, body)
}

/** Whether LangSmith's tracer is among the handlers, as LangChain recognises it. */
function hasTracer(callbacks: RunConfig['callbacks']): boolean {
  const handlers = Array.isArray(callbacks) ? callbacks : (callbacks?.handlers ?? [])
  return handlers.some((handler) => 'name' in handler && handler.name === 'langchain_tracer')
}
