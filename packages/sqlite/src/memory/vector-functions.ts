import type { Database } from 'better-sqlite3'
import { loadSqliteVec } from './load-sqlite-vec.ts'
import { VectorExtensionError } from './memory-errors.ts'
import type { MemoryIndexOptions } from './memory-options.ts'
import { bytesVector, cosineSimilarity } from './vector.ts'

/** The name under which a connection knows the distance of two vectors, and who computes it. */
export interface VectorFunctions {
  readonly engine: 'sqlite-vec' | 'javascript'
  readonly cosineDistance: string
}

/**
 * Teaches a connection to compare vectors.
 * @param path the file, for errors
 * @throws {VectorExtensionError} when the extension is asked for and cannot be loaded.
 */
export function addVectorFunctions(
  path: string,
  database: Database,
  wanted: MemoryIndexOptions['engine'],
): VectorFunctions {
  if (wanted !== 'javascript') {
    try {
      loadSqliteVec(database)
      return { engine: 'sqlite-vec', cosineDistance: 'vec_distance_cosine' }
    } catch (error) {
      if (wanted === 'sqlite-vec') throw new VectorExtensionError(path, error)
    }
  }
  const cosineDistance = 'cairn_cosine_distance'
  database.function(
    cosineDistance,
    { deterministic: true },
    (left: unknown, right: unknown) =>
      1 - cosineSimilarity(bytesVector(left as Buffer), bytesVector(right as Buffer)),
  )
  return { engine: 'javascript', cosineDistance }
}
