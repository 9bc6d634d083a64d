import type { BaseCheckpointSaver } from '@langchain/langgraph'
import { STORE, StoreSaver } from '@cairn/checkpoint'
import type { Store } from '@cairn/engine'

const methods = ['getTuple', 'list', 'put', 'putWrites', 'deleteThread', 'getNextVersion'] as const

/**
 * The store behind a saver, which the engine may speak to without it. `undefined` for a saver that has none, and for
 * one of a class or a test that puts methods of its own in front of the store: those have to be called.
 */
export function storeBehind(saver: BaseCheckpointSaver | undefined): Store | undefined {
  const store = (saver as { readonly [STORE]?: Store } | undefined)?.[STORE]
  if (store === undefined || !(saver instanceof StoreSaver)) return store
  return methods.every((name) => saver[name] === StoreSaver.prototype[name]) ? store : undefined
}
