import type { Chunk } from './chunk.ts'

export interface ChunkShape {
  /** The caller asked for one mode by name: it gets payloads without it. */
  readonly isSingle: boolean
  /** Chunks come with the namespace they are from. */
  readonly subgraphs: boolean
}

/** What a caller of `stream` gets: `payload`, `[mode, payload]`, `[namespace, payload]` or all three. */
export function shapeChunk([namespace, mode, payload]: Chunk, { isSingle, subgraphs }: ChunkShape): unknown {
  if (subgraphs) return isSingle ? [namespace, payload] : [namespace, mode, payload]
  return isSingle ? payload : [mode, payload]
}
