import type { RunConfig } from '../langgraph/run-config.ts'
import type { Chunk } from './chunk.ts'

/**
 * What a caller of `stream` gets: `payload` for one mode that is asked for by name, otherwise `[mode, payload]`; with
 * `subgraphs`, the namespace before it.
 */
export function shapeAskedFor({ streamMode, subgraphs }: RunConfig = {}): (chunk: Chunk) => unknown {
  const isSingle = !Array.isArray(streamMode)
  if (subgraphs === true)
    return isSingle ? ([namespace, , payload]) => [namespace, payload] : (chunk) => chunk
  return isSingle ? ([, , payload]) => payload : ([, mode, payload]) => [mode, payload]
}
